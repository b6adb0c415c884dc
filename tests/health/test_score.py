"""The health score: weighted over the parts that have a value, with the strongest reasons."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam.health.score import points_of, score_health
from kam.settings.health import Health, HealthPart, Mark


def part(name: str, weight: int = 1, **more: object) -> HealthPart:
    marks = (Mark(Decimal(0), Decimal(0)), Mark(Decimal(100), Decimal(100)))
    return HealthPart(name, {"en": name}, kpi=name, weight=Decimal(weight), **{"marks": marks, **more})  # type: ignore[arg-type]


HEALTH = Health((part("csat", 20), part("service", 30), part("contact", 50)))


def test_the_score_is_the_weighted_mean_of_the_points() -> None:
    values = {"csat": Decimal(100), "service": Decimal(50), "contact": Decimal(80)}
    assert score_health(HEALTH, values).total == (20 * 100 + 30 * 50 + 50 * 80) / Decimal(100)


def test_a_part_without_a_value_is_left_out_and_named() -> None:
    score = score_health(HEALTH, {"csat": Decimal(100), "service": Decimal(50)})
    assert score.total == Decimal(70)
    assert [each.id for each in score.missing] == ["contact"]


def test_without_any_value_there_is_no_score() -> None:
    score = score_health(HEALTH, {})
    assert (score.total, score.status, score.reasons()) == (None, "none", [])


@pytest.mark.parametrize(("value", "status"), [(75, "good"), (74, "watch"), (50, "watch"), (49, "bad")])
def test_a_band_begins_at_its_score(value: int, status: str) -> None:
    assert score_health(Health((part("csat"),)), {"csat": Decimal(value)}).status == status


def test_the_reasons_are_what_moved_the_score_most() -> None:
    reasons = score_health(HEALTH, {"csat": Decimal(100), "service": Decimal(75), "contact": Decimal(35)}).reasons()
    assert [(each.score.part.id, each.effect, each.is_good) for each in reasons] == [
        ("contact", Decimal(-20), False),
        ("csat", Decimal(5), True),
    ]


@pytest.mark.parametrize(
    ("is_linear", "value", "points"),
    [(True, 30, 0), (True, 40, 0), (True, 65, 50), (True, 95, 100), (False, 39, 0), (False, 40, 0), (False, 89, 0),
     (False, 90, 100), (False, 99, 100)],
)  # fmt: skip
def test_points_lie_on_lines_or_on_steps(is_linear: bool, value: int, points: int) -> None:
    marks = (Mark(Decimal(40), Decimal(0)), Mark(Decimal(90), Decimal(100)))
    assert points_of(part("csat", marks=marks, is_linear=is_linear), Decimal(value)) == points


def test_points_may_fall_as_the_value_rises() -> None:
    marks = (Mark(Decimal(0), Decimal(100)), Mark(Decimal(10), Decimal(0)))
    assert points_of(part("complaints", marks=marks), Decimal("2.5")) == 75


VALUES = st.none() | st.decimals(0, 100, places=2)


@given(st.tuples(VALUES, VALUES, VALUES))
def test_effects_add_up_to_the_distance_from_the_good_mark(values: tuple[Decimal | None, ...]) -> None:
    score = score_health(HEALTH, dict(zip(("csat", "service", "contact"), values, strict=True)))
    if score.total is not None:
        assert 0 <= score.total <= 100
        effects = sum((each.effect for each in score.reasons(99)), Decimal(0))
        assert abs(effects - (score.total - HEALTH.good)) < 2
