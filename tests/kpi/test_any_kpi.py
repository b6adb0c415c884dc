"""What holds for every KPI: currencies, days, groups, trends and targets."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from reckoning import ACME, Given, answers, deal, figure, groups, order, value

from kam.settings import Currency, Person, Settings


def test_money_in_several_currencies_is_converted_and_a_missing_rate_named(
    given: Given, sample_settings: Settings
) -> None:
    rates = {"EUR": Currency("EUR", {"en": "Euro", "zh": "欧元"}, rates=(("2026-01-01", Decimal("7.5")),))}
    settings = replace(sample_settings, currencies=sample_settings.currencies._replace(base="CNY", listed=rates))
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
