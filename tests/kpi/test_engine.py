"""How facts are put together, for many days and groups at once, and what tables made from KPIs may do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from reckoning import ACME, DAY, Given, order

from kam.kpi import KpiResult, check_kpis, compute
from kam.kpi.window import window_on
from kam.model.schema import Label
from kam.settings import Settings
from kam.tables import TablesError, open_tables
from kam.tables.gathered import SharedTable
from kam.tables.late import LateTable
from kam.tables.plan import Column

TEXTS = "title: {en: T, zh: T}\nmeaning: {en: T, zh: T}\nformula: {en: T, zh: T}\nowner: {en: T, zh: T}\narea: orders\n"
FACTS = """\
sql: |
  SELECT account, owner AS person, "date" AS at, id AS record, total_base AS numerator, 10 AS denominator
  FROM orders
"""
NAME: Label = {"en": "n", "zh": "n"}


def kpi_file(root: Path, name: str, head: str, sql: str = FACTS) -> None:
    folder = root / "site-config/kpis"
    folder.mkdir(parents=True, exist_ok=True)
    head = f"{head}\nunit: count" if "unit:" not in head else head
    window = "" if "window:" in head else "window: 12 months\n"
    groupings = "groupings: [account, person, month]\n"
    (folder / f"{name}.yml").write_text(f"{TEXTS}{head}\n{window}{groupings}{sql}", encoding="utf-8")


@pytest.fixture
def settings(sample_settings: Settings, tmp_path: Path) -> Settings:
    return replace(sample_settings, root=tmp_path)


def asked(source: Any, kpi: str, late: Sequence[LateTable] = (), **options: Any) -> KpiResult:
    with open_tables(source, DAY, cache=False, late=late) as tables:
        (result,) = compute(source, DAY, [kpi], tables=tables, **options)
    return result


def orders(*made: tuple[str, str, int]) -> dict[str, dict[str, Any]]:
    found = {f"acme/orders/{day[:7]}#{at}": order(day, total, owner=who) for at, (who, day, total) in enumerate(made)}
    return ACME | found


SPREAD = orders(("ann", "2026-05-01", 30), ("bob", "2026-05-02", 10), ("ann", "2026-06-01", 20))

AGGREGATED = [
    ("aggregation: gini", SPREAD, Decimal(1) / 3),
    ("aggregation: max_to_mean", SPREAD, Decimal(50) / 30),
    ("aggregation: gini", orders(("ann", "2026-05-01", 30)), None),
    ("aggregation: max_to_mean", orders(("ann", "2026-05-01", 0), ("bob", "2026-05-01", 0)), None),
    ("aggregation: formula\nvalue: sum(numerator) / nullif(sum(denominator), 0) * 365", SPREAD, Decimal(730)),
    ("aggregation: formula\nunit: percent\nvalue: sum(numerator) / 120", SPREAD, Decimal(50)),
    ("aggregation: formula\nvalue: count(DISTINCT person) + ($as_of - $from)", SPREAD, Decimal(2 + 364)),
    ("aggregation: formula\nvalue: sum(numerator) / (sum(numerator) - 60)", SPREAD, None),
    ("aggregation: formula\nvalue: sum(numerator)", ACME, None),
    ("aggregation: ratio\nunit: percent\ncap: 100", SPREAD, Decimal(100)),
    ("aggregation: ratio\nunit: percent\ncap: 300", SPREAD, Decimal(200)),
    ("aggregation: ratio\nnot_negative: numerator", orders(("ann", "2026-05-01", -30)), None),
    ("aggregation: ratio", orders(("ann", "2026-05-01", -30)), Decimal(-3)),
    ("aggregation: formula\nvalue: sum(numerator)\nnot_negative: numerator", orders(("a", "2026-05-01", -3)), None),
]


@pytest.mark.parametrize(("head", "records", "expected"), AGGREGATED)
def test_facts_are_put_together(
    given: Given, settings: Settings, head: str, records: dict[str, Any], expected: Decimal | None
) -> None:
    kpi_file(settings.root, "made", head)
    assert check_kpis(settings.root, settings) == []
    result = asked(given(records, settings), "made")
    assert not result.failed, result.reason
    if expected is None:
        assert result.value is None and result.reason
    else:
        assert result.value is not None and abs(result.value - expected) < Decimal("1e-15")


def test_each_group_has_its_trend_and_one_that_has_nothing_left_stays(given: Given, settings: Settings) -> None:
    kpi_file(settings.root, "made", "aggregation: sum\nwindow: month")
    days = [date(2026, 5, 31), date(2026, 6, 15)]
    result = asked(given(SPREAD, settings), "made", by="person", days=days)
    trends = {group.key: [point.figure.value for point in group.trend] for group in result.by}
    assert trends == {"ann": [30, 20], "bob": [10, None]}
    assert {group.key: group.figure.value for group in result.by} == {"ann": 20, "bob": None}
    assert {point.as_of: point.figure.value for point in result.trend} == {days[0]: 40, days[1]: 20}


def test_a_day_that_fails_leaves_the_others(given: Given, settings: Settings) -> None:
    sql = FACTS.replace(
        "total_base AS", "CAST(CASE WHEN $as_of < DATE '2026-05-01' THEN error('no') ELSE 1 END AS INT) AS"
    )
    kpi_file(settings.root, "made", "aggregation: sum", sql)
    records = orders(("ann", "2026-04-01", 1))
    result = asked(given(records, settings), "made", days=[date(2026, 4, 30), DAY])
    assert [(point.figure.value, point.figure.reason) for point in result.trend] == [
        (None, {"en": "no", "zh": "no"}),
        (1, None),
    ]


def test_parameters_are_a_table(given: Given, settings: Settings) -> None:
    with open_tables(given(ACME, settings), DAY, cache=False) as tables:
        assert tables.columns_of("parameters") == ("name", "value", "text")
        rows = tables.query("SELECT value FROM parameters WHERE name = 'decline.tolerance'").rows
    assert rows == [(Decimal("1.5"),)]


def by_day(name: str, rows: Any) -> LateTable:
    columns = (Column("day", "DATE", NAME), Column("account", "VARCHAR", NAME), Column("score", "DECIMAL(18,4)", NAME))
    return LateTable(SharedTable(name, NAME, columns), rows, by_day=True)


SCORED = """\
sql: |
  SELECT account, NULL AS person, day AS at, account || '/profile' AS record, score AS numerator, 1 AS denominator
  FROM scores WHERE day = $as_of
