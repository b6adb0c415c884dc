"""The commands ``kam check`` and ``kam explain`` as people run them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kam.cli.main import cli

EXAMPLES = Path(__file__).parent.parent / "examples"
LATE = """---
title: Late
status: open
reported_by: nobody
---
"""


@pytest.fixture
def root(repository: Path, tmp_path: Path) -> Path:
    """A portfolio with one account: an error in an issue, warnings in the profile."""
    shutil.copytree(repository / "site-config" / "schemas", tmp_path / "site-config" / "schemas")
    for path in (repository / "site-config" / "kam.yml", repository / "site-config" / "currencies.yml"):
        shutil.copy(path, tmp_path / "site-config")
    for path in (EXAMPLES / "_settings").iterdir():
        shutil.copy(path, tmp_path / "site-config")
    (tmp_path / "mkdocs.yml").touch()
    issues = tmp_path / "accounts" / "acme" / "issues"
    issues.mkdir(parents=True)
    (issues / "2026-03-02-late.md").write_text(LATE, encoding="utf-8")
    (tmp_path / "accounts" / "acme" / "profile.md").write_text("---\nname: Acme\nowner: li-ming\n---\n", "utf-8")
    return tmp_path


def kam(root: Path, *words: str) -> Result:
    """Run ``kam`` and let no exception pass for an exit status."""
    result = CliRunner().invoke(cli, ["-C", str(root), *words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


def test_errors_fail_and_are_shown_with_their_line(root: Path) -> None:
    result = kam(root, "check")
    assert result.exit_code == 1
    assert "accounts/acme/issues/2026-03-02-late.md:4:14 error unknown-contact:" in result.stdout
    assert "     4 | reported_by: nobody" in result.stdout


def test_warnings_pass_unless_strict(root: Path) -> None:
    assert kam(root, "check", "acme/profile").exit_code == 0
    assert kam(root, "check", "acme/profile", "--strict").exit_code == 1


@pytest.mark.parametrize(
    "place",
    ["acme", "accounts/acme", "acme/issues/2026-03-02-late", "accounts/acme/issues/2026-03-02-late.md", "acme/issues/"],
)
def test_accounts_folders_and_records_can_be_named(root: Path, place: str) -> None:
    result = kam(root, "check", place)
    assert result.exit_code == 1 and "unknown-contact" in result.stdout


def test_paths_are_read_from_where_one_stands(root: Path) -> None:
    result = kam(root / "accounts" / "acme", "check", "issues/2026-03-02-late.md")
    assert result.exit_code == 1 and "unknown-contact" in result.stdout
    assert kam(root / "accounts" / "acme", "check", "profile.md").exit_code == 0


def test_a_folder_outside_is_not_looked_at(root: Path) -> None:
    assert kam(root, "check", "..").exit_code == 2


def test_one_entry_of_a_ledger_can_be_named(root: Path) -> None:
    orders = root / "accounts" / "acme" / "orders"
    orders.mkdir()
    (orders / "2026-03.md").write_text(
        "---\nentries:\n  - {id: SO-1, date: 2026-04-01}\n  - {id: SO-2, date: 2026-05-01}\n---\n", encoding="utf-8"
    )
    document = json.loads(kam(root, "check", "acme/orders/2026-03#SO-2", "--format", "json").stdout)
    assert {problem["record"] for problem in document["problems"]} == {"acme/orders/2026-03#SO-2"}


def test_a_name_that_leads_nowhere_is_wrong_use(root: Path) -> None:
    result = kam(root, "check", "acne")
    assert result.exit_code == 2 and "there is no acne" in result.stderr


def test_only_the_rules_asked_for(root: Path) -> None:
    result = kam(root, "check", "--select", "incomplete")
    assert result.exit_code == 0
    assert "unknown-contact" not in result.stdout and "incomplete" in result.stdout


def test_an_unknown_rule_gets_the_nearest(root: Path) -> None:
    result = kam(root, "check", "--select", "incomplet")
    assert result.exit_code == 2 and "Did you mean incomplete?" in result.stderr


def test_json_is_one_document(root: Path) -> None:
    result = kam(root, "check", "--format", "json")
    document = json.loads(result.stdout)
    assert result.stderr == ""
    assert [p["rule"] for p in document["problems"] if p["level"] == "error"] == ["unknown-contact"]
    assert document["summary"]["records"] == 2


def test_unusable_settings_end_with_status_two(root: Path) -> None:
    (root / "site-config" / "people.yml").write_text("people: [1, 2]\n", encoding="utf-8")
    for words in (("check",), ("check", "--settings")):
        assert kam(root, *words).exit_code == 2
    assert "site-config/people.yml:1:" in kam(root, "check", "--settings").stdout


@pytest.fixture
def broken(root: Path, repository: Path) -> Path:
    """The same with a slip in a KPI and in an import mapping."""
    config = repository / "site-config"
    for path, right, wrong in (
        ("kpis/nps.yml", "unit:", "unti:"),
        ("imports/nps.yml", "score: NPS", "scor: NPS"),
    ):
        text = (config / path).read_text(encoding="utf-8")
        target = root / "site-config" / path
        target.parent.mkdir(exist_ok=True)
        target.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    return root


def test_slips_in_kpis_and_mappings_fail_the_check(broken: Path) -> None:
    (broken / "accounts" / "acme" / "issues" / "2026-03-02-late.md").unlink()
    for _ in "fresh", "kept":
        result = kam(broken, "check")
        assert result.exit_code == 1
        for path in ("kpis/nps.yml", "imports/nps.yml"):
            assert f"site-config/{path}:" in result.stdout


def test_a_settings_file_can_be_named(broken: Path) -> None:
    result = kam(broken, "check", "site-config/kpis/nps.yml")
    assert result.exit_code == 1 and "unti" in result.stdout and "imports" not in result.stdout
    assert kam(broken, "check", "acme/profile").exit_code == 0


def test_what_was_found_in_settings_is_forgotten_with_them(broken: Path) -> None:
    assert kam(broken, "check", "site-config/kpis/nps.yml").exit_code == 1
    (broken / "site-config" / "kpis" / "nps.yml").unlink()
    assert "kpis/nps.yml" not in kam(broken, "check").stdout


def test_the_repository_passes_its_own_check(repository: Path) -> None:
    result = kam(repository, "check", "--no-cache", "--as-of", "2026-06-30")
    assert result.exit_code == 0, result.stdout


def test_explain_knows_rules_types_and_fields(root: Path) -> None:
    assert "Wrong:" in kam(root, "explain", "date-order").stdout
    assert "reported_at" in kam(root, "explain", "issue").stdout
    assert "critical" in kam(root, "explain", "issue.severity").stdout
    assert "New status" in kam(root, "explain", "issue.history.to").stdout
    assert "日期先后颠倒" in kam(root, "--lang", "zh", "explain", "date-order").stdout


def test_explain_tells_the_level_and_what_the_company_made_of_it(root: Path) -> None:
    assert "Level: warning\n" in kam(root, "explain", "incomplete").stdout
    assert "cannot be turned down" in kam(root, "explain", "not-utf8").stdout
    policy = "rules:\n  incomplete: {level: info, types: {issue: off}, tiers: {A: error}}\n"
    (root / "site-config" / "checks.yml").write_text(policy, encoding="utf-8")
    said = kam(root, "explain", "incomplete").stdout
    assert "Our level: info; type issue: off; tier A: error (site-config/checks.yml)\n" in said
    assert (
        "本公司设置：提示；类型 issue: 关闭；级别 A: 错误" in kam(root, "--lang", "zh", "explain", "incomplete").stdout
    )


def test_explain_proposes_the_nearest_name(root: Path) -> None:
    result = kam(root, "explain", "isue")
    assert result.exit_code == 2 and "Did you mean issue?" in result.stderr
    assert "issue.severity" in kam(root, "explain", "issue.severty").stderr


def test_rules_are_explained_outside_a_portfolio(tmp_path: Path) -> None:
    assert kam(tmp_path, "explain", "in-tray").exit_code == 0


@pytest.mark.parametrize(
    ("name", "meant"),
    [("问题", "issue"), ("isue.severty", "issue.severity"), ("问题.严重程度", "issue.severity"), ("zzz.zzz", "")],
)
def test_explain_knows_labels_and_mends_both_parts(root: Path, name: str, meant: str) -> None:
    said = kam(root, "--lang", "en", "explain", name)
    assert said.exit_code == 2 and (f"Did you mean {meant}?" in said.stderr if meant else "Did" not in said.stderr)


def test_explain_points_to_settings_that_are_broken(root: Path) -> None:
    (root / "site-config" / "people.yml").write_text("people: [1, 2]\n", encoding="utf-8")
    assert "kam check --settings" in kam(root, "--lang", "en", "explain", "no-such-thing").stderr


def test_an_account_may_be_named_as_people_call_it(root: Path) -> None:
    profile = root / "accounts" / "acme" / "profile.md"
    profile.write_text("---\nname: 华瑞化工有限公司\n---\n", encoding="utf-8")
    assert "是否应为 acme？" in kam(root, "--lang", "zh", "check", "华瑞化工").stderr


def test_records_are_named_with_or_without_folder_and_ending(root: Path) -> None:
    assert kam(root, "check", "accounts/acme/profile").exit_code == 0


def test_places_where_nothing_is_checked_are_no_clean_bill(root: Path) -> None:
    (root / "sop").mkdir()
    assert "0 records selected" in kam(root, "--lang", "en", "check", "sop").stdout


def test_an_empty_query_is_called_empty(root: Path) -> None:
    assert "the query is empty" in kam(root, "--lang", "en", "query", " ").stderr
