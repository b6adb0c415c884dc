"""From values to points, from points to tiers, and what an exception needs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam.policy.tier import find_override, score_account, tier_of, tier_on
from kam.settings.tiers import Band, Criterion, Threshold, Tiers

ABCD = tuple(Threshold(tier, Decimal(least)) for tier, least in (("A", 80), ("B", 60), ("C", 30), ("D", 0)))


def steps(id_: str, *bands: tuple[int, int], **more: Any) -> Criterion:
    """A criterion by bands: (from, points)."""
    ends = [Decimal(low) for low, _ in bands[1:]]
    made = tuple(
        Band(Decimal(low), end, Decimal(points)) for (low, points), end in zip(bands, [*ends, None], strict=True)
    )
    return Criterion(id_, {}, kpi=id_, bands=made, **more)


REFERENCE = Tiers(
    (
        steps("amount", (0, 0), (100_000, 10), (1_000_000, 20)),
        steps("frequency", (0, 0), (4, 6), (12, 12), (24, 15)),
        steps("margin", (0, 0), (10, 5), (30, 15)),
        steps("growth", (-100, 0), (0, 5), (10, 10)),
        Criterion("strategic", {}, profile_field="strategic", choices={"high": Decimal(20), "low": Decimal(0)}),
        steps("payment", (0, 0), (80, 10), (95, 20)),
    ),
    ABCD,
)
VALUES: dict[str, Decimal | str | None] = {
    "amount": Decimal("999999.99"),
    "frequency": Decimal(12),
    "margin": Decimal("29.9"),
    "growth": Decimal(0),
    "strategic": "high",
    "payment": Decimal(80),
}


def test_the_reference_answer_is_62_points_and_a_b() -> None:
    score = score_account(REFERENCE, VALUES)
    assert [part.earned for part in score.parts] == [10, 12, 5, 5, 20, 10]
    assert (score.total, score.tier) == (62, "B")


@pytest.mark.parametrize(
    ("score", "tier"),
    [("100", "A"), ("80", "A"), ("79.9999999999", "B"), ("60", "B"), ("59.99", "C"), ("30", "C"), ("0", "D")],
)
def test_a_tier_begins_at_its_threshold_and_ends_below_the_next(score: str, tier: str) -> None:
    assert tier_of(REFERENCE, Decimal(score)) == tier


def test_below_the_lowest_threshold_there_is_no_tier() -> None:
    assert tier_of(Tiers((), ABCD[:2]), Decimal(59)) is None


def test_a_value_below_the_first_band_earns_nothing() -> None:
    score = score_account(Tiers((steps("amount", (0, 5), (10, 100)),), ABCD), {"amount": Decimal(-1)})
    assert score.total == 0


def test_weight_multiplies_points_and_most() -> None:
    tiers = Tiers((steps("amount", (0, 0), (10, 5), (20, 10), weight=Decimal("2.5")),), ABCD, Decimal(25))
    part = score_account(tiers, {"amount": Decimal(10)}).parts[0]
    assert (part.earned, part.most) == (Decimal("12.5"), 25)


def test_a_missing_value_earns_nothing_where_it_is_to_be_zero() -> None:
    score = score_account(REFERENCE, {**VALUES, "strategic": None})
    assert (score.total, score.tier, score.is_stretched) == (42, "C", False)
    assert score.parts[4].is_missing and score.parts[4].counts


def test_a_missing_value_is_left_out_where_that_is_declared_and_the_others_count_for_more() -> None:
    tiers = Tiers((steps("a", (0, 0), (10, 60)), steps("b", (0, 0), (10, 40), missing="leave_out")), ABCD)
    score = score_account(tiers, {"a": Decimal(10), "b": None})
    assert (score.total, score.tier, score.is_stretched) == (100, "A", True)


def test_a_stretched_score_that_is_exactly_the_threshold_reaches_it() -> None:
    criteria = (steps("a", (0, 21), (10, 35)), steps("b", (0, 0), (10, 65), missing="leave_out"))
    score = score_account(Tiers(criteria, ABCD), {"a": Decimal(0), "b": None})
    assert (score.total, score.tier) == (60, "B")


def test_with_no_value_at_all_there_is_no_score() -> None:
    tiers = Tiers((steps("a", (0, 0), (10, 100), missing="leave_out"),), ABCD)
    score = score_account(tiers, {})
    assert (score.total, score.tier) == (None, None)


@given(st.dictionaries(st.sampled_from(sorted(VALUES)), st.decimals(allow_nan=False, allow_infinity=False)))
def test_a_score_lies_between_nothing_and_everything(values: dict[str, Decimal]) -> None:
    total = score_account(REFERENCE, {**values, "strategic": "low"}).total
    assert total is not None
    assert 0 <= total <= 100


@given(st.decimals(0, 40), st.decimals(0, 40))
def test_more_of_a_criterion_never_earns_less(one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))
    totals = [score_account(REFERENCE, {**VALUES, "frequency": value}).total for value in (low, high)]
    assert totals[0] is not None and totals[1] is not None
    assert totals[0] <= totals[1]


WHOLE = {"tier": "B", "why": "Reference", "by": "li-ming", "from": "2026-01-01", "until": "2026-06-30"}


@pytest.mark.parametrize(
    ("change", "day", "state"),
    [
        ({}, "2026-01-01", "valid"),
        ({}, "2026-06-30", "valid"),
        ({}, "2026-07-01", "expired"),
        ({}, "2025-12-31", "future"),
        ({"by": ""}, "2026-03-01", "incomplete"),
        ({"why": "  "}, "2026-03-01", "incomplete"),
        ({"until": None}, "2026-03-01", "incomplete"),
        ({"tier": "A"}, "2026-03-01", "other"),
        ({"from": None}, "2020-01-01", "valid"),
    ],
)
def test_an_exception_needs_a_reason_a_person_and_a_last_day(change: dict[str, Any], day: str, state: str) -> None:
    entry = {name: value for name, value in {**WHOLE, **change}.items() if value is not None}
    found = find_override({"tier": "B", "tier_override": entry})
    assert found is not None
    assert found.state("B", date.fromisoformat(day)) == state


TIERS = [
    {"tier": "C", "from": "2024-01-01", "to": "2025-12-31"},
    {"tier": "A", "from": "2026-01-01", "to": "2026-09-30"},
    {"tier": "B", "from": "2026-10-01"},
]


@pytest.mark.parametrize(
    ("day", "tier"),
    [("2023-12-31", ""), ("2024-01-01", "C"), ("2025-12-31", "C"), ("2026-09-30", "A"), ("2026-10-01", "B")],
)
def test_the_tier_of_a_day_is_that_of_the_history(day: str, tier: str) -> None:
    assert tier_on({"tier": "B", "tiers": list(TIERS)}, date.fromisoformat(day)) == tier


def test_without_a_history_the_tier_of_today_held_always() -> None:
    assert tier_on({"tier": "B"}, date(1990, 1, 1)) == "B"
