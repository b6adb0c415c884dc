"""What a KPI may tell of single records."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from kam.kpi import FactRow, Kpi, KpiResult
from kam.kpi.definition import Target
from kam.kpi.result import Figure, Group, Point
from kam.kpi.window import Window
from kam.model.schema import RecordType
from kam.settings import Settings, load_settings
from kam.site.audience import shown_types
from kam.site.withhold import open_folders, withhold

DAY = date(2026, 4, 1)
ORDER, OPPORTUNITY = "acme/orders/2026-03#SO-1", "acme/opportunities/2026-02-10-new-line"


def result(unit: str, aggregation: str, record: str, *parts: tuple[object, object], n: int = 1) -> KpiResult:
    """A KPI with these numerators and denominators in its facts, and a value of 14900 everywhere."""
    texts = {"en": "x", "zh": "x"}
    kpi = Kpi("x", texts, texts, texts, texts, "orders", unit, "higher", aggregation, "all", ("account",), "SELECT 1")
    figure = Figure(Decimal(14900), n, Decimal(14900), Decimal(1))
    facts = [
        FactRow(record, "acme", None, DAY, *(None if part is None else Decimal(str(part)) for part in pair))
        for pair in parts
    ]
    group = Group("acme", texts, figure, Target(), "good")
    points = [Point(DAY, figure), Point(DAY, replace(figure, n=5))]
    return KpiResult(kpi, unit, Window(None, DAY), figure, Target(), "good", "account", [group], points, facts)


@pytest.fixture(scope="module")
def settings(repository: Path) -> Settings:
    """The settings of this repository."""
    return load_settings(repository)


@pytest.fixture(scope="module")
def types(settings: Settings) -> dict[str, RecordType]:
    """The types without a hidden number."""
    return open_folders(settings.types.values(), shown_types(settings.types))


@pytest.mark.parametrize(
    ("unit", "aggregation", "parts", "is_told"),
    [
        ("percent", "ratio", [(1, 1), (0, 1), (None, 1)], True),
        ("points", "ratio", [(-1, 1), (1, 1)], True),
        ("times", "ratio", [(None, 1), (1, None)], True),
        ("count", "count", [(1, 1)], True),
        ("percent", "ratio", [(1, 1), ("14900.00", "14900.00")], False),
        ("percent", "ratio", [("0.5", 1)], False),
        ("percent", "share", [(1, 1)], False),
        ("index", "concentration", [(14900, 1)], False),
        ("percent", "top_share", [(14900, 1)], False),
        ("money", "ratio", [(1, 1)], False),
        ("days", "median", [(40, 1)], False),
    ],
)
def test_only_counts_are_told_of_single_records(
    types: dict[str, RecordType], unit: str, aggregation: str, parts: list[tuple[object, object]], is_told: bool
) -> None:
    facts = withhold(result(unit, aggregation, ORDER, *parts), {ORDER}, types).facts
    assert len(facts) == len(parts)
    assert any(fact.numerator is not None or fact.denominator is not None for fact in facts) is is_told


def test_money_of_a_single_order_is_left_out_and_says_why(types: dict[str, RecordType]) -> None:
    left = withhold(result("money", "sum", ORDER, (14900, 1)), {ORDER}, types)
    figures = [left.figure, left.by[0].figure, left.trend[0].figure]
    assert [(each.value, each.numerator, each.n) for each in figures] == [(None, None, 1)] * 3
    assert all(each.reason for each in figures) and (left.status, left.by[0].status) == ("none", "none")
    assert left.trend[1].figure.value == 14900


def test_money_of_several_orders_or_of_open_amounts_stays(types: dict[str, RecordType]) -> None:
    several = result("money", "sum", ORDER, (14900, 1), n=2)
    assert withhold(several, {ORDER}, types).figure == several.figure
    opportunity = result("money", "sum", OPPORTUNITY, (14900, 1))
    assert withhold(opportunity, {OPPORTUNITY}, types).figure.value == 14900


def test_records_that_may_not_be_seen_are_not_named(types: dict[str, RecordType]) -> None:
    assert withhold(result("percent", "ratio", ORDER, (1, 1)), set(), types).facts == []


def test_types_with_a_hidden_number_are_not_open(types: dict[str, RecordType]) -> None:
    assert {"orders", "services", "appraisals"}.isdisjoint(types) and "opportunities" in types


def test_parts_of_a_share_of_a_single_order_are_left_out(types: dict[str, RecordType]) -> None:
    figure = withhold(result("percent", "share", ORDER, (14900, 1)), {ORDER}, types).figure
    assert (figure.numerator, figure.denominator) == (None, None)
