"""``kam kpi --at REV``: the records, settings, definitions and history of a commit, whatever lies in the folder."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from deals import WIN_RATE, WON_VALUE, Ask, Kam, Run, deal

PUMPS = "accounts/acme/opportunities/pumps.md"
RATE = "site-config/kpis/win_rate.yml"


def values(found: Any) -> dict[str, Any]:
    return {kpi["id"]: kpi["value"] for kpi in found["kpis"]}


@pytest.mark.parametrize("form", ["table", "json", "csv", "md"])
@pytest.mark.parametrize("more", [(), ("--by", "account", "--trend", "3", "--facts")])
def test_at_head_prints_the_same_bytes_as_without(project: Path, kam: Kam, form: str, more: tuple[str, ...]) -> None:
    words = ("kpi", *more, "--format", form)
    plain, at = kam(*words, "--as-of", "2025-03-01"), kam(*words, "--at", "HEAD")
    assert (plain.exit_code, at.exit_code) == (0, 0)
    assert at.stdout == plain.stdout
    assert "as the repository stood at HEAD" in at.stderr


def test_records_definitions_and_history_are_those_of_the_commit(
    project: Path, ask: Ask, commit: Run, git: Run
) -> None:
    first = git("rev-parse", "HEAD")
    commit({
        PUMPS: deal("Pumps", "won"),
        RATE: WIN_RATE.replace("12 months", "now"),
        "site-config/kpis/changes.yml": WON_VALUE.replace("unit: money", "unit: count").split("sql:")[0] + (
            "sql: |\n  SELECT CAST(NULL AS VARCHAR) AS account, person, day AS at, path AS record, 1 AS numerator,\n"
            "    1 AS denominator FROM revisions\n"
        ),
    }, on="2025-04-01T12:00:00+08:00")  # fmt: skip
    then = ask("--at", first)
    assert (then["as_of"], then["revision"]) == ("2025-03-01", first)
    assert values(then) == {"win_rate": 66.6666666667, "won_value": 150.1}
    commit({PUMPS: None}, on="2025-05-01T12:00:00+08:00")
    now = ask("--at", "HEAD~1")
    assert now["as_of"] == "2025-04-01"
    assert values(now)["won_value"] == 250.2
    assert values(now)["changes"] == values(ask("--at", "HEAD~1", "--as-of", "2025-12-31"))["changes"]
    assert values(ask("--at", "HEAD", "--as-of", "2025-12-31"))["changes"] == values(now)["changes"] + 1


def test_the_working_tree_is_neither_read_nor_touched(project: Path, ask: Ask, git: Run) -> None:
    (project / PUMPS).write_text(deal("Pumps", "won"))
    (project / RATE).write_text("not: a kpi\n")
    (project / "site-config/people.yml").write_text("people: [\n")
    (project / "accounts/apex/profile.md").unlink()
    git("add", PUMPS)
    before = git("status", "--porcelain")
    assert values(ask("--at", "HEAD")) == {"win_rate": 66.6666666667, "won_value": 150.1}
    assert git("status", "--porcelain") == before


def test_a_tag_a_branch_a_commit_a_day_a_month_and_a_quarter(project: Path, ask: Ask, commit: Run, git: Run) -> None:
    git("tag", "v1")
    git("branch", "old")
    first = git("rev-parse", "HEAD")
    commit({PUMPS: deal("Pumps", "won")}, on="2025-04-10T23:30:00+08:00")
    for name in ("v1", "old", first, first[:12], "HEAD~1", "2025-04-09", "2025-03"):
        assert ask("won_value", "--at", name)["revision"] == first, name
    assert ask("won_value", "--at", "2025-03")["as_of"] == "2025-03-31"
    assert ask("won_value", "--at", "2025-04-09")["as_of"] == "2025-04-09"
    late = ask("won_value", "--at", "2025-Q2")
    assert (late["revision"], late["as_of"]) == (git("rev-parse", "HEAD"), "2025-06-30")
    assert ask("won_value", "--at", "2025-04-10")["revision"] == late["revision"], "in the company's time zone"
    git("tag", "2025-04-10", first)
    assert ask("won_value", "--at", "2025-04-10")["revision"] == first, "a tag of that name comes first"


def test_a_day_means_what_the_main_branch_had_reached(project: Path, ask: Ask, commit: Run, git: Run) -> None:
    first = git("rev-parse", "HEAD")
    git("checkout", "-q", "-b", "side")
    commit({PUMPS: deal("Pumps", "won")}, on="2025-03-05T12:00:00+08:00")
    git("checkout", "-q", "main")
    git("merge", "-q", "--no-ff", "--no-edit", "side", on="2025-03-20T12:00:00+08:00")
    assert ask("--at", "2025-03-10")["revision"] == first
    assert values(ask("--at", "2025-03-20"))["won_value"] == 250.2


def test_what_an_amended_commit_was_can_still_be_looked_at(project: Path, ask: Ask, git: Run) -> None:
    first = git("rev-parse", "HEAD")
    (project / PUMPS).write_text(deal("Pumps", "won"))
    git("commit", "-q", "-a", "--amend", "--no-edit", on="2025-03-01T12:00:00+08:00")
    assert values(ask("--at", first))["won_value"] == 150.1
    assert values(ask("--at", "HEAD"))["won_value"] == 250.2


@pytest.mark.parametrize(
    ("asked", "en", "zh"),
    [
        ("nosuch", "there is no revision nosuch in this repository", "仓库中没有 nosuch 这个版本"),
        ("2024-12-31", "there was no commit yet on 2024-12-31; the first one is of 2025-03-01", "最早的提交"),
        ("2999-01-01", "2999-01-01 has not come yet", "2999-01-01 还没有到"),
        ("2025-02-30", "there is no such day as 2025-02-30", "没有 2025-02-30 这一天"),
        ("main@{2025-03-01}", "Name the day alone", "请直接写日期"),
        ("both", "Say which one is meant: refs/tags/both or refs/heads/both", "refs/tags/both 或 refs/heads/both"),
        ("HEAD:accounts", "there is no revision HEAD:accounts", "没有 HEAD:accounts 这个版本"),
        ("--all", "there is no revision --all", "没有 --all 这个版本"),
    ],
)  # fmt: skip
def test_what_is_no_revision_is_refused(project: Path, kam: Kam, git: Run, asked: str, en: str, zh: str) -> None:
    git("tag", "both")
    git("branch", "both")
    for lang, said in (("en", en), ("zh", zh)):
        result = kam("kpi", f"--at={asked}", lang=lang)
        assert result.exit_code == 2 and not result.stdout
        assert said in result.stderr, result.stderr


def test_the_beginning_of_several_commits_is_refused(project: Path, kam: Kam, git: Run) -> None:
    many = "".join(
        f"commit refs/heads/many\ncommitter a <a@b.c> {1_700_000_000 + n} +0000\ndata 0\n" for n in range(2000)
    )
    subprocess.run(["git", "fast-import", "--quiet"], cwd=project, input=many.encode(), check=True)
    starts = [each[:4] for each in git("rev-list", "many").split()]
    twice = next(each for each in starts if starts.count(each) > 1)
    result = kam("kpi", "--at", twice)
    assert result.exit_code == 2 and f"more than one commit begins with {twice}" in result.stderr
    assert f"以 {twice} 开头的提交不止一个" in kam("kpi", "--at", twice, lang="zh").stderr


def test_a_commit_before_there_was_a_portfolio_is_told_of(
    repo: Path, repository: Path, commit: Run, kam: Kam, git: Run
) -> None:
    commit({"README.md": "hello\n"}, on="2024-01-01T12:00:00+08:00")
    shutil.copytree(repository / "site-config/schemas", repo / "site-config/schemas")
    commit({"mkdocs.yml": "", "accounts/acme/profile.md": "---\nname: Acme\n---\n"}, on="2025-01-01T12:00:00+08:00")
    result = kam("kpi", "--at", "HEAD~1")
    assert result.exit_code == 2
    assert "there was no portfolio in this folder at HEAD~1" in result.stderr and "2024-01-01" in result.stderr
    assert "没有客户档案库" in kam("kpi", "--at", "HEAD~1", lang="zh").stderr
    assert kam("kpi", "--at", "HEAD~1", "--definitions", "now").exit_code == 2


@pytest.mark.parametrize(
    "spoilt",
    [{"site-config/people.yml": "people: {li-ming: {name: [}}\n"},
     {"site-config/schemas/opportunity.yml": "type: object\nx-folder: opportunities\nx-of-tomorrow: {what: ever}\n"}],
)  # fmt: skip
def test_settings_that_are_of_no_use_are_told_with_a_way_out(
    project: Path, kam: Kam, ask: Ask, commit: Run, git: Run, spoilt: dict[str, str]
) -> None:
    good = {path: (project / path).read_text("utf-8") for path in spoilt}
    spoiled = commit(spoilt, on="2025-03-10T12:00:00+08:00")
    commit({**good, PUMPS: deal("Pumps", "won")}, on="2025-03-20T12:00:00+08:00")
    result = kam("kpi", "--at", spoiled)
    assert result.exit_code == 2
    assert next(iter(spoilt)) + ":" in result.stderr and "--definitions now" in result.stderr
    assert "现在的设置" in kam("kpi", "--at", spoiled, lang="zh").stderr
    assert values(ask("--at", spoiled, "--definitions", "now")) == {"win_rate": 66.6666666667, "won_value": 150.1}


def test_today_s_definitions_over_the_records_of_then(project: Path, ask: Ask, commit: Run, kam: Kam) -> None:
    commit({RATE: WIN_RATE.replace("'won', 'lost'", "'won'"), PUMPS: None}, on="2025-04-01T12:00:00+08:00")
    assert values(ask("win_rate", "--at", "HEAD~1"))["win_rate"] == 66.6666666667
    assert values(ask("win_rate", "--at", "HEAD~1", "--definitions", "now"))["win_rate"] == 100
    assert kam("kpi", "--definitions", "now").exit_code == 2


def test_a_kpi_of_another_name_is_told(project: Path, kam: Kam, commit: Run) -> None:
    commit({RATE: None, "site-config/kpis/won_share.yml": WIN_RATE}, on="2025-04-01T12:00:00+08:00")
    result = kam("kpi", "won_share", "--at", "HEAD~1")
    assert result.exit_code == 2
    assert "there is no KPI won_share at HEAD~1" in result.stderr and "it was called win_rate then" in result.stderr
    assert "当时的名称是 win_rate" in kam("kpi", "won_share", "--at", "HEAD~1", lang="zh").stderr
    assert "there is no KPI nothing at HEAD~1" in kam("kpi", "nothing", "--at", "HEAD~1").stderr


def test_a_definition_with_mistakes_is_left_out_as_it_is_today(project: Path, kam: Kam, commit: Run) -> None:
    commit({RATE: "title: x\n"})
    result = kam("kpi", "--at", "HEAD")
    assert "win_rate" not in result.stdout and "won_value" in result.stdout
    assert "site-config/kpis/win_rate.yml" in result.stderr


def test_without_git_there_is_nothing_to_look_at(project: Path, kam: Kam) -> None:
    shutil.rmtree(project / ".git")
    result = kam("kpi", "--at", "HEAD")
    assert result.exit_code == 2 and "not in a Git repository" in result.stderr


def test_a_shallow_clone_answers_for_what_it_has(
    project: Path, ask: Ask, kam: Kam, commit: Run, git: Run, tmp_path: Path
) -> None:
    commit({PUMPS: deal("Pumps", "won")}, on="2025-04-01T12:00:00+08:00")
    git("clone", "-q", "--depth", "1", project.as_uri(), "clone", folder=tmp_path)
    clone = tmp_path / "clone"
    assert values(ask("--at", "HEAD", root=clone))["won_value"] == 250.2
    for asked in ("HEAD~1", "2025-03-15"):
        refused = kam("kpi", "--at", asked, root=clone)
        assert refused.exit_code == 2 and "git fetch --unshallow" in refused.stderr


def test_a_clone_without_old_contents_fetches_nothing_and_says_so(
    project: Path, kam: Kam, commit: Run, git: Run, tmp_path: Path
) -> None:
    commit({PUMPS: deal("Pumps", "won")}, on="2025-04-01T12:00:00+08:00")
    git("config", "uploadpack.allowFilter", "true")
    git("clone", "-q", "--filter=blob:none", project.as_uri(), "clone", folder=tmp_path)
    refused = kam("kpi", "--at", "HEAD~1", root=tmp_path / "clone")
    assert refused.exit_code == 2 and "Make a full clone" in refused.stderr


def test_a_repository_cannot_make_kam_run_or_write_anything(project: Path, ask: Ask, git: Run, tmp_path: Path) -> None:
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\ncat\n")
    trap.chmod(0o755)
    for key in ("core.fsmonitor", "diff.external", "core.pager", "gpg.program", "filter.x.smudge", "diff.x.textconv"):
        git("config", key, str(trap))
    git("config", "log.showSignature", "true")
    (project / ".gitattributes").write_text("*.md diff=x filter=x\n")
    target = tmp_path / "target.md"
    target.write_text("mine\n")
    blob = subprocess.run(
        ["git", "hash-object", "-w", "--stdin"],
        cwd=project,
        input=str(target),
        text=True,
        capture_output=True,
        check=True,
    ).stdout.strip()
    git("update-index", "--add", "--cacheinfo", f"120000,{blob.strip()},accounts/acme/opportunities/link.md")
    git("commit", "-q", "-m", "trap", on="2025-03-02T12:00:00+08:00")
    (tmp_path / "sprung").unlink(missing_ok=True)
    assert values(ask("--at", "HEAD"))["won_value"] == 150.1
    assert not (tmp_path / "sprung").exists() and target.read_text() == "mine\n"


def test_a_portfolio_in_a_folder_of_its_repository(
    project: Path, ask: Ask, commit: Run, git: Run, tmp_path: Path
) -> None:
    inside = project / "sales/portfolio"
    inside.mkdir(parents=True)
    for name in ("accounts", "site-config", "mkdocs.yml"):
        (project / name).rename(inside / name)
    commit({}, on="2025-04-01T12:00:00+08:00")
    commit({f"sales/portfolio/{PUMPS}": deal("Pumps", "won")}, on="2025-04-02T12:00:00+08:00")
    assert values(ask("--at", "HEAD~1", root=inside))["won_value"] == 150.1


def test_each_point_of_a_trend_is_the_figure_of_its_day(project: Path, ask: Ask) -> None:
    words = ("--by", "account", "--at", "HEAD", "--as-of", "2025-12-31")
    for kpi in ask(*words, "--trend", "12")["kpis"]:
        for point in kpi["trend"]:
            alone = ask(kpi["id"], "--at", "HEAD", "--as-of", point["as_of"])["kpis"][0]
            assert {name: alone[name] for name in ("value", "n", "numerator", "denominator")} == {
                name: point[name] for name in ("value", "n", "numerator", "denominator")
            }
