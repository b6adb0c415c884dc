"""Reference answers on receivables, margin, cost to serve and the value of customers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from reckoning import ACME, Given, Records, figure, groups, order, value

from kam.settings import Person, Product, Settings
from kam.settings.figures import START, Figures, Lifetime
from kam.settings.parts import Parts

DAY = date(2026, 12, 31)
NAMES = {"en": "P", "zh": "P"}


def invoice(amount: Any, day: str = "2026-06-01", **more: Any) -> dict[str, Any]:
    return {"date": day, "due": day, "amount": amount, "currency": "CNY", **more}


def payment(amount: Any, day: str, **more: Any) -> dict[str, Any]:
    return {"date": day, "amount": amount, "currency": "CNY", **more}


def books(invoices: dict[str, dict[str, Any]], payments: dict[str, dict[str, Any]] | None = None) -> Records:
    records = dict(ACME)
    records |= {f"acme/invoices/2026-06#{key}": data for key, data in invoices.items()}
    return records | {f"acme/payments/2026-07#{key}": data for key, data in (payments or {}).items()}


def paying(key: str) -> str:
    return f"acme/invoices/2026-06#{key}"


def test_dso_is_receivables_by_sales_times_days(given: Given) -> None:
    invoices = {"a": invoice(150_000, "2026-01-01"), "b": invoice(50_000)}
    records = books(invoices, {"p": payment(150_000, "2026-07-01", invoice=paying("a"))})
    found = figure(given(records), "dso", DAY)
    assert (found.value, found.n, found.unit) == (Decimal("91.25"), 2, "days")
    assert value(given(records | {"acme/invoices/2020-01#o": invoice(0, "2020-01-01")}), "dso", DAY) == Decimal("91.25")


def test_dso_counts_the_days_since_the_first_invoice(given: Given) -> None:
    """Half a year's sales over a whole year's days would double what customers seem to owe."""
    source = given(books({"a": invoice(100, "2026-07-05"), "b": invoice(100, "2026-12-01", status="paid")}))
    assert value(source, "dso", DAY) == 90, "180 days × a half"


OPEN: dict[str, tuple[Records, int | None]] = {
    "an older invoice still open": (books({"a": invoice(100), "b": invoice(100, "2025-06-01")}), 200),
    "a payment in part": (books({"a": invoice(100)}, {"p": payment(30, "2026-07-01", invoice=paying("a"))}), 70),
    "a payment after the day": (
        books({"a": invoice(100)}, {"p": payment(100, "2027-01-01", invoice=paying("a"))}),
        100,
    ),
    "marked as paid, but the money came later": (
        books({"a": invoice(100, status="paid")}, {"p": payment(100, "2027-01-01", invoice=paying("a"))}),
        100,
    ),
    "marked as paid without any payment": (books({"a": invoice(100, status="paid"), "b": invoice(50)}), 50),
    "marked as paid on a later day": (
        books(
            {
                "a": invoice(
                    100,
                    status="paid",
                    history=[{"at": "2026-06-01", "to": "issued"}, {"at": "2027-02-01", "to": "paid"}],
                )
            }
        ),
        100,
    ),
    "written off in time": (
        books({"a": invoice(100, status="written_off", history=[{"at": "2026-12-01", "to": "written_off"}])}),
        0,
    ),
    "cancelled": (books({"a": invoice(100, status="cancelled"), "b": invoice(40)}), 40),
    "a credit note": (books({"a": invoice(100), "b": invoice(-20, kind="credit_note")}), 80),
    "a payment that names no invoice": (books({"a": invoice(100)}, {"p": payment(25, "2026-07-01")}), 75),
    "a payment split over invoices": (
        books(
            {"a": invoice(100), "b": invoice(100)},
            {
                "p": payment(
                    120,
                    "2026-07-01",
                    allocations=[{"invoice": paying("a"), "amount": 100}, {"invoice": paying("b"), "amount": 20}],
                )
            },
        ),
        80,
    ),
    "an invoice of later": (books({"a": invoice(100), "b": invoice(100, "2027-01-01")}), 100),
}


@pytest.mark.parametrize("case", OPEN)
def test_what_customers_still_owe(given: Given, case: str) -> None:
    records, owed = OPEN[case]
    rows = figure(given(records), "dso", DAY, facts=True).facts
    assert sum(row.numerator or 0 for row in rows) == owed


def test_without_sales_or_with_negative_receivables_there_is_no_dso(given: Given) -> None:
    old = figure(given(books({"a": invoice(100, "2025-06-01")})), "dso", DAY)
    prepaid = figure(given(books({"a": invoice(100)}, {"p": payment(150, "2026-07-01")})), "dso", DAY)
    for found in (old, prepaid, figure(given(ACME), "dso", DAY)):
        assert found.value is None
        assert not found.failed
        assert found.reason is not None
    assert value(given(books({"a": invoice(100)}, {"p": payment(100, "2026-07-01")})), "dso", DAY) == 0


def trade(settings: Settings, **figures: Any) -> Settings:
    products = {"p": Product("p", NAMES, cost=Decimal(60)), "q": Product("q", NAMES)}
    people = {"ann": Person("ann", NAMES, cost_rate=Decimal(50)), "bob": Person("bob", NAMES)}
    return replace(settings, products=products, people=people, parts=Parts({"Figures": Figures(**figures)}))


def sold(*lines: dict[str, Any]) -> dict[str, Any]:
    return {"date": "2026-03-01", "lines": [{"quantity": 1, "unit_price": 100} | line for line in lines]}


def test_margin_takes_the_cost_of_the_line_then_of_the_product_then_the_one_assumed(
    given: Given, sample_settings: Settings
) -> None:
    lines = sold({"product": "p", "cost": 70}, {"product": "p", "quantity": 2}, {"product": "q"})
    records = ACME | {"acme/orders/2026-03#1": lines, "acme/orders/2026-04#2": order("2026-04-01", 200)}
    known = figure(given(records, trade(sample_settings)), "gross_margin", DAY)
    assert (known.figure.numerator, known.figure.denominator) == (30 + 80, 300), "what has no known cost is left out"
    assumed = figure(given(records, trade(sample_settings, margin=Decimal(20))), "gross_margin", DAY)
    assert (assumed.figure.numerator, assumed.figure.denominator) == (30 + 80 + 20 + 40, 600)
    assert assumed.value == Decimal(170) / 6
    nothing = figure(given(ACME, trade(sample_settings)), "gross_margin", DAY)
    assert (nothing.value, nothing.n) == (None, 0)


def test_cost_to_serve_sums_expenses_hours_and_other_cost(given: Given, sample_settings: Settings) -> None:
    service = {"title": "S", "kind": "on_site", "on": "2026-05-01", "status": "done", "person": "ann"}
    records = ACME | {
        "acme/expenses/2026-04#1": {"date": "2026-04-01", "category": "travel", "amount": 300},
        "acme/services/own-rate": service | {"hours": 2, "hourly_rate": 80, "cost": 15},
        "acme/services/persons-rate": service | {"hours": 3},
        "acme/services/no-rate": service | {"hours": 4, "person": "bob"},
        "acme/services/planned": service | {"hours": 9, "status": "planned"},
        "acme/services/cancelled": service | {"hours": 9, "status": "cancelled"},
        "acme/services/next-year": service | {"hours": 9, "on": "2027-01-01"},
        "acme/services/old": service | {"hours": 9, "on": "2025-12-31"},
    }
    source = given(records, trade(sample_settings))
    found = figure(source, "cost_to_serve", DAY, by="kind")
    assert (found.value, found.n) == (300 + 175 + 150, 3)
    assert {g.key: g.figure.value for g in found.by} == {"travel": 300, "service": 325}
    assert groups(source, "cost_to_serve", "person", DAY) == {"ann": 325, "bob": None, None: 300}


def test_benefit_ratio_is_margin_by_cost_to_serve(given: Given, sample_settings: Settings) -> None:
    costs = {"acme/expenses/2026-04#1": {"date": "2026-04-01", "category": "travel", "amount": 30}}
    costs |= {"acme/services/s": {"title": "S", "kind": "on_site", "on": "2026-05-01", "hours": 1, "person": "ann"}}
    records = ACME | {"acme/orders/2026-03#1": sold({"product": "p", "quantity": 8})}
    settings = trade(sample_settings)
    assert value(given(records | costs, settings), "benefit_ratio", DAY) == 4, "8 × 40 ÷ (30 + 50)"
    free = figure(given(records, settings), "benefit_ratio", DAY)
    assert (free.value, (free.reason or {})["en"]) == (None, "no cost of serving was recorded in the window")


TERMS = Lifetime(retention=Decimal(80), discount=Decimal(10))


def lifetime(settings: Settings, terms: Lifetime = TERMS) -> Settings:
    return trade(settings, margin=Decimal(100), clv=terms)


@pytest.mark.parametrize(("paid", "expected"), [("end", "2.667"), (START, "3.667")])
def test_contractual_lifetime_value(given: Given, sample_settings: Settings, paid: str, expected: str) -> None:
    """m · r ÷ (1 + i − r) and (1 + i) ÷ (1 + i − r) for r = 0.8, i = 0.1."""
    settings = lifetime(sample_settings, replace(TERMS, paid=paid))
    found = value(given(ACME | {"acme/orders/2026-03#1": order("2026-03-01", 1)}, settings), "clv", DAY)
    assert found is not None
    assert found.quantize(Decimal("0.001")) == Decimal(expected)
    assert abs(found * 3 - (8 if paid == "end" else 11)) < Decimal("1e-8"), "rounded when shown, not before"


def test_lifetime_value_by_tier_less_the_cost_of_winning(given: Given, sample_settings: Settings) -> None:
    terms = replace(TERMS, retention_by_tier={"A": Decimal(90)})
    tiers = [{"tier": "B", "from": "2020-01-01", "to": "2026-11-30"}, {"tier": "A", "from": "2026-12-01"}]
    records: Records = {
        "a/profile": {"name": "A", "lifecycle": "active", "tier": "A", "tiers": tiers, "acquisition_cost": 50},
        "b/profile": {"name": "B", "lifecycle": "active", "tier": "B", "acquisition_cost": 7},
        "c/profile": {"name": "C", "lifecycle": "active"},
        "c/contracts/c": {"title": "C", "status": "in_force", "start": "2026-01-01", "recurring_value": 30},
        "gone/profile": {"name": "G", "lifecycle": "closed"},
        "quiet/profile": {"name": "Q", "lifecycle": "active", "acquisition_cost": 99},
    }
    records |= {f"{name}/orders/2026-03#1": order("2026-03-01", 100) for name in ("a", "b", "gone")}
    source = given(records, lifetime(sample_settings))
    by_tier = given(records, lifetime(sample_settings, terms))
    rounded = {k: v and v.quantize(Decimal("0.01")) for k, v in groups(source, "clv", "account", DAY).items()}
    assert rounded == {"a": Decimal("216.67"), "b": Decimal("259.67"), "c": Decimal("80.00")}
    assert groups(by_tier, "clv", "account", DAY)["a"] == 400, "0.9 ÷ 0.2 × 100 − 50"
    before = groups(by_tier, "clv", "account", date(2026, 11, 30))["a"]
    assert before is not None
    assert before.quantize(Decimal("0.01")) == Decimal("216.67"), "the tier of that day"
    parts = groups(by_tier, "clv", "part", DAY)
    assert sum(part or 0 for part in parts.values()) == value(by_tier, "clv", DAY)
    assert parts["acquisition"] == -57


@pytest.mark.parametrize("terms", [Lifetime(), Lifetime(discount=Decimal(10)), Lifetime(retention=Decimal(80))])
def test_no_lifetime_value_without_retention_and_discount(
    given: Given, sample_settings: Settings, terms: Lifetime
) -> None:
    records = {"acme/profile": ACME["acme/profile"] | {"acquisition_cost": 5}}
    records |= {"acme/orders/2026-03#1": order("2026-03-01", 1)}
    found = figure(given(records, lifetime(sample_settings, terms)), "clv", DAY)
    assert (found.value, found.n) == (None, 0)
    assert "figures.yml" in (found.reason or {})["en"]


NO_RATE: dict[str, Records] = {
    "dso": books({"a": invoice(5, currency="XXX")}),
    "gross_margin": ACME | {"acme/orders/2026-03#1": order("2026-03-01", 5, currency="XXX")},
    "benefit_ratio": ACME | {"acme/orders/2026-03#1": order("2026-03-01", 5, currency="XXX")},
    "cost_to_serve": ACME | {"acme/expenses/2026-03#1": {"date": "2026-03-01", "amount": 5, "currency": "XXX"}},
    "clv": ACME | {"acme/orders/2026-03#1": order("2026-03-01", 5, currency="XXX")},
    "decline_alert": ACME
    | {f"acme/orders/2026-0{n}#{n}": order(f"2026-0{n}-01", 5, currency="XXX") for n in range(1, 4)},
    "rfm": ACME | {"acme/orders/2026-03#1": order("2026-03-01", 5, currency="XXX")},
    "nrr": ACME
    | {
        "acme/contracts/c": {
            "title": "C", "status": "in_force", "start": "2020-01-01", "recurring_value": 5, "currency": "XXX"
        }
    },
    "share_of_wallet": {
        "acme/profile": ACME["acme/profile"]
        | {"category_spend": [{"category": "pumps", "year": 2026, "amount": 5, "currency": "XXX"}]}
    },
    "lost_value": ACME
    | {
        "acme/opportunities/o": {
            "title": "O", "stage": "lost", "closed_on": "2026-03-01", "amount": 5, "currency": "XXX"
        }
    },
}  # fmt: skip


@pytest.mark.parametrize("kpi", NO_RATE)
def test_a_missing_rate_is_an_error_that_names_currency_and_day(given: Given, kpi: str) -> None:
    found = figure(given(NO_RATE[kpi]), kpi, DAY)
    assert (found.failed, found.value) == (True, None)
    assert "no rate for XXX on 20" in (found.reason or {})["en"]
