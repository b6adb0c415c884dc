"""The sample portfolio: what a visitor sees first must be sound and full of life."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from kam.cli.main import cli
from kam.model.record import Record, Value
from kam.portfolio import Portfolio, Report, open_portfolio

AS_OF = date(2026, 11, 22)
MONTHS = 12


@pytest.fixture(scope="module")
def sample(repository: Path) -> Iterator[Portfolio]:
    """The portfolio in this repository, read afresh."""
    with open_portfolio(repository, cache=False) as portfolio:
        yield portfolio


@pytest.fixture(scope="module")
def records(sample: Portfolio) -> dict[str, list[Record]]:
    """Its records by type."""
    found: dict[str, list[Record]] = defaultdict(list)
    for record in sample.iter_records(faulty=True):
        found[record.type].append(record)
    return found


@pytest.fixture(scope="module")
def report(sample: Portfolio) -> Report:
    """What the checks say of it."""
    return sample.check(AS_OF)


def test_sample_has_no_errors_and_hardly_a_warning(report: Report) -> None:
    assert not [problem for problem in report.problems if problem.level == "error"]
    assert len(report.problems) <= 5


@pytest.mark.parametrize("table", ["accounts", "contracts", "opportunities", "orders", "invoices"])
def test_everything_of_a_table_can_be_asked_for(repository: Path, table: str) -> None:
    result = CliRunner().invoke(cli, ["-C", str(repository), "query", f"SELECT * FROM {table}", "--format", "csv"])
    assert result.exit_code == 0, result.output


def test_sample_settings_have_no_problems(sample: Portfolio) -> None:
    assert sample.settings.problems == []


def test_sample_has_four_accounts_or_more(sample: Portfolio, records: dict[str, list[Record]]) -> None:
    assert len(records["profile"]) >= 4
    assert len(sample.accounts()) >= 4


def test_sample_has_records_of_every_type(sample: Portfolio, records: dict[str, list[Record]]) -> None:
    assert set(sample.settings.types) == {name for name, found in records.items() if found}


def test_sample_has_every_account_type_in_every_account(sample: Portfolio, records: dict[str, list[Record]]) -> None:
    accounts = {record.account for record in records["profile"]}
    for name, rtype in sample.settings.types.items():
        if rtype.scope == "account":
            assert {record.account for record in records[name]} >= accounts, name


def test_sample_speaks_both_languages(records: dict[str, list[Record]]) -> None:
    chinese = [any("\u4e00" <= letter <= "\u9fff" for letter in str(r.data["name"])) for r in records["profile"]]
    assert any(chinese) and not all(chinese)


def test_each_account_orders_in_most_months(records: dict[str, list[Record]]) -> None:
    months: dict[str, set[str]] = defaultdict(set)
    for order in records["order"]:
        months[order.account].add(str(order.data["date"])[:7])
    assert all(len(found) >= MONTHS - 3 for found in months.values())


def test_opportunities_stand_in_every_stage(sample: Portfolio, records: dict[str, list[Record]]) -> None:
    stages = Counter(str(record.data["stage"]) for record in records["opportunity"])
    assert set(stages) == set(sample.settings.types["opportunity"].by_name["stage"].choices or ())
    assert stages["won"] >= 4 and stages["lost"] >= 4


def test_payments_never_exceed_their_invoices(records: dict[str, list[Record]]) -> None:
    paid = _paid(records["payment"])
    owed = {invoice.id: _number(invoice.data["amount"]) for invoice in records["invoice"]}
    assert set(paid) <= set(owed)
    assert [name for name, amount in paid.items() if amount > owed[name]] == []


def test_paid_invoices_are_paid_in_full(records: dict[str, list[Record]]) -> None:
    paid = _paid(records["payment"])
    for invoice in records["invoice"]:
        if invoice.data.get("status") == "paid":
            assert paid[invoice.id] == _number(invoice.data["amount"]), invoice.id


def _paid(payments: list[Record]) -> dict[str, Decimal]:
    """What has been paid of each invoice."""
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for payment in payments:
        shares = payment.data.get("allocations") or [payment.data]
        assert isinstance(shares, list)
        for share in shares:
            assert isinstance(share, dict)
            paid[str(share["invoice"])] += _number(share["amount"])
    return paid


def _number(value: Value) -> Decimal:
    assert isinstance(value, int | Decimal)
    return Decimal(value)


def test_nothing_in_the_sample_has_happened_after_its_day(records: dict[str, list[Record]]) -> None:
    past = {"order": "date", "invoice": "date", "payment": "date", "expense": "date", "meeting": "at", "service": "on"}
    for name, field in past.items():
        assert max(str(record.data[field])[:10] for record in records[name]) <= AS_OF.isoformat(), name


def test_sample_asks_the_right_colleagues_to_review(repository: Path) -> None:
    asked = ["-C", str(repository), "--lang", "en", "codeowners", "--check", "--as-of", AS_OF.isoformat()]
    said = CliRunner().invoke(cli, asked)
    assert said.exit_code == 0, said.output
