"""Periods, points, quotas and holdings: the arithmetic behind results of people."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st

from kam.model.record import Record
from kam.people.holdings import find_changes, find_holdings, join_holdings, owned_spans, owner_on
from kam.people.period import find_period, make_period, periods_from
from kam.people.quotas import quota_in
from kam.people.scoring import add_up, make_scale
from kam.settings.appraisal import Goal, Step
from kam.settings.values import Quota

D = Decimal
DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    ("text", "fiscal", "first", "last", "name"),
    [
        ("2026-H1", 1, "2026-01-01", "2026-06-30", "2026-H1"),
        ("2026h2", 4, "2026-10-01", "2027-03-31", "FY2026-H2"),
        ("2026-Q3", 1, "2026-07-01", "2026-09-30", "2026-Q3"),
        ("2026", 4, "2026-04-01", "2027-03-31", "FY2026"),
        ("FY2026-Q3", 4, "2026-10-01", "2026-12-31", "FY2026-Q3"),
        ("fy2026q1", 1, "2026-01-01", "2026-03-31", "2026-Q1"),
        ("", 1, "2026-01-01", "2026-06-30", "2026-H1"),
        ("quarter", 1, "2026-07-01", "2026-09-30", "2026-Q3"),
        ("year", 1, "2025-01-01", "2025-12-31", "2025"),
    ],
)
def test_a_period_is_read_by_its_name_or_is_the_last_one_over(
    text: str, fiscal: int, first: str, last: str, name: str
) -> None:
    found = find_period(text, date(2026, 11, 22), "half-year", fiscal)
    assert found is not None
    assert (found.first.isoformat(), found.last.isoformat(), found.name) == (first, last, name)


@pytest.mark.parametrize("text", ["2026-H3", "2026-Q0", "H1", "0000", "next", "2026-13", "99999"])
def test_what_is_no_period_is_none(text: str) -> None:
    assert find_period(text, date(2026, 11, 22), "year") is None


@for_any(DAYS, st.sampled_from(["month", "quarter", "half-year", "year"]), st.integers(1, 12))
def test_periods_follow_each_other_without_gap_and_the_first_holds_the_day(day: date, kind: str, fiscal: int) -> None:
    found = periods_from(kind, day, 5, fiscal)
    assert found[0].first <= day <= found[0].last
    for before, after in pairwise(found):
        assert after.first == before.last + timedelta(days=1)
    over = find_period("", day, kind, fiscal)
    assert over is not None and over.last <= day < make_after(over.last, kind)


def make_after(day: date, kind: str) -> date:
    return day + timedelta(days={"month": 32, "quarter": 93, "half-year": 185, "year": 367}[kind])


def test_a_period_has_a_name_in_both_languages() -> None:
    assert make_period("half-year", 2026, 2).label == {"en": "second half of 2026", "zh": "2026 年下半年"}
    assert make_period("quarter", 2026, 3).label == {"en": "Q3 2026", "zh": "2026 年第三季度"}
    assert make_period("quarter", 2026, 3, 4).label == {"en": "Q3 FY2026", "zh": "2026 财年第三季度"}
    assert make_period("year", 2026, 1, 4).label == {"en": "FY2026", "zh": "2026 财年"}


@pytest.mark.parametrize(
    ("goal", "better", "value", "points"),
    [
        (Goal("k", target=D(80)), "higher", "40", "50"),
        (Goal("k", target=D(80)), "higher", "200", "100"),
        (Goal("k", target=D(80), zero=D(60)), "higher", "70", "50"),
        (Goal("k", target=D(80), zero=D(60)), "higher", "10", "0"),
        (Goal("k"), "higher", "45", "50"),
        (Goal("k", target=D(30)), "lower", "30", "100"),
        (Goal("k", target=D(30)), "lower", "45", "50"),
        (Goal("k", target=D(30)), "lower", "-3", "100"),
        (Goal("k", steps=(Step(D(0), D(0)), Step(D(10), D(60)))), "neither", "10", "60"),
        (Goal("k", steps=(Step(D(0), D(5)), Step(D(10), D(60)))), "neither", "9.99", "5"),
        (Goal("k", steps=(Step(D(0), D(5)),)), "neither", "-1", "0"),
    ],
)
def test_a_value_earns_points_evenly_or_by_steps(goal: Goal, better: str, value: str, points: str) -> None:
    scale = make_scale(goal, D(90), better)
    assert scale is not None
    assert scale.points(D(value)) == D(points)


@pytest.mark.parametrize(
    ("goal", "target", "better"),
    [
        (Goal("k"), None, "higher"),
        (Goal("k", target=D(5)), None, "neither"),
        (Goal("k", target=D(5), zero=D(9)), None, "higher"),
        (Goal("k", target=D(5), zero=D(1)), None, "lower"),
        (Goal("k", target=D(0)), None, "lower"),
    ],
)
def test_without_a_sound_target_there_are_no_points(goal: Goal, target: Decimal | None, better: str) -> None:
    assert make_scale(goal, target, better) is None


def test_weights_of_what_has_no_value_go_to_the_rest() -> None:
    score = add_up([(D(50), D(60)), (D(30), None), (D(20), D(100))], D(40))
    assert (score.value, score.covered) == (D("71.4"), D(70)), "(50 × 60 + 20 × 100) ÷ 70"


def test_there_is_no_score_from_too_little_of_the_weight() -> None:
    assert add_up([(D(39), D(100)), (D(61), None)], D(40)).value is None
    assert add_up([(D(40), D(100)), (D(60), None)], D(40)).value == D("100.0")
    assert add_up([], D(0)).value is None


@for_any(st.lists(st.tuples(st.integers(1, 9), st.none() | st.integers(0, 100)), max_size=8))
def test_a_score_lies_between_the_least_and_the_most_points(parts: list[tuple[int, int | None]]) -> None:
    score = add_up(((D(w), None if p is None else D(p)) for w, p in parts), D(0)).value
    earned = [p for _, p in parts if p is not None]
    assert (score is None) == (not earned)
    if score is not None:
        assert min(earned) <= score <= max(earned)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2026-01-01", "2026-06-30", {"": D(600), "EUR": D(25)}),
        ("2026-03-01", "2026-03-31", {"": D(100)}),
        ("2025-01-01", "2025-12-31", {}),
        ("2026-12-22", "2026-12-31", {"": D(1200) * 10 / 365, "EUR": D(100) * 10 / 245}),
    ],
)
def test_a_quota_counts_by_months_where_they_are_whole_else_by_days(
    first: str, last: str, expected: dict[str, Decimal]
) -> None:
    quotas = [Quota("2026-01-01", "2026-12-31", D(1200)), Quota("2026-05-01", "2026-12-31", D(100), "EUR")]
    found = quota_in(quotas, date.fromisoformat(first), date.fromisoformat(last))
    assert {name: round(value, 6) for name, value in found.items()} == {n: round(v, 6) for n, v in expected.items()}


OWNERS = [
    {"person": "ann", "to": "2026-03-31"},
    {"person": "ben", "from": "2026-04-01", "to": "2026-08-31"},
    {"person": "ann", "from": "2026-06-01"},
]


def profile(account: str, **data: Any) -> Record:
    return Record(f"{account}/profile", "profile", account, f"accounts/{account}/profile.md", data)


@for_any(DAYS)
def test_spans_of_ownership_say_the_same_as_the_owner_of_each_day(day: date) -> None:
    acme = profile("acme", owner="ann", owners=[dict(row) for row in OWNERS])
    for person in ("ann", "ben"):
        inside = any(first <= day.isoformat() <= last for first, last in owned_spans(acme, person))
        assert inside == (owner_on(acme, day) == person)


def test_holdings_know_owner_tier_and_phase_of_the_day(sample_settings: Any) -> None:
    acme = profile("acme", owner="ann", owners=[dict(row) for row in OWNERS], tier="A", lifecycle="active")
    shut = profile("shut", owner="ann", tier="B", lifecycle="closed")
    bare = profile("bare", owner="ann")
    found = find_holdings([acme, shut, bare], sample_settings.types, date(2026, 1, 1))
    assert (found["ann"].accounts, found["ann"].mix) == (("acme", "bare"), "A 1 · – 1")
    assert set(find_holdings([acme], sample_settings.types, date(2026, 5, 1))) == {"ben"}
    assert join_holdings([found["ann"], found["ann"]]).tiers == (("A", 2), ("–", 2))


def test_accounts_that_changed_hands_inside_the_span_are_named() -> None:
    acme = profile("acme", owners=[dict(row) for row in OWNERS])
    found = find_changes([acme], "ann", date(2026, 1, 1), date(2026, 6, 30))
    assert [(each.came, each.on) for each in found] == [(False, "2026-03-31"), (True, "2026-06-01")]
