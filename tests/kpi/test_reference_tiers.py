"""The tier score as a KPI: the points of the policy, by account, criterion and day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from reckoning import Given, figure, groups, order, value

from kam.settings import Settings
from kam.settings.parts import Parts
from kam.settings.tiers import Band, Criterion, Threshold, Tiers

DAY = date(2026, 6, 30)
EARNED = (10, 12, 5, 5, 20, 10)
MOST = (20, 20, 10, 10, 25, 15)
THRESHOLDS = tuple(Threshold(tier, Decimal(least)) for tier, least in (("A", 80), ("B", 60), ("C", 0)))


def with_tiers(settings: Settings, *criteria: Criterion) -> Settings:
    return replace(settings, parts=Parts({"Tiers": Tiers(criteria, THRESHOLDS)}))


def chosen(name: str, earned: int, most: int) -> Criterion:
    points = {"medium": Decimal(earned), "high": Decimal(most)}
    return Criterion(name, {"en": name, "zh": name}, profile_field="strategic_value", choices=points)


def account(name: str, **more: Any) -> dict[str, dict[str, Any]]:
    return {f"{name}/profile": {"name": name, "lifecycle": "active", **more}}


def test_62_points_are_a_b(given: Given, sample_settings: Settings) -> None:
    criteria = [chosen(f"c{n}", *points) for n, points in enumerate(zip(EARNED, MOST, strict=True))]
    records = account("acme", strategic_value="medium", tier="B")
    source = given(records, with_tiers(sample_settings, *criteria))
    found = figure(source, "tier_score", DAY, by="criterion")
    assert (found.value, found.figure.numerator, found.n) == (62, 62, 6)
    assert {g.key: g.figure.value for g in found.by}["c4"] == 80, "20 of 25"
    assert groups(source, "tier_score", "tier_due", DAY) == {"B": 62}


def test_groups_pool_the_points_and_days_go_by_their_own_figures(given: Given, sample_settings: Settings) -> None:
    bands = (Band(Decimal(0), Decimal(100), Decimal(0)), Band(Decimal(100), None, Decimal(60)))
    criteria = (
        Criterion("amount", {"en": "A", "zh": "A"}, kpi="order_value", missing="leave_out", bands=bands),
        chosen("value", 20, 40),
    )
    records = account("a", strategic_value="high") | account("b", strategic_value="medium")
    records |= account("left", lifecycle="closed", strategic_value="high")
    records |= {"a/orders/2026-06#1": order("2026-06-10", 500)}
    source = given(records, with_tiers(sample_settings, *criteria))
    assert groups(source, "tier_score", "account", DAY) == {"a": 100, "b": 50}
    assert value(source, "tier_score", DAY) == Decimal(12000) / 140, "100 and 20 of 100 and 40 points"
    trend = figure(source, "tier_score", DAY, trend=2).trend
    assert [point.figure.value for point in trend] == [75, Decimal(12000) / 140], (
        "before the order: 40 and 20 of 40 each"
    )


def test_without_criteria_there_is_no_score(given: Given, sample_settings: Settings) -> None:
    found = figure(given(account("a"), with_tiers(sample_settings)), "tier_score", DAY)
    assert (found.value, found.n, found.reason is None) == (None, 0, False)
