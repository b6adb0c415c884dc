"""KPIs of sales on a miniature portfolio, with the answers worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from reckoning import ACME, Given, Records, deal, figure, groups, order, value

from kam.settings import Settings


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


def test_a_deal_closed_later_weighs_by_the_usual_probability_of_its_stage_then(given: Given) -> None:
    went = [{"at": "2026-01-01", "to": "identify"}, {"at": "2026-02-01", "to": "negotiate"}]
    records = ACME | {
        "acme/opportunities/won": deal(
            "won", "2026-03-01", amount=1000, probability=100, history=[*went, {"at": "2026-03-01", "to": "won"}]
        ),
        "acme/opportunities/lost": deal("lost", "2026-03-01", amount=100, probability=0),
        "acme/opportunities/to-come": deal("won", "2026-12-01", amount=10, probability=100),
        "acme/opportunities/moved": deal("negotiate", amount=20000, probability=75, history=went),
        "acme/opportunities/unsaid": deal("lost", "2026-03-01", amount=7),
    }
    source = given(records)
    expected = {"2026-01-31": 100 + 10 + 1 + 2000, "2026-02-28": 800 + 10 + 1 + 15000, "2026-06-30": 1 + 15000}
    for day, weighted in expected.items():
        assert value(source, "weighted_pipeline", date.fromisoformat(day)) == weighted, day


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


def test_an_order_cancelled_later_counts_until_then(given: Given) -> None:
    history = [{"at": "2026-03-01", "to": "open"}, {"at": "2026-05-10", "to": "cancelled"}]
    records = sales({"acme": 100}) | {
        "bolt/profile": {"name": "Bolt", "lifecycle": "active"},
        "bolt/orders/2026-03#1": order("2026-03-01", 300, status="cancelled", history=history),
        "bolt/orders/2026-03#2": order("2026-03-01", 7000, status="cancelled"),
    }
    source = given(records)
    for day, total, active in (("2026-05-09", 400, 2), ("2026-05-10", 100, 1), ("2026-06-30", 100, 1)):
        on = date.fromisoformat(day)
        assert value(source, "order_value", on) == total
        assert figure(source, "purchase_frequency", on).n == active
        assert value(source, "contribution", on, account="acme") == 10_000 // total
