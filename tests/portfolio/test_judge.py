"""Levels and exceptions of a policy: a check, the records left out and the entries of no use agree."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from kam.portfolio import Report, open_portfolio

DAY = date(2026, 3, 31)
LATE = "acme/issues/2026-03-02-late"
Plant = Callable[[dict[str, str]], Path]


@pytest.fixture
def root(plant: Plant, texts: dict[str, str]) -> Path:
    """Both accounts have an issue with a handler whom nobody knows; acme is of tier A."""
    for name in ("acme", "beta"):
        path = f"{name}/issues/2026-03-02-late.md"
        texts[path] = texts[path].replace("handler: zhou-kaiwen", "handler: nobody")
    texts["acme/profile.md"] = texts["acme/profile.md"].replace("owner:", "tier: A\nowner:")
    return plant(texts)


def check(root: Path, as_of: date = DAY, **files: str) -> tuple[Report, list[str]]:
    for name, text in files.items():
        (root / "site-config" / f"{name}.yml").write_text(text, encoding="utf-8")
    with open_portfolio(root) as portfolio:
        assert portfolio.settings.problems == []
        return portfolio.check(as_of), portfolio.left_out()


def levels(report: Report, rule: str = "unknown-person") -> list[str]:
    return [f"{p.path.split('/')[1]} {p.level}" for p in report.problems if p.rule == rule]


@pytest.mark.parametrize(
    ("rule", "said", "left_out"),
    [
        ("error", ["acme error", "beta error"], ["acme", "beta"]),
        ("warning", ["acme warning", "beta warning"], []),
        ("info", ["acme info", "beta info"], []),
        ("off", [], []),
        ("{types: {issue: warning}}", ["acme warning", "beta warning"], []),
        ("{types: {order: warning}}", ["acme error", "beta error"], ["acme", "beta"]),
        ("{level: off, tiers: {A: error}}", ["acme error"], ["acme"]),
        ("{tiers: {A: info}}", ["acme info", "beta error"], ["beta"]),
        ("{types: {issue: warning}, tiers: {A: error}}", ["acme error", "beta warning"], ["acme"]),
        ("{types: {issue: warning}, tiers: {A: off}}", ["acme warning", "beta warning"], []),
    ],
)
def test_the_level_of_the_policy_decides_what_is_left_out(
    root: Path, rule: str, said: list[str], left_out: list[str]
) -> None:
    report, out = check(root, checks=f"rules:\n  unknown-person: {rule}\n")
    assert levels(report) == said
    assert out == [f"{name}/issues/2026-03-02-late" for name in left_out]
    assert report.summary.errors == sum("error" in each for each in said)


def test_the_level_follows_the_tier_when_only_the_profile_changes(root: Path) -> None:
    policy = "rules:\n  unknown-person: {tiers: {A: warning}}\n"
    assert check(root, checks=policy)[1] == ["beta/issues/2026-03-02-late"]
    profile = root / "accounts/acme/profile.md"
    profile.write_text(profile.read_text(encoding="utf-8").replace("tier: A", "tier: B"), encoding="utf-8")
    assert check(root)[1] == [LATE, "beta/issues/2026-03-02-late"]


def test_a_rule_on_the_whole_portfolio_follows_the_policy_too(plant: Plant, texts: dict[str, str]) -> None:
    texts["beta/profile.md"] = texts["acme/profile.md"]
    root = plant(texts)
    assert check(root)[1] == ["beta/profile"]
    assert check(root, checks="rules:\n  duplicate-account: warning\n")[1] == []


ENTRY = """suppressions:
  - rule: unknown-person
    record: {record}
    reason: He joins next month
    by: zhou-kaiwen
    until: 2026-04-30
"""


@pytest.mark.parametrize("record", [LATE, "acme", "acme/issues/*", "acme/issues/2026-*", f"accounts/{LATE}.md"])
def test_what_somebody_lets_pass_is_counted_and_leaves_nothing_out(root: Path, record: str) -> None:
    report, out = check(root, suppressions=ENTRY.format(record=record))
    assert (levels(report), out) == (["beta error"], ["beta/issues/2026-03-02-late"])
    assert report.summary.suppressed == 1
    assert [(s.problem.record, s.by, s.reason) for s in report.suppressed] == [
        (LATE, "zhou-kaiwen", "He joins next month")
    ]


def test_an_exception_that_ran_out_is_reported_with_what_it_hid_and_changes_no_figure(root: Path) -> None:
    report, out = check(root, date(2026, 4, 30), suppressions=ENTRY.format(record=LATE))
    assert levels(report) == ["beta error"]
    report, out = check(root, date(2026, 5, 1))
    assert levels(report) == ["acme error", "beta error"]
    assert [(p.path, p.line, p.level) for p in report.problems if p.rule == "suppression-expired"] == [
        ("site-config/suppressions.yml", 2, "warning")
    ]
    assert out == ["beta/issues/2026-03-02-late"]


def test_an_exception_that_finds_nothing_is_reported(root: Path) -> None:
    report, _ = check(root, suppressions=ENTRY.format(record="acme/issues/other"))
    assert [(p.line, p.args["record"]) for p in report.problems if p.rule == "suppression-unused"] == [
        (2, "acme/issues/other")
    ]
    report, _ = check(root, checks="rules:\n  suppression-unused: off\n")
    assert not levels(report, "suppression-unused")


def test_an_exception_for_one_field_leaves_the_others(root: Path) -> None:
    report, _ = check(root, suppressions=ENTRY.format(record="acme\n    field: owner"))
    assert levels(report) == ["acme error", "beta error"]
    report, _ = check(root, suppressions=ENTRY.format(record="acme\n    field: handler"))
    assert levels(report) == ["beta error"]


def test_what_people_failed_to_do_keeps_no_record_out_of_the_figures(root: Path) -> None:
    contract = root / "accounts/acme/contracts/2026-01-02-frame.md"
    contract.parent.mkdir(exist_ok=True)
    contract.write_text("---\ntitle: Frame contract\nstatus: signed\n---\n", encoding="utf-8")
    rules = "rules:\n  contract: {type: contract, states: [signed], any: [sales-manager]}\n"
    report, out = check(root, approvals=f"identity: none\n{rules}")
    assert levels(report, "approval-missing") == ["acme error"]
    assert "acme/contracts/2026-01-02-frame" not in out