"""


def test_a_table_made_from_kpis_is_filled_for_each_day_once(given: Given, settings: Settings) -> None:
    kpi_file(settings.root, "sold", "aggregation: sum")
    kpi_file(settings.root, "scored", "aggregation: mean\nwindow: now", SCORED)
    source = given(SPREAD, settings)
    filled: list[date] = []

    def rows(tables: Any, days: Sequence[date]) -> list[tuple[Any, ...]]:
        filled.extend(days)
        (sold,) = compute(source, max(days), ["sold"], by="account", days=days, tables=tables)
        return [(p.as_of, g.key, p.figure.value) for g in sold.by for p in g.trend if p.figure.value is not None]

    with open_tables(source, DAY, cache=False, late=[by_day("scores", rows)]) as tables:
        (result,) = compute(source, DAY, ["scored"], trend=3, by="account", tables=tables)
        assert [point.figure.value for point in result.trend] == [None, 40, 60]
        assert [point.figure.value for point in result.by[0].trend] == [None, 40, 60]
        assert tables.query("SELECT score FROM scores WHERE day = $as_of").rows == [(60,)]
    assert filled == [date(2026, 4, 30), date(2026, 5, 31), DAY]


def test_a_table_made_from_a_kpi_that_asks_for_it_is_a_mistake_and_no_endless_loop(
    given: Given, settings: Settings
) -> None:
    kpi_file(settings.root, "scored", "aggregation: mean\nwindow: now", SCORED)
    source = given(SPREAD, settings)

    def rows(tables: Any, days: Sequence[date]) -> list[tuple[Any, ...]]:
        compute(source, max(days), ["scored"], by="account", days=days, tables=tables)
        return []

    result = asked(source, "scored", [by_day("scores", rows)], trend=3)
    assert result.failed and result.reason and "scores → scores" in result.reason["en"]
    with open_tables(source, DAY, cache=False, late=[by_day("scores", rows)]) as tables, pytest.raises(TablesError):
        tables.query("SELECT * FROM scores")


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("quarter", {"2026-Q1": 1, "2026-Q2": 2}),
        ("fiscal_quarter", {"FY2025-Q4": 1, "FY2026-Q1": 2}),
        ("year", {"2026": 3}),
        ("fiscal_year", {"FY2025": 1, "FY2026": 2}),
    ],
)
def test_fiscal_periods_are_told_apart_from_those_of_the_calendar(
    given: Given, sample_settings: Settings, by: str, expected: dict[str, int]
) -> None:
    april = replace(sample_settings, site=sample_settings.site._replace(fiscal_year_start_month=4))
    records = orders(("ann", "2026-03-31", 1), ("ann", "2026-04-01", 1), ("ann", "2026-06-30", 1))
    result = asked(given(records, april), "order_value", by=by)
    assert {group.key: group.figure.value for group in result.by} == expected


@pytest.mark.parametrize(
    ("start", "day", "first"),
    [
        (1, "2026-05-20", "2026-04-01"),
        (2, "2026-01-31", "2025-11-01"),
        (2, "2026-05-01", "2026-05-01"),
        (12, "2026-05-31", "2026-03-01"),
    ],
)
def test_a_fiscal_quarter_begins_as_the_fiscal_year_says(start: int, day: str, first: str) -> None:
    assert window_on("fiscal quarter", date.fromisoformat(day), start).from_ == date.fromisoformat(first)
