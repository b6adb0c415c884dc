"""Records, problems and counts as other parts read them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from kam.model.completeness import measure_completeness
from kam.model.problem import Finding, Level
from kam.portfolio import open_portfolio
from kam.portfolio.encode import dump_data, load_data
from kam.rules import discovery
from kam.rules.contract import AccountRecords, Rule
from kam.settings import Settings, load_settings

Plant = Callable[[dict[str, str]], Path]
DAY = date(2026, 3, 31)


def test_records_come_sorted_and_by_type_and_account(plant: Plant, texts: dict[str, str]) -> None:
    with open_portfolio(plant(texts)) as portfolio:
        ids = [record.id for record in portfolio.iter_records()]
        orders = list(portfolio.iter_records(type="order"))
        assert ids == sorted(ids) and len(ids) == 7
        assert [record.id for record in orders] == ["acme/orders/2026-03#SO-1", "acme/orders/2026-03#SO-2"]
        assert {record.account for record in portfolio.iter_records(account="beta")} == {"beta"}
        assert portfolio.accounts() == ["acme", "beta"]


def test_numbers_keep_their_digits(plant: Plant, texts: dict[str, str]) -> None:
    with open_portfolio(plant(texts)) as portfolio:
        record = portfolio.find_record("acme/orders/2026-03#SO-1")
    assert record is not None
    assert str(record.data["lines"][0]["unit_price"]) == "100.50"  # type: ignore[index,call-overload]


@pytest.mark.parametrize(
    "value",
    [Decimal("100.50"), Decimal("5"), Decimal("1E+3"), Decimal("-0.00"), 5, 2**80, -(2**70), "1.5", True, ["é 合同"]],
)
def test_values_survive_the_cache(value: object) -> None:
    data = {"value": value, "list": [{"inner": value}]}
    back = load_data(*dump_data(data))  # type: ignore[arg-type]
    assert repr(back) == repr(data)


def test_a_record_with_an_error_is_left_out_unless_asked_for(plant: Plant, texts: dict[str, str]) -> None:
    broken = texts["beta/issues/2026-03-02-late.md"].replace("severity: high", "severity: hihg")
    root = plant({**texts, "beta/issues/2026-03-02-late.md": broken, "beta/issues/2026-03-08-unread.md": "text"})
    faulty = {"beta/issues/2026-03-02-late", "beta/issues/2026-03-08-unread"}
    for _ in range(2):
        with open_portfolio(root) as portfolio:
            assert not faulty & {record.id for record in portfolio.iter_records()}
            assert {record.id for record in portfolio.iter_records(faulty=True) if record.faulty} == faulty
            summary = portfolio.check(DAY).summary
        assert (summary.records, summary.accounts) == (7, 2)


def test_a_reference_that_leads_nowhere_makes_its_record_faulty(plant: Plant, texts: dict[str, str]) -> None:
    del texts["acme/orders/2026-03.md"]
    with open_portfolio(plant(texts)) as portfolio:
        (problem,) = [p for p in portfolio.check(DAY).problems if p.rule == "reference"]
        assert (problem.path, problem.line, problem.column) == ("accounts/beta/issues/2026-03-03-linked.md", 3, 8)
        record = portfolio.find_record("beta/issues/2026-03-03-linked")
        assert record is not None and record.faulty
        assert record.id not in [each.id for each in portfolio.iter_records()]


def test_a_finding_in_a_ledger_has_the_place_of_its_entry(plant: Plant, texts: dict[str, str]) -> None:
    text = texts["acme/orders/2026-03.md"].replace("owner: zhou-kaiwen", "owner: nobody-known")
    wrong = text.replace("entries:\n", "entries:\n  - date: 2026-03-01\n")
    for ledger, line in ((text, 11), (wrong, 12)):
        with open_portfolio(plant({**texts, "acme/orders/2026-03.md": ledger}), cache=False) as portfolio:
            (problem,) = [p for p in portfolio.check(DAY).problems if p.rule == "unknown-person"]
        assert (problem.record, problem.line, problem.column) == ("acme/orders/2026-03#SO-2", line, 12)
        shutil.rmtree(portfolio.root)


def test_completeness_weighs_what_is_required_and_recommended(plant: Plant, texts: dict[str, str]) -> None:
    root = plant(texts)
    issue = load_settings(root).types["issue"]
    full = {"title": "x", "status": "open", "severity": "high", "reported_at": "2026-03-02", "handler": "a",
            "reported_by": "c1", "category": "x"}  # fmt: skip
    assert measure_completeness(full, issue).missing == ()
    filled, total, missing = measure_completeness({**full, "handler": "", "actions": [{"id": "1", "what": "x"}]}, issue)
    assert missing == (("handler",), ("actions", 0, "owner"), ("actions", 0, "due"), ("actions", 0, "status"))
    assert total - filled == issue.by_name["handler"].weight + 3


def test_a_rule_that_depends_on_the_day_is_asked_each_day(
    plant: Plant, texts: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def check_account(records: AccountRecords, settings: Settings, as_of: date) -> Iterator[Finding]:
        for record in records.of("issue"):
            if str(record.data["reported_at"])[:10] < as_of.isoformat():
                yield Finding(("reported_at",), record=record.id)

    rule = Rule("in-tray", Level.WARNING, check_account=check_account)  # type: ignore[arg-type]
    monkeypatch.setattr(discovery, "load_rules", lambda: (rule,))
    root = plant(texts)
    for day, count in ((1, 0), (2, 0), (3, 3), (2, 0), (4, 3)):
        with open_portfolio(root) as portfolio:
            problems = portfolio.check(date(2026, 3, day)).problems
        assert [(p.rule, p.field) for p in problems] == [("in-tray", "reported_at")] * count
