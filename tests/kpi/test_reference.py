"""Every KPI on a miniature portfolio, with the answer worked out by hand or published."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from kam.kpi import KpiResult, compute
from kam.settings import Currency, Person, Settings
from kam.tables import open_tables

Given = Callable[..., Any]
Records = dict[str, dict[str, Any]]
DAY = date(2026, 6, 30)
ACME: Records = {"acme/profile": {"name": "Acme", "lifecycle": "active", "since": "2020-01-01"}}


def figure(source: Any, kpi: str, day: date = DAY, **options: Any) -> KpiResult:
    with open_tables(source, day, cache=False) as tables:
        (result,) = compute(source, day, [kpi], tables=tables, **options)
    return result


def value(source: Any, kpi: str, day: date = DAY, **options: Any) -> Decimal | None:
    result = figure(source, kpi, day, **options)
    assert not result.failed, result.reason
    return result.value


def groups(source: Any, kpi: str, by: str, day: date = DAY) -> dict[str | None, Decimal | None]:
    return {g.key: g.figure.value for g in figure(source, kpi, day, by=by).by}


def answers(kind: str, scale: str, counts: Mapping[int, int]) -> Records:
    scores = [score for score, count in counts.items() for _ in range(count)]
    return ACME | {
        f"acme/feedback/{kind}-{at}": {"kind": kind, "on": "2026-05-01", "score": score, "scale": scale}
        for at, score in enumerate(scores)
    }


def deal(stage: str, closed: str | None = None, **more: Any) -> dict[str, Any]:
    dates = {"created_on": "2026-01-01"} | ({"closed_on": closed} if closed else {})
    return {"title": "Deal", "stage": stage} | dates | more


def order(day: str, amount: Any = 100, **more: Any) -> dict[str, Any]:
    return {"date": day, "amount": amount, **more}


def test_nps_is_promoters_less_detractors(given: Given) -> None:
    source = given(answers("nps", "0-10", {10: 2, 9: 1, 8: 3, 7: 2, 6: 1, 0: 1}))
    result = figure(source, "nps")
    assert (result.value, result.n, result.unit) == (Decimal(10), 10, "points")


@pytest.mark.parametrize(
    ("counts", "expected"),
    [({5: 42, 4: 32, 3: 10, 2: 9, 1: 14}, "69.16"), ({5: 10, 4: 20, 3: 10, 2: 5, 1: 5}, "60.00")],
)
def test_csat_is_the_share_of_the_two_best_boxes(given: Given, counts: Mapping[int, int], expected: str) -> None:
    found = value(given(answers("csat", "1-5", counts)), "csat")
    assert found is not None
    assert found.quantize(Decimal("0.01")) == Decimal(expected)


def test_ces_is_the_share_of_five_and_more_on_seven(given: Given) -> None:
    assert value(given(answers("ces", "1-7", {7: 4, 5: 4, 4: 1, 1: 1})), "ces") == 80


def test_win_rate_counts_by_close_date(given: Given) -> None:
    records = ACME | {f"acme/opportunities/w{n}": deal("won", "2026-03-01") for n in range(45)}
    records |= {f"acme/opportunities/l{n}": deal("lost", "2026-03-01") for n in range(135)}
    records |= {"acme/opportunities/open": deal("propose"), "acme/opportunities/old": deal("won", "2025-06-30")}
    result = figure(given(records), "win_rate")
    assert (result.value, result.n, result.figure.numerator, result.figure.denominator) == (25, 180, 45, 180)


def test_sales_cycle_is_the_median_of_the_won_ones_and_names_the_start(given: Given) -> None:
    records = ACME | {
        "acme/opportunities/a": deal("won", "2026-01-11"),
        "acme/opportunities/b": deal("won", "2026-01-31"),
        "acme/opportunities/c": {"title": "C", "stage": "won", "engaged_on": "2026-02-01", "closed_on": "2026-02-22"},
        "acme/opportunities/d": deal("won", "2026-04-11"),
        "acme/opportunities/e": deal("lost", "2026-01-02"),
    }
    source = given(records)
    assert value(source, "sales_cycle") == Decimal("25.5"), "10, 21, 30 and 100 days"
    assert groups(source, "sales_cycle", "start") == {"created_on": 30, "engaged_on": 21}


def test_won_lost_and_open_are_counted_as_of_the_day(given: Given) -> None:
    history = [{"at": "2026-01-01", "to": "identify"}, {"at": "2026-02-10", "to": "won"}]
    records = ACME | {
        "acme/opportunities/a": deal("won", "2026-02-10", amount=300, history=history),
        "acme/opportunities/b": deal("lost", "2026-03-01", amount=50),
        "acme/opportunities/c": deal("propose", amount=1000, probability=30),
        "acme/opportunities/d": {"title": "Undated", "stage": "identify"},
    }
    source = given(records)
    names = ("opportunities_won", "opportunities_lost", "opportunities_open", "won_value")
    expected = {"2025-12-31": (0, 0, 1, None), "2026-02-09": (0, 0, 4, None), "2026-02-10": (1, 0, 3, 300)}
    expected |= {"2026-06-30": (1, 1, 2, 300)}
    for day, counts in expected.items():
        assert tuple(value(source, name, date.fromisoformat(day)) for name in names) == counts, day


def test_weighted_pipeline_weighs_by_probability_without_rounding(given: Given) -> None:
    records = ACME | {
        "acme/opportunities/a": deal("propose", amount=Decimal("1234567.89"), probability=Decimal("33.3333")),
        "acme/opportunities/b": deal("identify", amount=1000, probability=10),
        "acme/opportunities/c": deal("identify", amount=1000),
        "acme/opportunities/d": deal("won", "2026-02-01", amount=1000, probability=100),
        "acme/opportunities/e": deal("propose", amount=99_999_999_999, probability=50),
    }
    result = figure(given(records), "weighted_pipeline")
    assert result.value == Decimal("1234567.89") * Decimal("0.333333") + 100 + Decimal("49999999999.5")
    assert result.n == 3


SALES = {"acme": 500, "bolt": 300, "cord": 200}


def sales(amounts: Mapping[str, int]) -> Records:
    records: Records = {}
    for account, amount in amounts.items():
        records[f"{account}/profile"] = {"name": account.title(), "lifecycle": "active"}
        records[f"{account}/orders/2026-03#1"] = order("2026-03-01", amount)
    return records


def test_contribution_is_the_share_of_all_sales(given: Given) -> None:
    source = given(sales(SALES))
    assert groups(source, "contribution", "account") == {"acme": 50, "bolt": 30, "cord": 20}
    assert value(source, "contribution", account="bolt") == 30
    assert value(source, "contribution") == 100


def test_concentration_is_herfindahl_and_top_n(given: Given) -> None:
    assert value(given(sales(SALES)), "sales_concentration") == Decimal("0.38")
    assert value(given(sales({"acme": 10})), "sales_concentration") == 1
    many = given(sales({f"a{n}": 10 for n in range(8)} | {"big": 20}))
    assert value(many, "top_accounts_share") == 60, "20 and four times 10 of 100"


def test_too_few_accounts_are_not_held_against_a_target_they_cannot_reach(given: Given) -> None:
    few = figure(given(sales({f"a{n}": 10 for n in range(5)})), "top_accounts_share")
    assert (few.value, few.status, few.n) == (None, "none", 5)
    assert (few.reason or {})["en"] == "too few accounts: 5 with sales, so that the 5 largest are all of them"
    expected = {6: ("none", "none"), 7: ("none", "good"), 10: ("good", "good")}
    for count, statuses in expected.items():
        source = given(sales({f"a{n}": 10 for n in range(count)}))
        found = [figure(source, kpi) for kpi in ("top_accounts_share", "sales_concentration")]
        assert tuple(result.status for result in found) == statuses, count
        assert [result.reason is None for result in found] == [status != "none" for status in statuses]
        assert all(result.value is not None for result in found)
    uneven = given(sales({f"a{n}": 1 for n in range(11)} | {"big": 1000}))
    assert figure(uneven, "top_accounts_share").status == figure(uneven, "sales_concentration").status == "bad"


def test_returns_count_negative_and_cancelled_orders_not_at_all(given: Given) -> None:
    records = ACME | {
        "acme/orders/2026-03#1": order("2026-03-01", 1000),
        "acme/orders/2026-03#2": order("2026-03-02", -200, kind="return"),
        "acme/orders/2026-03#3": order("2026-03-03", 5000, status="cancelled"),
        "acme/orders/2026-03#4": order("2026-03-04", 500),
        "acme/orders/2026-07#5": order("2026-07-01", 7000),
    }
    source = given(records)
    assert value(source, "order_value") == 1300
    assert value(source, "average_order_value") == 750
    assert value(source, "product_sales") is None


def test_sales_by_product_come_from_the_lines(given: Given, sample_settings: Settings) -> None:
    one, two = sorted(sample_settings.products)[:2]
    lines = [{"product": one, "quantity": 2, "unit_price": 10}, {"product": two, "quantity": 1, "unit_price": 5}]
    source = given(ACME | {"acme/orders/2026-03#1": {"date": "2026-03-01", "lines": lines}})
    assert groups(source, "product_sales", "product") == {one: 20, two: 5}


def test_repurchase_needs_two_orders_in_the_window(given: Given) -> None:
    records = sales({"acme": 1, "bolt": 1, "cord": 1, "dune": 1})
    records |= {"acme/orders/2026-04#2": order("2026-04-01"), "bolt/orders/2025-01#0": order("2025-01-01")}
    result = figure(given(records), "repurchase_rate")
    assert (result.value, result.n) == (25, 4)


def test_purchase_frequency_divides_by_active_accounts(given: Given) -> None:
    records = sales({"acme": 1, "bolt": 1})
    records |= {f"acme/orders/2026-04#{n}": order("2026-04-01") for n in range(2, 5)}
    records |= {
        "cord/profile": {"name": "Cord", "lifecycle": "at_risk"},
        "cord/contracts/c": {"title": "C", "status": "in_force", "start": "2026-01-01", "end": "2026-12-31"},
        "dune/profile": {"name": "Dune", "lifecycle": "prospect"},
        "dune/orders/2026-04#1": order("2026-04-01"),
        "echo/profile": {"name": "Echo", "lifecycle": "active"},
        "fern/profile": {"name": "Fern", "lifecycle": "active"},
        "fern/orders/2026-04#1": order("2026-04-01", -100, kind="return"),
        "fern/orders/2026-04#2": order("2026-04-02", -10, kind="credit"),
        "gale/profile": {"name": "Gale", "lifecycle": "active"},
        "gale/services/s": {"title": "S", "kind": "training", "on": "2026-05-01"},
    }
    result = figure(given(records), "purchase_frequency")
    assert (result.figure.numerator, result.figure.denominator, result.n) == (5, 4, 4), "returns make nobody active"


def test_complaint_rate_is_complaints_by_orders(given: Given) -> None:
    records = ACME | {f"acme/orders/2026-03#{n}": order("2026-03-01") for n in range(8)}
    records |= {f"acme/feedback/c{n}": {"kind": "complaint", "on": "2026-04-01"} for n in range(2)}
    result = figure(given(records), "complaint_rate")
    assert (result.value, result.n) == (25, 8)
    assert result.status == "bad"


def issue(severity: str = "high", **more: Any) -> dict[str, Any]:
    return {
        "title": "Broken",
        "status": "open",
        "severity": severity,
        "reported_at": "2026-06-01T09:00+08:00",
        "channel": "phone",
        **more,
    }


RESPONSES = {
    "answered in time": (issue(first_response_at="2026-06-01T12:59+08:00"), (1, 1)),
    "answered on the minute": (issue(first_response_at="2026-06-01T05:00Z"), (1, 1)),
    "answered late": (issue(first_response_at="2026-06-01T13:01+08:00"), (0, 1)),
    "open and overdue is missed": (issue(), (0, 1)),
    "not yet due is left out": (issue("low", reported_at="2026-06-30T09:00+08:00"), (None, 0)),
    "a deadline agreed for the issue goes first": (
        issue(due_first_response="2026-06-02T09:00+08:00", first_response_at="2026-06-02T08:00+08:00"),
        (1, 1),
    ),
    "a severity raised later counts from then on": (
        issue(
            "critical",
            severity_history=[{"at": "2026-06-01T12:00+08:00", "to": "critical"}],
            first_response_at="2026-06-01T12:00+08:00",
        ),
        (1, 1),
    ),
    "nothing is promised without a severity": ({k: v for k, v in issue().items() if k != "severity"}, (None, 0)),
}


@pytest.mark.parametrize("case", RESPONSES)
def test_first_response_in_time(given: Given, case: str) -> None:
    data, expected = RESPONSES[case]
    result = figure(given(ACME | {"acme/issues/x": data}), "first_response_in_time")
    assert (result.figure.numerator, result.n) == expected


RESOLUTIONS = {
    "solved in time": (issue(status="resolved", resolved_at="2026-06-04T09:00+08:00"), (1, 1)),
    "solved late": (issue(status="resolved", resolved_at="2026-06-04T09:01+08:00"), (0, 1)),
    "open and overdue is missed": (issue(), (0, 1)),
    "on hold is left out": (issue(holds=[{"from": "2026-06-02T09:00+08:00"}]), (None, 0)),
    "waiting for the customer is left out": (issue(status="waiting"), (None, 0)),
    "time on hold is given back": (
        issue(
            status="resolved",
            resolved_at="2026-06-05T09:00+08:00",
            holds=[{"from": "2026-06-02T09:00+08:00", "to": "2026-06-03T09:00+08:00"}],
        ),
        (1, 1),
    ),
    "solved after the day is open on the day": (issue(status="resolved", resolved_at="2026-07-01T09:00+08:00"), (0, 1)),
}


@pytest.mark.parametrize("case", RESOLUTIONS)
def test_resolution_in_time(given: Given, case: str) -> None:
    data, expected = RESOLUTIONS[case]
    result = figure(given(ACME | {"acme/issues/x": data}), "resolution_in_time")
    assert (result.figure.numerator, result.n) == expected


def test_open_issues_are_those_open_on_the_day(given: Given) -> None:
    source = given(ACME | {"acme/issues/x": issue(status="closed", closed_at="2026-06-10T09:00+08:00")})
    days = [date(2026, 5, 31), date(2026, 6, 9), date(2026, 6, 10)]
    assert [value(source, "issues_open", day) for day in days] == [0, 1, 0]


def test_milestones_overdue_and_open_count_as_missed(given: Given) -> None:
    milestones = [
        {"id": "1", "name": "a", "planned": "2026-03-01", "actual": "2026-03-01"},
        {"id": "2", "name": "b", "planned": "2026-03-01", "actual": "2026-03-02"},
        {"id": "3", "name": "c", "planned": "2026-04-01"},
        {"id": "4", "name": "d", "planned": "2026-06-15", "actual": "2026-06-10"},
        {"id": "5", "name": "e", "planned": "2026-07-01"},
    ]
    project = {"title": "P", "status": "active", "start": "2026-01-01", "milestones": milestones}
    result = figure(given(ACME | {"acme/projects/p": project}), "milestones_on_time")
    assert (result.value, result.n) == (50, 4)


def test_project_completion_weighs_tasks(given: Given) -> None:
    tasks = [
        {"id": "1", "what": "a", "status": "done", "weight": 3},
        {"id": "2", "what": "b", "status": "open"},
        {"id": "3", "what": "c", "status": "cancelled", "weight": 9},
        {"id": "4", "what": "d", "status": "done", "done_on": "2026-07-01", "weight": 4},
    ]
    project = {"title": "P", "status": "active", "start": "2026-01-01", "tasks": tasks}
    result = figure(given(ACME | {"acme/projects/p": project}), "project_completion")
    assert (result.figure.numerator, result.figure.denominator) == (3, 8)


def line(promised: str, *deliveries: tuple[str, int]) -> dict[str, Any]:
    given_on = [{"on": day, "quantity": quantity} for day, quantity in deliveries]
    return {"item": "Pump", "quantity": 10, "promised": promised} | ({"deliveries": given_on} if given_on else {})


def test_delivery_is_on_time_only_in_full(given: Given) -> None:
    lines = [
        line("2026-06-01", ("2026-06-01", 10)),
        line("2026-06-01", ("2026-05-20", 4), ("2026-06-01", 6)),
        line("2026-06-01", ("2026-05-20", 4), ("2026-06-02", 6)),
        line("2026-06-01"),
        line("2026-07-15"),
    ]
    result = figure(given(ACME | {"acme/orders/2026-05#1": {"date": "2026-05-01", "lines": lines}}), "delivery_on_time")
    assert (result.value, result.n) == (50, 4)


def test_payment_on_time_is_measured_in_money(given: Given) -> None:
    records = ACME | {
        "acme/invoices/2026-03#I1": {"date": "2026-03-01", "due": "2026-03-31", "amount": 1000},
        "acme/invoices/2026-03#I2": {"date": "2026-03-01", "due": "2026-03-31", "amount": 3000},
        "acme/invoices/2026-06#I3": {"date": "2026-06-20", "due": "2026-07-20", "amount": 9000},
        "acme/payments/2026-03#P1": {
            "date": "2026-03-31",
            "amount": 1600,
            "allocations": [
                {"invoice": "acme/invoices/2026-03#I1", "amount": 1000},
                {"invoice": "acme/invoices/2026-03#I2", "amount": 600},
            ],
        },
        "acme/payments/2026-04#P2": {"date": "2026-04-01", "amount": 2400, "invoice": "acme/invoices/2026-03#I2"},
    }
    result = figure(given(records), "payment_on_time")
    assert (result.value, result.figure.denominator, result.n) == (40, 4000, 2)


def test_completeness_sums_weights_by_module(given: Given) -> None:
    source = given(ACME)
    result = figure(source, "completeness", by="module")
    assert result.figure.numerator == sum(g.figure.numerator for g in result.by)
    assert 0 < (result.value or 0) < 100


def test_completeness_is_known_only_of_records_that_were_not_changed_later(given: Given) -> None:
    moved = deal("won", "2026-05-02", history=[{"at": "2026-05-02", "to": "won"}])
    reminded = [{"id": "1", "what": "Call", "status": "done", "done_on": "2026-05-02"}]
    for records in (ACME | {"acme/opportunities/a": moved}, {"acme/profile": {"name": "A", "reminders": reminded}}):
        source = given(records)
        assert value(source, "completeness", date(2026, 5, 2)) is not None
        early = figure(source, "completeness", date(2026, 5, 1))
        assert (early.value, early.n, early.status) == (None, 0, "none")
        assert "changed after this day" in (early.reason or {})["en"]


def test_freshness_asks_only_what_can_age(given: Given) -> None:
    records: Records = {
        "acme/profile": {"name": "Acme", "lifecycle": "active", "reviewed": "2026-06-01"},
        "bolt/profile": {"name": "Bolt", "lifecycle": "active", "reviewed": "2026-01-01"},
        "acme/opportunities/fresh": deal("propose", reviewed="2026-06-20"),
        "acme/opportunities/closed": deal("won", "2026-02-01", reviewed="2026-01-01"),
        "acme/opportunities/unknown": deal("propose"),
        "acme/meetings/m": {"title": "M", "at": "2026-01-01T09:00+08:00", "channel": "visit"},
    }
    result = figure(given(records), "freshness", facts=True)
    assert {f.record: f.numerator for f in result.facts} == {
        "acme/profile": 1,
        "bolt/profile": 0,
        "acme/opportunities/fresh": 1,
    }


def test_money_in_several_currencies_is_converted_and_a_missing_rate_named(
    given: Given, sample_settings: Settings
) -> None:
    rates = {"EUR": Currency("EUR", {"en": "Euro", "zh": "欧元"}, rates=(("2026-01-01", Decimal("7.5")),))}
    settings = replace(sample_settings, currencies=replace(sample_settings.currencies, base="CNY", listed=rates))
    records = ACME | {
        "acme/orders/2026-03#1": order("2026-03-01", 100, currency="EUR"),
        "acme/orders/2026-03#2": order("2026-03-01", 50, currency="CNY"),
    }
    assert value(given(records, settings), "order_value") == 800
    with_early = records | {"acme/orders/2025-12#0": order("2025-12-31", 1, currency="EUR")}
    failed = figure(given(with_early, settings), "order_value")
    assert failed.failed
    assert failed.value is None
    assert failed.reason == {
        "en": "acme/orders/2025-12#0, Total: no rate for EUR on 2025-12-31",
        "zh": "acme/orders/2025-12#0，合计金额：缺少 EUR 在 2025-12-31 的汇率",
    }
    assert value(given(with_early, settings), "order_value", date(2025, 11, 30)) is None, "not yet there, so no error"
    won = {"acme/opportunities/a": deal("won", "2025-12-31", amount=5, currency="EUR", created_on="2025-12-01")}
    failed = figure(given(ACME | won, settings), "won_value")
    assert failed.reason == {
        "en": "acme/opportunities/a, Amount: no rate for EUR on 2025-12-31",
        "zh": "acme/opportunities/a，金额：缺少 EUR 在 2025-12-31 的汇率",
    }


def test_nothing_after_the_day_counts_and_an_empty_denominator_has_a_reason(given: Given) -> None:
    source = given(answers("csat", "1-5", {5: 3}))
    result = figure(source, "csat", date(2026, 4, 30))
    assert (result.value, result.n, result.status) == (None, 0, "none")
    assert result.reason == {"en": "no satisfaction answers in the window", "zh": "统计期内没有满意度答卷"}


def test_a_trend_is_the_same_figure_at_ends_of_months(given: Given) -> None:
    records = ACME | {
        "acme/opportunities/a": deal("won", "2026-04-15"),
        "acme/opportunities/b": deal("lost", "2026-05-31"),
    }
    source = given(records)
    trend = figure(source, "win_rate", date(2026, 6, 15), trend=3).trend
    days = [date(2026, 4, 30), date(2026, 5, 31), date(2026, 6, 15)]
    assert [(p.as_of, p.figure.value) for p in trend] == list(zip(days, [100, 50, 50], strict=True))
    assert [value(source, "win_rate", day) for day in days] == [100, 50, 50]


def test_groups_follow_owner_and_tier_in_force_on_the_day(given: Given, sample_settings: Settings) -> None:
    people = {
        "ann": Person("ann", {"en": "Ann", "zh": "安"}, team="North", manager="eve", region="EU"),
        "bob": Person("bob", {"en": "Bob", "zh": "鲍勃"}, team="South", manager="eve", region="US"),
        "eve": Person("eve", {"en": "Eve", "zh": "伊芙"}),
    }
    settings = replace(sample_settings, people=people)
    profile = {
        "name": "Acme",
        "owner": "bob",
        "tier": "A",
        "owners": [
            {"person": "ann", "from": "2025-01-01", "to": "2026-03-31"},
            {"person": "bob", "from": "2026-04-01"},
        ],
        "tiers": [{"tier": "B", "from": "2025-01-01", "to": "2026-03-31"}, {"tier": "A", "from": "2026-04-01"}],
    }
    orders = {"acme/orders/2026-03#1": order("2026-03-01", 10)}
    source = given({"acme/profile": profile} | orders, settings)
    early, late = date(2026, 3, 31), date(2026, 4, 1)
    expected = {"owner": ("ann", "bob"), "tier": ("B", "A"), "team": ("North", "South"), "office": ("EU", "US")}
    for by, (before, after) in expected.items():
        assert groups(source, "order_value", by, early) == {before: 10}
        assert groups(source, "order_value", by, late) == {after: 10}
    assert groups(source, "order_value", "manager") == {"eve": 10}


def test_targets_of_a_tier_apply_to_its_accounts(given: Given) -> None:
    records = answers("csat", "1-5", {5: 86, 1: 14})
    records["acme/profile"] = {"name": "Acme", "tier": "A"}
    source = given(records)
    assert figure(source, "csat").status == "good"
    assert figure(source, "csat", account="acme").status == "watch"
    (group,) = figure(source, "csat", by="account").by
    assert (group.status, group.label["en"]) == ("watch", "Acme")
