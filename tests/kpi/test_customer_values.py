"""The value of customers by their orders, from records to KPIs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from kam.kpi import KpiResult, compute, open_tables
from kam.settings import Settings
from kam.settings.figures import Figures
from kam.settings.parts import Parts
from kam.value import bg_nbd, gamma_gamma
from kam.value.lifetime import discounted_orders

TODAY = date(2026, 6, 30)
IDS = ["clv_predicted", "orders_expected", "customers_alive"]
Give = Callable[..., Any]
Orders = dict[str, list[tuple[date, int]]]


def simulate(count: int) -> Orders:
    """Days and amounts of the orders of customers who come, order at a rate of their own, and leave unannounced."""
    chance = np.random.default_rng(5)
    orders: Orders = {}
    for at in range(count):
        day = date(2024, 7, 1) + timedelta(days=int(chance.integers(0, 600)))
        pause, leaving, size = 20 + chance.gamma(1.2, 40), chance.beta(0.8, 3), chance.gamma(4, 500) + 50
        placed = orders.setdefault(f"customer-{at:03}", [])
        while day <= TODAY:
            placed.append((day, round(float(size * chance.uniform(0.5, 1.5)))))
            day += timedelta(days=1 + int(chance.exponential(pause)))
            if chance.random() < leaving:
                break
    return orders


def records_of(orders: Orders) -> Mapping[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for account, placed in orders.items():
        found[f"{account}/profile"] = {"name": account, "tier": "B"}
        for at, (day, amount) in enumerate(placed):
            order = {"date": day.isoformat(), "currency": "CNY", "amount": amount}
            found[f"{account}/orders/{day:%Y-%m}#SO-{at:03}"] = order
    return found


@pytest.fixture(scope="module")
def orders() -> Orders:
    return simulate(130)


@pytest.fixture(scope="module")
def portfolio(given: Give, orders: Orders) -> Any:
    return given(records_of(orders))


def value(result: KpiResult) -> float:
    assert result.value is not None, result.reason
    return float(result.value)


def test_the_kpis_are_what_the_models_say_of_the_orders(portfolio: Any, orders: Orders) -> None:
    placed = list(orders.values())
    x = [len(each) - 1 for each in placed]
    t_x = [(each[-1][0] - each[0][0]).days / 7 for each in placed]
    t = [(TODAY - each[0][0]).days / 7 for each in placed]
    mean = [float(np.mean([amount for _, amount in each[1:]])) if len(each) > 1 else 0.0 for each in placed]
    model = bg_nbd.fit(x, t_x, t)
    year = 365.25 / 7
    worth = discounted_orders(model, x, t_x, t, year, year / 12, 1.08 ** (1 / 12) - 1)
    margins = worth * gamma_gamma.fit(x, mean).expected(x, mean) * 0.3

    clv, expected, alive = compute(portfolio, TODAY, IDS, by="account")
    assert (clv.n, expected.n, alive.n) == (130, 130, 130)
    assert value(clv) == pytest.approx(margins.sum(), rel=1e-6)
    assert value(expected) == pytest.approx(model.expected_of(year, x, t_x, t).sum(), rel=1e-5)
    assert value(alive) == pytest.approx(100 * model.p_alive(x, t_x, t).mean(), rel=1e-5)
    found = {group.key: group.figure.value for group in clv.by}
    assert [float(found[account] or 0) for account in orders] == pytest.approx(list(margins), abs=0.001)
    assert sum((v for v in found.values() if v is not None), Decimal(0)) == clv.value


def test_a_trend_has_what_each_day_alone_has_and_knows_nothing_of_later_orders(
    given: Give, portfolio: Any, orders: Orders
) -> None:
    day = date(2026, 5, 31)
    before = {account: [o for o in placed if o[0] <= day] for account, placed in orders.items()}
    alone = compute(given(records_of(before)), day, IDS)
    for then, result in zip(alone, compute(portfolio, TODAY, IDS, trend=2), strict=True):
        assert result.trend[0].as_of == day
        assert result.trend[0].figure.value == then.value is not None


def test_several_orders_of_a_day_are_one_and_neither_returns_nor_cancelled_orders_count(
    given: Give, portfolio: Any, orders: Orders
) -> None:
    more = dict(records_of(orders))
    for account, placed in list(orders.items())[:40]:
        day, amount = placed[-1]
        path = f"{account}/orders/{day:%Y-%m}"
        last = f"{path}#SO-{len(placed) - 1:03}"
        more[last] = {**more[last], "amount": amount - 10}
        same = {"date": day.isoformat(), "currency": "CNY"}
        more[f"{path}#SO-a"] = {**same, "amount": 10}
        more[f"{path}#SO-b"] = {**same, "amount": -500, "kind": "return"}
        more[f"{path}#SO-c"] = {**same, "amount": 500, "status": "cancelled"}
    once, again = (compute(each, TODAY, IDS) for each in (portfolio, given(more)))
    assert [r.value for r in once] == [r.value for r in again]


def test_an_order_cancelled_later_still_counts_on_the_days_before(given: Give, portfolio: Any, orders: Orders) -> None:
    later = dict(records_of(orders))
    for path, data in list(later.items())[1:60]:
        if "#" in path and data["date"] < "2026-05-01":
            history = [{"at": data["date"], "to": "open"}, {"at": "2026-06-10", "to": "cancelled"}]
            later[path] = {**data, "status": "cancelled", "history": history}
    whole, cancelled = (compute(each, TODAY, IDS, trend=2) for each in (portfolio, given(later)))
    for one, other in zip(whole, cancelled, strict=True):
        assert one.trend[0].figure == other.trend[0].figure
        assert one.figure != other.figure


def test_too_few_customers_have_no_value_but_a_reason(given: Give, orders: Orders) -> None:
    few = given(records_of(dict(list(orders.items())[:99])))
    for result in compute(few, TODAY, IDS, trend=30):
        assert (result.value, result.n, result.failed) == (None, 0, False)
        assert result.reason and result.reason["en"].startswith("only 99 of the 100 customers")
        assert result.trend[0].figure.reason == {"en": "no customers with orders", "zh": "没有下过订单的客户"}
    with open_tables(few, TODAY, cache=False) as tables:
        notes = tables.query("SELECT DISTINCT note_en, note_zh FROM customer_values").rows
    assert notes == [
        (
            "only 99 of the 100 customers with orders that are needed (clv.min_customers in figures.yml)",
            "有订单的客户仅 99 个，至少需要 100 个（figures.yml 中的 clv.min_customers）",
        )
    ]


def test_customers_who_never_come_back_determine_no_model(given: Give) -> None:
    once = {f"c{at:03}": [(date(2026, 1, 1) + timedelta(days=at), 100)] for at in range(120)}
    for result in compute(given(records_of(once)), TODAY, IDS):
        assert (result.value, result.failed) == (None, False)
        assert result.reason == {"en": "no customer has ordered twice", "zh": "没有客户下过第二单"}


def with_figures(settings: Settings, **changes: Any) -> Settings:
    figures = replace(settings.part(Figures), **changes)
    return replace(settings, parts=Parts({**settings.parts.items(), "Figures": figures}))


def test_margin_discount_and_horizon_come_from_the_settings(portfolio: Any, sample_settings: Settings) -> None:
    clv = sample_settings.part(Figures).clv
    changes: list[dict[str, Any]] = [
        {}, {"margin": Decimal(60)}, {"clv": replace(clv, discount=None)},
        {"clv": replace(clv, horizon=clv.horizon._replace(months=6))}, {"margin": None},
    ]  # fmt: skip
    values = []
    for at, change in enumerate(changes):
        settings = with_figures(sample_settings, **change)
        changed = replace(portfolio, settings=settings, digest=f"{portfolio.digest}-{at}")
        (result,) = compute(changed, TODAY, IDS[:1])
        values.append(result.value)
    plain, doubled, whole, half, nothing = values
    assert plain and doubled and whole and half
    assert float(doubled) == pytest.approx(2 * float(plain), rel=1e-6)
    assert half < plain < whole < plain * Decimal("1.08")
    assert nothing is None and result.reason == {
        "en": "figures.yml names no margin",
        "zh": "figures.yml 未设置毛利率（margin）",
    }
