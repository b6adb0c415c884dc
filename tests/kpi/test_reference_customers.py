"""Reference answers on customers kept and lost: retention, churn, recurring revenue, wallet, decline, RFM."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from reckoning import Given, Records, figure, groups, order, value

from kam.model.span import Span
from kam.settings import Currency, Product, Settings
from kam.settings.figures import Decline, Figures, Rfm
from kam.settings.parts import Parts

DAY = date(2026, 12, 31)
"""The window of twelve months begins on 1 January, so that its start is the last day of 2025."""


def account(name: str, *phases: tuple[str, str], **more: Any) -> Records:
    """A profile with the days of its phases; the last phase is the one of today."""
    history = [{"at": day, "to": phase} for day, phase in phases]
    profile = {"name": name, "lifecycle": phases[-1][1] if phases else "active", "lifecycle_history": history, **more}
    return {f"{name}/profile": profile if history else {k: v for k, v in profile.items() if k != "lifecycle_history"}}


def bought(name: str, *days: str) -> Records:
    return {f"{name}/orders/{day[:7]}#{name}-{at}": order(day) for at, day in enumerate(days)}


def contract(recurring: Any, start: str, end: str = "2027-12-31", **more: Any) -> dict[str, Any]:
    return {"title": "C", "status": "in_force", "recurring_value": recurring, "start": start, "end": end, **more}


def change(day: str, recurring: int, **more: Any) -> dict[str, Any]:
    head = {"title": "X", "contract": "b/contracts/c", "on": day, "status": "in_force"}
    return head | {"recurring_change": recurring, **more}


def with_figures(settings: Settings, figures: Figures) -> Settings:
    return replace(settings, parts=Parts({"Figures": figures}))


def test_retention_is_of_those_active_at_the_start(given: Given) -> None:
    records: Records = {}
    for n in range(200):
        end = ("2026-06-30", "closed") if n < 20 else ("2025-01-01", "active")
        records |= account(f"old-{n}", ("2024-01-01", "active"), end) | bought(f"old-{n}", "2025-06-01", "2026-06-01")
    for n in range(40):
        records |= account(f"new-{n}", ("2026-02-01", "active")) | bought(f"new-{n}", "2026-02-01")
    source = given(records)
    kept = figure(source, "customer_retention", DAY)
    assert (kept.value, kept.n, kept.figure.numerator) == (90, 200, 180), "S = 200, E = 220, N = 40"
    assert value(source, "churn", DAY) == 10
    assert value(source, "accounts_lost", DAY) == 20


def test_a_new_customer_that_leaves_again_changes_nothing(given: Given) -> None:
    records = account("old", ("2024-01-01", "active")) | bought("old", "2025-06-01", "2026-06-01")
    records |= account("brief", ("2026-02-01", "active"), ("2026-11-01", "closed")) | bought("brief", "2026-02-01")
    assert value(given(records), "customer_retention", DAY) == 100, "the shortcut (E − N) ÷ S would say 0"


SIGNS: dict[str, tuple[Records, bool]] = {
    "an order in time": (bought("x", "2025-01-01"), True),
    "an order too long ago": (bought("x", "2024-12-31"), False),
    "a cancelled order": ({"x/orders/2025-06#1": order("2025-06-01", status="cancelled")}, False),
    "a return": ({"x/orders/2025-06#1": order("2025-06-01", -5, kind="return")}, False),
    "a service done": ({"x/services/s": {"title": "S", "kind": "on_site", "on": "2025-06-01"}}, True),
    "a service that was only planned": (
        {"x/services/s": {"title": "S", "kind": "on_site", "on": "2025-06-01", "status": "planned"}},
        False,
    ),
    "a newsletter": ({"x/services/s": {"title": "S", "kind": "newsletter", "on": "2025-06-01"}}, False),
    "a contract in force": ({"x/contracts/c": contract(1, "2020-01-01")}, True),
    "a contract that ended the day before": ({"x/contracts/c": contract(1, "2020-01-01", "2025-12-30")}, False),
    "one that renews itself": (
        {"x/contracts/c": contract(1, "2020-01-01", "2025-12-30", renewal="automatic")},
        True,
    ),
    "one that has expired since": (
        {"x/contracts/c": contract(1, "2020-01-01", "2026-03-31", status="expired")},
        True,
    ),
    "one terminated early": (
        {"x/contracts/c": contract(1, "2020-01-01", status="terminated", terminated_on="2025-10-01")},
        False,
    ),
    "one still a draft on the day": (
        {
            "x/contracts/c": contract(
                1, "2025-11-01", history=[{"at": "2025-10-01", "to": "draft"}, {"at": "2026-02-01", "to": "in_force"}]
            )
        },
        False,
    ),
    "a promise to keep a secret": ({"x/contracts/c": contract(0, "2020-01-01", kind="nda")}, False),
    "nothing": ({}, False),
}


@pytest.mark.parametrize("sign", SIGNS)
def test_what_makes_a_customer_active_at_the_start(given: Given, sign: str) -> None:
    records, is_active = SIGNS[sign]
    found = figure(given(account("x") | records), "customer_retention", DAY)
    assert found.n == int(is_active)
    assert (found.value is None) == (not is_active)
    if not is_active:
        assert (found.reason or {})["en"] == "no account was active when the window began"


def test_prospects_and_those_who_became_customers_later_are_not_active(given: Given) -> None:
    orders = bought("a", "2025-06-01") | bought("b", "2025-06-01") | bought("c", "2025-06-01")
    profiles = account("a", ("2024-01-01", "prospect")) | account("b", since="2026-01-01")
    profiles |= account("c", ("2024-01-01", "active"), ("2025-12-01", "at_risk"), ("2026-01-01", "dormant"))
    found = figure(given(profiles | orders), "churn", DAY, by="account")
    assert [(group.key, group.figure.value) for group in found.by] == [("c", 100)]


def test_how_long_an_order_makes_active_is_a_setting(given: Given, sample_settings: Settings) -> None:
    records = account("x") | bought("x", "2025-06-01")
    for span, expected in ((Span(months=7), 1), (Span(months=6), 0), (Span(days=214), 1), (Span(days=213), 0)):
        settings = with_figures(sample_settings, Figures(active_within=span))
        assert figure(given(records, settings), "customer_retention", DAY).n == expected, span


def test_churn_by_revenue_weighs_by_the_orders_of_before(given: Given) -> None:
    records = account("big", ("2024-01-01", "active")) | account("small", ("2024-01-01", "active"))
    records["small/profile"]["lifecycle_history"].append({"at": "2026-05-01", "to": "closed", "why": "Sold"})
    records |= {"big/orders/2025-06#1": order("2025-06-01", 900), "small/orders/2025-06#1": order("2025-06-01", 120)}
    records |= {"small/orders/2025-07#2": order("2025-07-01", -20, kind="return")}
    records |= {"small/orders/2026-01#3": order("2026-01-10", 5000), "big/orders/2026-01#3": order("2026-01-10", 1)}
    source = given(records)
    found = figure(source, "churn_revenue", DAY)
    assert (found.value, found.figure.numerator, found.figure.denominator) == (10, 100, 1000)
    assert groups(source, "accounts_lost", "reason", DAY) == {"Sold": 1}
    empty = figure(given(account("big")), "churn_revenue", DAY)
    assert (empty.value, empty.n, empty.reason is None) == (None, 0, False)


def test_reasons_of_losses_are_those_known_on_the_day(given: Given) -> None:
    records: Records = {}
    for name, why in (("a", "Price"), ("b", None), ("c", "Price")):
        phases = [{"at": "2024-01-01", "to": "active"}, {"at": "2026-05-01", "to": "closed"}]
        if why:
            phases[1]["why"] = why
        records |= {f"{name}/profile": {"name": name, "lifecycle": "closed", "lifecycle_history": phases}}
        records |= bought(name, "2025-06-01")
    records |= account("d") | bought("d", "2025-06-01")
    source = given(records)
    assert groups(source, "accounts_lost", "reason", DAY) == {"Price": 2, "closed": 1, None: 1}, "d just stopped to buy"
    assert value(source, "accounts_lost", date(2026, 4, 30)) == 0


def test_gross_and_net_revenue_retention(given: Given) -> None:
    """S = 10: contraction 0.6, churn 0.9, expansion 1.8 → 85 % and 103 %; new accounts change nothing."""
    records = account("cut") | account("lost") | account("grown") | account("new")
    records |= {
        "cut/contracts/a": contract(2, "2024-01-01", status="renewed", end="2026-06-30"),
        "cut/contracts/b": contract(Decimal("1.4"), "2026-07-01", predecessor="cut/contracts/a"),
        "lost/contracts/a": contract(Decimal("0.9"), "2024-01-01", "2026-03-31", status="expired"),
        "grown/contracts/a": contract(Decimal("7.1"), "2024-01-01"),
        "grown/contracts/b": contract(Decimal("1.8"), "2026-03-01"),
        "new/contracts/a": contract(50, "2026-03-01"),
    }
    source = given(records)
    gross, net = figure(source, "grr", DAY), figure(source, "nrr", DAY)
    assert (gross.value, gross.figure.numerator, gross.figure.denominator) == (85, Decimal("8.5"), 10)
    assert net.value == 103
    assert groups(source, "grr", "account", DAY) == {"cut": 70, "lost": 0, "grown": 100}
    grown = groups(source, "nrr", "account", DAY)["grown"]
    assert grown is not None
    assert grown.quantize(Decimal("0.1")) == Decimal("125.4")


def test_recurring_revenue_follows_amendments_and_not_exchange_rates(given: Given, sample_settings: Settings) -> None:
    rates = (("2024-01-01", Decimal(8)), ("2026-01-01", Decimal(4)))
    euro = {"EUR": Currency("EUR", {"en": "Euro", "zh": "欧元"}, rates=rates)}
    settings = replace(sample_settings, currencies=sample_settings.currencies._replace(base="CNY", listed=euro))
    records = (
        account("a")
        | account("b")
        | {
            "a/contracts/c": contract(100, "2024-01-01", currency="EUR"),
            "b/contracts/c": contract(200, "2024-01-01", currency="CNY"),
            "b/amendments/early": change("2025-02-01", 800),
            "b/amendments/x": change("2026-05-01", -500),
            "b/amendments/later": change("2026-12-01", 999, effective_from="2027-01-01", status="signed"),
        }
    )
    found = figure(given(records, settings), "nrr", DAY, by="account")
    assert [(g.key, g.figure.numerator, g.figure.denominator) for g in found.by] == [("a", 800, 800), ("b", 500, 1000)]


def test_a_contract_renewed_before_its_end_leaves_no_gap(given: Given) -> None:
    history = [{"at": "2024-01-01", "to": "in_force"}, {"at": "2025-12-15", "to": "renewed"}]
    records = account("a") | {
        "a/contracts/old": contract(3, "2024-01-01", "2026-01-10", status="renewed", history=history),
        "a/contracts/new": contract(4, "2026-01-11", predecessor="a/contracts/old"),
    }
    source = given(records)
    assert value(source, "grr", DAY) == 100
    assert figure(source, "nrr", DAY).figure.denominator == 3
    assert figure(source, "nrr", date(2027, 1, 15)).figure.denominator == 4, "never both"


def test_without_recurring_revenue_at_the_start_there_is_no_value(given: Given) -> None:
    source = given(account("a") | {"a/contracts/c": contract(5, "2026-02-01")})
    for kpi in ("grr", "nrr"):
        found = figure(source, kpi, DAY)
        assert (found.value, found.n) == (None, 0)
        assert (found.reason or {})["zh"] == "期初没有履行中且填有年度经常性金额的合同"


def test_share_of_wallet_counts_the_categories_that_are_known(given: Given, sample_settings: Settings) -> None:
    names = {"en": "P", "zh": "P"}
    products = {key: Product(key, names, category=category) for key, category in (("p", "pumps"), ("v", "valves"))}
    settings = replace(sample_settings, products=products)
    spend = [
        {"category": "pumps", "year": 2025, "amount": 500},
        {"category": "pumps", "year": 2026, "amount": 400},
        {"category": "pumps", "year": 2027, "amount": 1},
        {"category": "tools", "year": 2026, "amount": 600},
    ]
    lines = [{"product": "p", "quantity": 1, "unit_price": 100}, {"product": "v", "quantity": 1, "unit_price": 77}]
    records = account("a", category_spend=spend) | account("b")
    records |= {f"{name}/orders/2026-03#1": {"date": "2026-03-01", "lines": lines} for name in ("a", "b")}
    source = given(records, settings)
    assert groups(source, "share_of_wallet", "category", DAY) == {"pumps": 25, "tools": 0}
    assert value(source, "share_of_wallet", DAY) == 10
    assert groups(source, "share_of_wallet", "account", DAY) == {"a": 10}
    assert groups(source, "share_of_wallet", "category", date(2025, 12, 31)) == {"pumps": 0}


RHYTHMS: dict[str, tuple[list[str], str, tuple[Any, ...]]] = {
    "on its rhythm": (["2026-09-01", "2026-10-01", "2026-10-31"], "2026-12-15", (0, None)),
    "overdue": (["2026-09-01", "2026-10-01", "2026-10-31"], "2026-12-16", (100, "late")),
    "too little history": (["2026-10-01", "2026-10-31"], "2026-12-16", (None, None)),
    "two orders on one day are one": (["2026-10-01", "2026-10-01", "2026-10-31"], "2026-12-16", (None, None)),
    "an older gap does not count": (
        ["2025-01-01", "2026-09-01", "2026-10-01", "2026-10-31"],
        "2026-12-16",
        (100, "late"),
    ),
}


@pytest.mark.parametrize("case", RHYTHMS)
def test_decline_by_the_rhythm_of_orders(given: Given, sample_settings: Settings, case: str) -> None:
    """Two intervals of 30 days × 1.5 after 31 October is 15 December: alarm from the 16th on."""
    days, day, (expected, sign) = RHYTHMS[case]
    settings = with_figures(sample_settings, Figures(decline=Decline(period=Span(months=12))))
    source = given(account("a") | bought("a", *days), settings)
    found = figure(source, "decline_alert", date.fromisoformat(day), by="sign")
    assert (found.value, found.by[0].key if found.by else None) == (expected, sign)


def quarters(*amounts: int) -> Records:
    days = ("2026-03-15", "2026-06-15", "2026-09-15", "2026-12-15")[-len(amounts) :]
    return {f"a/orders/{day[:7]}#{day}": order(day, amount) for day, amount in zip(days, amounts, strict=True)}


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        ((100, 90, 80, 70), 100),
        ((70, 80, 90, 80), 0),
        ((100, 90, 80, 80), 0),
        ((100, 90, 90, 80), 0),
        ((100, 90), None),
    ],
)
def test_decline_by_sales_that_fell_twice_in_a_row(
    given: Given, sample_settings: Settings, amounts: tuple[int, ...], expected: int | None
) -> None:
    settings = with_figures(sample_settings, Figures(decline=Decline(tolerance=Decimal(50))))
    source = given(account("a") | quarters(*amounts), settings)
    assert value(source, "decline_alert", DAY) == expected


def test_customers_that_have_left_do_not_raise_the_alarm(given: Given) -> None:
    days = ("2026-01-01", "2026-02-01", "2026-03-01")
    closed = account("a", ("2024-01-01", "active"), ("2026-08-01", "closed")) | bought("a", *days)
    source = given(closed)
    assert value(source, "decline_alert", date(2026, 7, 31)) == 100
    assert figure(source, "decline_alert", DAY).n == 0


RECENCY, FREQUENCY, MONETARY = (
    tuple(map(Decimal, steps)) for steps in ((30, 90, 180, 365), (2, 4, 8, 12), (100, 200, 500, 1000))
)


def test_rfm_by_fixed_thresholds_for_a_small_book(given: Given, sample_settings: Settings) -> None:
    records = {
        "a/orders/2026-12#1": order("2026-12-01", 60), "a/orders/2026-12#2": order("2026-12-01", 40),
        "b/orders/2026-11#1": order("2026-11-30", 200), "c/orders/2025-12#1": order("2025-12-31", 9999),
        "d/orders/2026-01#1": order("2026-01-01", 1000),
    }  # fmt: skip
    source = given(records, with_figures(sample_settings, Figures(rfm=Rfm(RECENCY, FREQUENCY, MONETARY))))
    assert {g.key for g in figure(source, "rfm", DAY, by="code").by} == {"522", "413", "211", "215"}
    assert groups(source, "rfm", "account", DAY)["a"] == 3
    means = {"recency": Decimal("3.25"), "frequency": Decimal("1.25"), "monetary": Decimal("2.75")}
    assert groups(source, "rfm", "measure", DAY) == means


def test_rfm_by_fifths_where_ties_share_a_score(given: Given, sample_settings: Settings) -> None:
    records = {f"a{n}/orders/2026-0{n}#1": order(f"2026-0{n}-01", 100 * (n // 2)) for n in range(1, 6)}
    source = given(records, with_figures(sample_settings, Figures(rfm=Rfm(fifths_from=5))))
    assert {g.key for g in figure(source, "rfm", DAY, by="code").by} == {"555", "455", "353", "253", "151"}
    found = groups(source, "rfm", "measure", DAY)
    assert found["recency"] == 3, "five customers with five different days"
    assert found["frequency"] == 5, "equal figures share the best score"
    assert found["monetary"] == Decimal("3.4"), "5 and 5, 3 and 3, 1"
    few = figure(given(records, with_figures(sample_settings, Figures(rfm=Rfm(fifths_from=6)))), "rfm", DAY)
    assert (few.value, few.n) == (None, 0)
