"""``kam check --base`` in real repositories: what is new fails, what was there or comes with the days does not."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.history.conftest import PROFILE, Project, front, make_project

Branch = Callable[[Mapping[str, str | None]], None]
ISSUE = "accounts/acme/issues/2026-03-02-late.md"
OPEN = front("title: Late\nstatus: open\nhistory:\n  - {at: 2026-03-02, to: open}\nlog:\n"
             "  - {id: l1, at: 2026-03-02, text: Called}\n  - {id: l2, at: 2026-03-03, text: Came}")  # fmt: skip
BAD = front("title: Bad\nstatus: open\nseverity: huge")
BAD_PATH = "accounts/acme/issues/2026-03-04-bad.md"


def test_only_problems_that_are_new_fail(project: Project, branch: Branch) -> None:
    branch({BAD_PATH: BAD, ISSUE: OPEN})
    project.commit({ISSUE: OPEN.replace("Late", "Later")})
    found = project.since("main")
    assert found["problems"] == []
    assert found["summary"]["older"] > 0
    assert project.kam("check").exit_code == 1
    assert project.kam("check", "--base", "main").exit_code == 0
    project.write({ISSUE: OPEN.replace("status: open", "status: open\nseverity: huge")})
    (said,) = [line for line in project.said() if "incomplete" not in line]
    assert said.startswith(f"{ISSUE}:4 ")
    assert project.kam("check", "--base", "main").exit_code == 1


def test_an_older_problem_stays_old_when_its_record_moves(project: Project, branch: Branch) -> None:
    branch({BAD_PATH: BAD + "\n".join(f"line {n}" for n in range(20))})
    project.git("mv", BAD_PATH, BAD_PATH.replace("bad", "very-bad"))
    text = BAD.replace("title: Bad", "title: Very bad\ncategory: delivery")
    project.write({BAD_PATH.replace("bad", "very-bad"): text + "\n".join(f"line {n}" for n in range(20))})
    assert not [line for line in project.said() if "schema" in line or "choice" in line]


def test_filling_in_one_of_several_missing_fields_is_no_new_problem(project: Project, branch: Branch) -> None:
    branch({ISSUE: OPEN})
    project.write({ISSUE: OPEN.replace("status: open", "status: open\ncategory: delivery")})
    assert project.said("main", "--strict") == []


def test_what_comes_with_the_days_never_fails(project: Project, branch: Branch) -> None:
    branch({})
    old = front("title: Old\nstatus: open\nreviewed: 2024-01-01\nreported_at: 2024-01-01T08:00+08:00")
    project.write({"accounts/acme/issues/2024-01-01-old.md": old})
    found = project.since("main", "--strict")
    rules = {each["rule"] for each in found["problems"]}
    assert found["summary"]["time_driven"] > 0
    assert "stale-record" not in rules


def test_the_text_says_since_when_and_what_was_left_aside(project: Project, branch: Branch) -> None:
    branch({BAD_PATH: BAD})
    base = project.git("rev-parse", "HEAD")[:10]
    out = project.kam("check", "--base", "main").stdout
    assert f"nothing new since {base}" in out
    assert "Left aside:" in out and "See them: kam check" in out
    chinese = project.kam("--lang", "zh", "check", "--base", "main").stdout
    assert "以来没有新问题" in chinese and "个原有问题" in chinese


def test_untracked_and_uncommitted_files_count(project: Project, branch: Branch) -> None:
    branch({ISSUE: OPEN})
    project.write(
        {
            BAD_PATH: BAD,
            ISSUE: OPEN.replace("{id: l1, at: 2026-03-02, text: Called}", "{id: l1, at: 2026-03-02, text: No}"),
        }
    )
    said = project.said()
    assert any(line.startswith(BAD_PATH) for line in said)
    assert any("kept-entries" in line for line in said)


def test_entries_of_ledgers_are_followed_and_missed(project: Project, branch: Branch) -> None:
    march, april = "accounts/acme/orders/2026-03.md", "accounts/acme/orders/2026-04.md"
    one, two, other = (
        f"  - {{id: {entry}, date: 2026-0{month}-02}}\n" for entry, month in (("1", 3), ("2", 3), ("1", 4))
    )
    branch({march: front("entries:\n" + one + two), april: front("entries:\n" + other)})
    project.write({march: front("entries: []")})
    assert [line.partition(" ")[2] for line in project.said("main", "--select", "deleted-record")] == [
        "deleted-record The entry 1 was deleted from the ledger",
        "deleted-record The entry 2 was deleted from the ledger",
    ]
    project.write({march: None, april: front("entries:\n" + other + two)})
    assert project.said("main", "--select", "deleted-record") == [
        f"{march}:0 deleted-record The entry 1 was deleted from the ledger"
    ]


def test_files_that_cannot_be_read_are_told_of_and_compared_no_further(project: Project, branch: Branch) -> None:
    branch({ISSUE: OPEN, BAD_PATH: "no front matter"})
    project.write({BAD_PATH: "still none", ISSUE: "---\ntitle: [\n---\n", ISSUE.replace("late", "new"): "---\n- [\n"})
    said = project.said()
    assert {line.split(":")[0] for line in said} == {ISSUE, ISSUE.replace("late", "new")}
    assert not [line for line in said if "deleted-record" in line]


def test_the_base_is_where_the_branches_parted(project: Project, branch: Branch) -> None:
    branch({ISSUE: OPEN})
    project.git("checkout", "-q", "main")
    project.commit({"accounts/acme/issues/2026-03-05-on-main.md": OPEN}, "On main")
    project.git("checkout", "-q", "work")
    assert project.said() == []


def test_renames_are_followed_through_commits_and_edits(project: Project, branch: Branch) -> None:
    branch({ISSUE: OPEN})
    second, third = ISSUE.replace("late", "later"), ISSUE.replace("acme/issues", "apex/issues").replace("late", "last")
    project.git("mv", ISSUE, second)
    project.commit()
    project.git("mv", "accounts/acme", "accounts/apex")
    project.git("mv", second.replace("acme", "apex"), third)
    project.commit()
    rewritten = OPEN.replace("text: Called", "text: Never mind") + "And a long text\n" * 30
    project.commit({third: rewritten})
    assert project.said() == [f"{third}:7 kept-entries The entry l1 2026-03-02 of log was rewritten"]


def test_a_rename_that_is_not_committed_is_followed_too(project: Project, branch: Branch) -> None:
    branch({ISSUE: OPEN})
    moved = ISSUE.replace("late", "moved")
    project.write({ISSUE: None, moved: OPEN.replace("text: Came", "text: Went")})
    assert project.said() == [f"{moved}:8 kept-entries The entry l2 2026-03-03 of log was rewritten"]


def test_archiving_is_no_deletion_but_no_way_to_rewrite_either(project: Project, branch: Branch) -> None:
    branch({ISSUE: OPEN})
    away = ISSUE.replace("accounts/", "archive/")
    archived = OPEN.replace("title: Late", "title: Late\narchived: {on: 2026-06-01, by: li-ming, why: Double}")
    project.write({ISSUE: None, away: archived})
    assert project.said() == []
    project.write({away: archived.replace("text: Called", "text: Never mind")})
    assert project.said() == [f"{away}:8 kept-entries The entry l1 2026-03-02 of log was rewritten"]
    project.write({away: None})
    assert project.said() == [f"{ISSUE}:0 deleted-record acme/issues/2026-03-02-late was deleted"]


def test_a_record_is_not_freed_by_making_it_one_of_another_type(project: Project, branch: Branch) -> None:
    branch({ISSUE: OPEN})
    project.git("mv", "-k", ISSUE, "accounts/acme/late.md")
    project.write({"accounts/acme/late.md": None, "accounts/acme/risks/2026-03-02-late.md": OPEN})
    assert f"{ISSUE}:0 deleted-record acme/issues/2026-03-02-late was deleted" in project.said()


def test_a_policy_may_allow_to_delete(project: Project, branch: Branch) -> None:
    branch({ISSUE: OPEN, "site-config/policy.yml": "deletion:\n  allowed: [issue]\n"})
    project.write({ISSUE: None})
    assert project.said() == []


def test_the_policy_cannot_be_changed_in_the_same_breath(project: Project, branch: Branch) -> None:
    branch({ISSUE: OPEN})
    project.write({ISSUE: None, "site-config/policy.yml": "deletion:\n  allowed: [issue]\n"})
    found = project.since("main")
    assert [each["rule"] for each in found["problems"]] == ["deleted-record"]
    assert (found["summary"]["settings"], found["summary"]["stricter"]) == ("both", 1)
    out = project.kam("check", "--base", "main").stdout
    assert "checked with both" in out and "of the base see: 1" in out


def test_a_change_of_settings_alone_is_checked_with_the_new_ones(project: Project, branch: Branch) -> None:
    branch({ISSUE: OPEN})
    project.write({"site-config/policy.yml": "deletion:\n  allowed: [issue]\n"})
    assert project.since("main")["summary"]["settings"] == "changed"


def test_settings_of_the_base_that_cannot_be_used_do_not_stop_their_repair(project: Project, branch: Branch) -> None:
    branch({ISSUE: OPEN, "site-config/policy.yml": "deletion:\n  allowed: [nothing]\n"})
    project.write({"site-config/policy.yml": "deletion:\n  allowed: [issue]\n", ISSUE: OPEN + "More.\n"})
    assert project.since("main")["summary"]["settings"] == "unusable"


def test_files_with_other_line_ends_are_the_same_records(project: Project, branch: Branch) -> None:
    branch({ISSUE: OPEN})
    for path in [*(project.root / "accounts").rglob("*.md"), *(project.root / "site-config").rglob("*.yml")]:
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    found = project.since("main")
    assert (found["problems"], found["summary"]["settings"]) == ([], "same")


def test_chinese_names_are_read(project: Project, branch: Branch) -> None:
    folder = "accounts/华东机电"
    branch({f"{folder}/profile.md": PROFILE, f"{folder}/issues/2026-03-02-交货延迟.md": OPEN})
    project.write({f"{folder}/issues/2026-03-02-交货延迟.md": OPEN.replace("text: Came", "text: Went")})
    assert project.said() == [
        f"{folder}/issues/2026-03-02-交货延迟.md:8 kept-entries The entry l2 2026-03-03 of log was rewritten"
    ]


def test_a_portfolio_in_a_folder_of_a_repository(tmp_path: Path, repository: Path) -> None:
    top = tmp_path / "company"
    project = make_project(top / "sales/kam", top, repository)
    project.commit({ISSUE: OPEN})
    project.git("checkout", "-q", "-b", "work")
    project.commit({ISSUE: None})
    assert project.said() == [f"{ISSUE}:0 deleted-record acme/issues/2026-03-02-late was deleted"]


def test_a_detached_head_and_another_worktree(project: Project, branch: Branch, tmp_path: Path) -> None:
    branch({ISSUE: OPEN})
    project.commit({ISSUE: None})
    project.git("checkout", "-q", "--detach")
    assert len(project.said()) == 1
    project.git("worktree", "add", "-q", str(tmp_path / "other"), "work")
    result = project.kam("check", "--base", "main", root=tmp_path / "other")
    assert result.exit_code == 1 and "was deleted" in result.stdout


def test_nothing_to_compare_with_is_an_error_and_never_a_pass(project: Project, branch: Branch, tmp_path: Path) -> None:
    branch({ISSUE: OPEN})
    unknown = project.kam("check", "--base", "origin/main")
    assert unknown.exit_code == 2 and "git fetch" in unknown.stderr and not unknown.stdout
    project.git("clone", "-q", "--depth", "1", project.root.as_uri(), str(tmp_path / "shallow"))
    shallow = project.kam("check", "--base", "HEAD", root=tmp_path / "shallow")
    assert shallow.exit_code == 2 and "--unshallow" in shallow.stderr
    project.git("checkout", "-q", "--orphan", "other")
    project.commit()
    apart = project.kam("--lang", "zh", "check", "--base", "main")
    assert apart.exit_code == 2 and "没有共同的提交" in apart.stderr
    shutil.rmtree(project.root / ".git")
    none = project.kam("check", "--base", "main")
    assert none.exit_code == 2 and "not in a Git repository" in none.stderr


def test_before_the_first_commit_there_is_nothing_to_compare_with(project: Project) -> None:
    shutil.rmtree(project.root / ".git")
    project.git("init", "-q")
    assert "no commit yet" in project.kam("check", "--base", "main").stderr


def test_the_base_is_kept_and_follows_when_it_moves(project: Project, branch: Branch) -> None:
    branch({ISSUE: OPEN, BAD_PATH: BAD})
    assert project.said() == []
    kept = next((project.root / ".kam/cache").glob("base-*"))
    before = (kept / ISSUE).stat().st_mtime_ns
    first = project.git("rev-parse", "HEAD")
    project.commit({BAD_PATH: BAD.replace("huge", "high")})
    assert project.said("work") == []
    assert "severity: high" in (kept / BAD_PATH).read_text()
    assert (kept / ISSUE).stat().st_mtime_ns == before
    assert project.kam("check", "--base", first).exit_code == 0
    (kept / "commit").unlink()
    (kept / BAD_PATH).write_text("planted")
    assert project.kam("check", "--base", first).exit_code == 0
    assert "severity: huge" in (kept / BAD_PATH).read_text()


def test_without_a_cache_the_answer_is_the_same(project: Project, branch: Branch) -> None:
    branch({ISSUE: OPEN})
    project.write({ISSUE: None})
    assert project.said("main", "--no-cache") == project.said("main")


def test_a_base_that_a_repository_brings_along_is_not_believed(project: Project, branch: Branch) -> None:
    branch({})
    planted = project.root / ".kam/cache/base-0123456789abcdef"
    planted.mkdir(parents=True)
    (planted / "commit").write_text(project.git("rev-parse", "HEAD"))
    shutil.copytree(project.root / "accounts", planted / "accounts")
    (planted / BAD_PATH).parent.mkdir()
    (planted / BAD_PATH).write_text(BAD)
    project.write({BAD_PATH: BAD})
    assert any(line.startswith(BAD_PATH) for line in project.said())


def test_links_and_attachments_of_the_base_are_known_without_their_contents(project: Project, branch: Branch) -> None:
    (project.root / "accounts/acme/issues").mkdir()
    (project.root / "accounts/acme/issues/link.md").symlink_to("/etc/passwd")
    contract = front("title: Frame\nstatus: draft\nfiles: [frame.pdf]")
    branch({"accounts/acme/attachments/frame.pdf": "%PDF" * 100, "accounts/acme/contracts/2026-frame.md": contract})
    assert project.said() == []
    kept = next((project.root / ".kam/cache").glob("base-*"))
    assert (kept / "accounts/acme/issues/link.md").readlink() != Path("/etc/passwd")
    scan = kept / "accounts/acme/attachments/frame.pdf"
    assert scan.stat().st_size == 400 and not scan.read_bytes().strip(b"\0")


@pytest.mark.parametrize("words", [("--select", "deleted-record"), (ISSUE.replace("late", "other"),)])
def test_a_check_against_a_base_can_be_narrowed_down(project: Project, branch: Branch, words: tuple[str, ...]) -> None:
    other = ISSUE.replace("late", "other")
    branch({ISSUE: OPEN, other: OPEN})
    project.write({ISSUE: None, other: OPEN.replace("text: Came", "text: Went")})
    (said,) = project.said("main", *words)
    assert ("deleted" in said) == (words[0] == "--select")


SUPPRESSED = (
    "suppressions:\n  - rule: deleted-record\n    record: acme/issues/2026-03-02-late\n    reason: Entered twice\n"
    "    by: wang-fang\n    until: 2026-12-31\n"
)


def test_an_exception_of_the_base_lets_a_change_pass_and_is_not_called_unused(project: Project, branch: Branch) -> None:
    branch({ISSUE: OPEN, "site-config/suppressions.yml": SUPPRESSED})
    assert "suppression" not in project.kam("check", "--all").stdout
    project.write({ISSUE: None})
    assert project.said() == []


def test_an_exception_that_comes_with_the_change_lets_nothing_pass(project: Project, branch: Branch) -> None:
    branch({ISSUE: OPEN})
    project.write({ISSUE: None, "site-config/suppressions.yml": SUPPRESSED})
    assert [line.split(" ")[1] for line in project.said()] == ["deleted-record"]


def test_the_company_says_how_bad_a_forbidden_change_is(project: Project, branch: Branch) -> None:
    branch({ISSUE: OPEN, "site-config/checks.yml": "rules:\n  deleted-record: warning\n"})
    project.write({ISSUE: None})
    assert project.kam("check", "--base", "main").exit_code == 0
    assert project.kam("check", "--base", "main", "--strict").exit_code == 1


def test_a_mistake_in_the_settings_of_the_change_is_new(project: Project, branch: Branch) -> None:
    kpi = "site-config/kpis/broken.yml"
    branch({kpi: "title: {en: Old, zh: 旧}\n"})
    assert project.said() == []
    project.write({kpi.replace("broken", "worse"): "title: {en: New, zh: 新}\n"})
    said = project.said()
    assert said and all(line.startswith("site-config/kpis/worse.yml") for line in said)


def test_an_account_under_a_new_name_has_no_new_problems(project: Project, branch: Branch) -> None:
    branch({BAD_PATH: BAD, ISSUE: OPEN, "accounts/acme/stray.txt": "x"})
    assert project.since("main")["summary"]["errors"] == 0
    project.git("mv", "accounts/acme", "accounts/apex")
    found = project.since("main", "--strict")
    assert [each["message"] for each in found["problems"]] == []
    assert found["summary"]["older"] >= 3


def test_nothing_that_the_repository_names_is_run(project: Project, branch: Branch, tmp_path: Path) -> None:
    branch({ISSUE: OPEN, ".gitattributes": "*.md diff=x filter=x\n"})
    project.commit({ISSUE: OPEN.replace("Late", "Later")})
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch '{tmp_path}/sprung'\ncat\n")
    trap.chmod(0o755)
    keys = ("core.fsmonitor", "core.pager", "diff.external", "diff.x.textconv", "filter.x.clean", "filter.x.smudge")
    with (project.root / ".git/config").open("a") as file:
        file.writelines(f'[{key.split(".")[0]}{f" {chr(34)}x{chr(34)}" if key.count(".") == 2 else ""}]\n'
                        f'\t{key.rpartition(".")[2]} = {trap}\n' for key in keys)  # fmt: skip
    for name in ("post-checkout", "post-index-change", "reference-transaction"):
        (project.root / ".git/hooks").mkdir(exist_ok=True)
        shutil.copy(trap, project.root / ".git/hooks" / name)
    assert project.said() == []
    assert project.kam("audit", "log").exit_code == 0
    assert not (tmp_path / "sprung").exists()
    project.git("diff", "HEAD~1")
    assert (tmp_path / "sprung").exists()
