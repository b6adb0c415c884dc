"""A worked example adds up: whoever follows its steps comes to the value."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from reckoning import ACME, DAY, Given, deal, figure, order

from kam.kpi import FactRow, Kpi, KpiResult
from kam.kpi.definition import AGGREGATIONS, Target
from kam.kpi.definition_text import WAYS, describe_definition, show_window
from kam.kpi.result import Figure
from kam.kpi.show import show_value
from kam.kpi.window import Window
from kam.kpi.worked import work_out
from kam.settings import Settings

TEXTS = {"en": "x", "zh": "某"}
FORMULA = "sum(numerator) / nullif(sum(denominator), 0) * max(days)"
CASES = {
    "ratio": (
        "percent", [(1, 1), (0, 1), (1, 1)],
        ["1 + 0 + 1 = 2", "1 + 1 + 1 = 3", "2 ÷ 3 × 100 = 66.6666666667…", "66.7 %"],
    ),
    "sum": ("money", [("10.5", 1), (-4, 1)], ["numerators of 2 records: 10.5 + (-4) = 6.5", "CNY 6.5"]),
    "count": ("count", [(1, 1)] * 3, ["counted: 3 records"]),
    "count_distinct": ("count", [(1, 1)] * 3, ["3 records of 3 accounts: a, b, c"]),
    "mean": ("index", [(4, None), (5, None)], ["4 + 5 = 9", "9 ÷ 2 = 4.5"]),
    "median": ("days", [(9, 1), (1, 1), (5, 1)], ["1, [5], 9", "the middle one of 3: 5"]),
    "share": ("percent", [(30, 1)], ["all accounts together: 120", "30 ÷ 120 × 100 = 25"]),
    "concentration": (
        "index", [(60, 1), (40, 1)],
        ["2 accounts, the largest first: a 60, b 40; together 100", "0.6² + 0.4² = 0.52"],
    ),
    "top_share": ("percent", [(60, 1), (30, 1), (10, 1)], ["the 2 largest together: 90", "90 ÷ 100 × 100 = 90"]),
    "repeat_rate": (
        "percent", [(1, 1)] * 3,
        ["accounts with at least one: 3", "of these, with two or more: 0", "0 ÷ 3 × 100 = 0"],
    ),
    "formula": ("days", [(50, 200)], ["formula: sum(numerator) ÷ sum(denominator) × max(days)", "50 ÷ 200 × 336 = 84"]),
    "gini": (
        "index", [(60, 1), (40, 1)],
        ["by person: ann 60, bob 40", "each two of 2 people, added up: 20", "20 ÷ 200 = 0.1"],
    ),
    "max_to_mean": ("times", [(60, 1), (40, 1)], ["by person: ann 60, bob 40", "60 ÷ 50 = 1.2"]),
}  # fmt: skip
VALUES = {
    "ratio": ("66.66666666666666666666666667", 2, 3), "sum": ("6.5", "6.5", None), "count": (3, 3, None),
    "count_distinct": (3, 3, None), "mean": ("4.5", 9, 2), "median": (5, None, None), "share": (25, 30, 120),
    "concentration": ("0.52", None, 100), "top_share": (90, 90, 100), "repeat_rate": (0, 0, 3),
    "formula": (84, 50, 200), "gini": ("0.1", None, None), "max_to_mean": ("1.2", None, None),
}  # fmt: skip


def make(aggregation: str) -> KpiResult:
    unit, parts, _ = CASES[aggregation]
    value, numerator, denominator = (None if v is None else Decimal(v) for v in VALUES[aggregation])
    kpi = Kpi(
        "x", TEXTS, TEXTS, TEXTS, TEXTS, "orders", unit, "higher", aggregation, "all", ("account",), "SELECT 1",
        decimals=1, top=2, value=FORMULA if aggregation == "formula" else "",
    )  # fmt: skip
    facts = [
        FactRow(f"{'abc'[at]}/orders/1", "abc"[at], ("ann", "bob", None)[at], date(2026, 1, 9 - at),
                *(None if part is None else Decimal(part) for part in pair), own={"days": 336})
        for at, pair in enumerate(parts)
    ]  # fmt: skip
    figure = Figure(value, len(facts), numerator, denominator)
    return KpiResult(kpi, "CNY", Window(None, DAY), figure, Target(), "none", facts=facts)


@pytest.mark.parametrize("aggregation", AGGREGATIONS)
def test_each_aggregation_is_worked_out_in_both_languages(aggregation: str) -> None:
    worked = work_out(make(aggregation))
    assert worked is not None
    english = "\n".join(step["en"] for step in worked.steps)
    for part in CASES[aggregation][2]:
        assert part in english
    assert all(step["zh"] for step in worked.steps)


@pytest.mark.parametrize("aggregation", AGGREGATIONS)
def test_without_amounts_no_number_of_a_single_record_is_told(aggregation: str) -> None:
    result = make(aggregation)
    secret = replace(result, facts=[replace(each, numerator=Decimal("777.13")) for each in result.facts])
    worked = work_out(secret, amounts=False)
    assert worked is not None
    assert "777" not in "".join(step["en"] + step["zh"] for step in worked.steps)


def test_days_sales_outstanding_can_be_worked_out_by_hand(given: Given) -> None:
    bill = {"date": "2026-03-01", "due": "2026-04-01", "amount": 200, "currency": "CNY", "status": "issued"}
    worked = work_out(figure(given(ACME | {"acme/invoices/2026-03#I1": bill}), "dso", facts=True))
    assert worked is not None
    days = (DAY - date(2026, 3, 1)).days + 1
    assert f"200 ÷ 200 × {days} = {days}" in worked.steps[1]["en"]


def test_multiples_and_occasions_have_units_of_their_own() -> None:
    kpi = make("max_to_mean").kpi
    assert show_value(replace(kpi, unit="multiple"), Decimal("9.7"), "zh") == "9.7 倍"
    assert show_value(replace(kpi, unit="times"), Decimal(13), "zh") == "13.0 次"


def test_only_a_few_records_are_listed_the_newest_first(given: Given) -> None:
    deals = {f"acme/opportunities/{at}": deal("won", f"2026-05-{at + 1:02}") for at in range(8)}
    result = figure(given(ACME | deals), "win_rate", facts=True)
    worked = work_out(result)
    assert worked is not None
    assert ([f.record[-1] for f in worked.facts], worked.more) == (["7", "6", "5", "4", "3"], 3)
    assert worked.steps[-1]["en"] == "target ≥ 40.0 %: reached"
    assert worked.steps[-1]["zh"] == "目标 ≥ 40.0 %：已达标"


def test_a_value_that_is_not_there_is_explained_instead(given: Given) -> None:
    source = given(ACME | {"acme/orders/2026-05#1": order("2026-05-01", 100)})
    few = work_out(figure(source, "top_accounts_share", facts=True))
    assert few is not None and "too few accounts" in few.steps[0]["en"]
    assert work_out(figure(source, "nps", facts=True)) is None


def test_a_count_of_nothing_is_worked_out_too() -> None:
    result = make("count")
    worked = work_out(replace(result, facts=[], figure=Figure(Decimal(0), 0)))
    assert worked is not None and worked.facts == []
    assert worked.steps[0] == {"en": "counted: 0 records", "zh": "计数：0 条记录"}


def test_rows_are_not_taken_for_records() -> None:
    result = make("sum")
    lines = replace(result, facts=[replace(each, record="a/orders/1") for each in result.facts])
    worked = work_out(lines)
    assert worked is not None
    assert worked.steps[0]["en"] == "numerators of 2 rows (1 record): 10.5 + (-4) = 6.5"
    assert worked.steps[0]["zh"].startswith("2 行（1 条记录）的分子：")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_definition_can_be_put_into_words(sample_settings: Settings, lang: str) -> None:
    from kam.kpi import load_kpis

    assert set(WAYS) == set(AGGREGATIONS)
    for kpi in load_kpis(sample_settings.root):
        found = dict(describe_definition(kpi, lang, "CNY"))
        assert len(found) >= 5 and "{" not in "".join(found.values()), kpi.id


@pytest.mark.parametrize(
    ("window", "words"),
    [("12 months", "the last 12 months"), ("1 day", "the last day"), ("now", "the state on the day")],
)
def test_windows_are_said_in_words(window: str, words: str) -> None:
    assert show_window(window, "en") == words
    assert show_window(window, "zh")
