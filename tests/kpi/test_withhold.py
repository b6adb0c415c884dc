"""Small groups are withheld, and nobody can work them out from all that is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reckoning import ACME, Given, deal, figure
from scipy.optimize import linprog

from kam.kpi.definition import Kpi, Target
from kam.kpi.export import as_json, as_rows
from kam.kpi.result import Figure, Group, KpiResult, Point
from kam.kpi.window import Window
from kam.kpi.withhold import limit_of, withhold

TEXTS = {"en": "x", "zh": "x"}
DAYS = [date(2026, 4, 30), date(2026, 5, 31), date(2026, 6, 30)]
Key = str | None


@dataclass(frozen=True)
class Fact:
    key: str
    day: int
    numerator: Decimal
    denominator: Decimal


def a_kpi(aggregation: str, min_n: int = 0) -> Kpi:
    unit = {"ratio": "percent", "share": "percent", "count": "count"}.get(aggregation, "money")
    return Kpi(
        "x",
        TEXTS,
        TEXTS,
        TEXTS,
        TEXTS,
        "orders",
        unit,
        "higher",
        aggregation,
        "all",
        ("account",),
        "SELECT 1",
        min_n=min_n,
    )


def reckon(aggregation: str, facts: Sequence[Fact], whole: Decimal) -> Figure:
    """The figure of facts, by the plainest way."""
    n, top, below = len(facts), sum((f.numerator for f in facts), Decimal(0)), Decimal(0)
    if aggregation == "ratio":
        below = sum((f.denominator for f in facts), Decimal(0))
        return Figure(top / below * 100 if below else None, n, top, below)
    if aggregation == "share":
        return Figure(top / whole * 100 if whole and n else None, n, top, whole) if n else Figure(None, 0)
    if aggregation == "mean":
        return Figure(top / n, n, top, Decimal(n)) if n else Figure(None, 0)
    if aggregation == "count":
        return Figure(Decimal(n), n, Decimal(n))
    return Figure(top, n, top) if n else Figure(None, 0)


def make_result(
    aggregation: str, facts: Sequence[Fact], grouping: str = "account", latest_only: bool = True
) -> KpiResult:
    """Total, groups and their trends over all facts up to each of the days."""

    def on(at: int, key: str | None = None) -> Figure:
        known = [f for f in facts if f.day <= at]
        whole = sum((f.numerator for f in known), Decimal(0))
        return reckon(aggregation, [f for f in known if key is None or f.key == key], whole)

    last = len(DAYS) - 1
    listed = sorted({f.key for f in facts if f.day <= last or not latest_only})
    groups = [
        Group(k, TEXTS, on(last, k), Target(), "good", [Point(d, on(at, k)) for at, d in enumerate(DAYS)])
        for k in listed
    ]
    trend = [Point(d, on(at)) for at, d in enumerate(DAYS)]
    kpi = a_kpi(aggregation)
    return KpiResult(kpi, "x", Window(None, DAYS[-1]), on(last), Target(), "good", grouping, groups, trend)


def shown_on(result: KpiResult, at: int) -> tuple[Figure, dict[Key, Figure]]:
    return result.trend[at].figure, {g.key: g.trend[at].figure for g in result.by}


def find_deduced(result: KpiResult, truth: KpiResult) -> Iterator[str]:
    """Withheld numerators and denominators that follow from what is shown, by linear programming: what is hidden adds
    up to the total less what is shown, is at least 0, no numerator of a share of counts exceeds its denominator, and
    nothing that only grows falls from a day to the next."""
    counting = result.kpi.aggregation in ("ratio", "count")
    hidden = [
        (at, key) for at in range(len(DAYS)) for key, figure in shown_on(result, at)[1].items() if figure.withheld
    ]
    place = {each: 2 * i for i, each in enumerate(hidden)}
    equal: list[tuple[Any, Decimal]] = []
    below: list[Any] = []
    for at in range(len(DAYS)):
        total, groups = shown_on(result, at)
        here = [each for each in hidden if each[0] == at]
        for part, name in enumerate(("numerator", "denominator")):
            whole = getattr(total, name)
            if result.kpi.aggregation == "share":
                told = [f.denominator for f in (total, *groups.values()) if f.denominator is not None]
                whole = told[0] if told and part == 0 else None
            if whole is None or not here:
                continue
            row = np.zeros(2 * len(hidden))
            for each in here:
                row[place[each] + part] = 1
            equal.append((row, whole - sum(getattr(f, name) or 0 for f in groups.values() if not f.withheld)))
        for each in here:
            if counting and result.kpi.aggregation == "ratio":
                row = np.zeros(2 * len(hidden))
                row[place[each]], row[place[each] + 1] = 1, -1
                below.append(row)
            if at and (at - 1, each[1]) in place:
                for part in (0, 1):
                    row = np.zeros(2 * len(hidden))
                    row[place[at - 1, each[1]] + part], row[place[each] + part] = 1, -1
                    below.append(row)
    for each in hidden:
        true = shown_on(truth, each[0])[1][each[1]]
        if not true.n:
            continue
        for part, known in enumerate((true.numerator, true.denominator)):
            if known is None or (part and result.kpi.aggregation in ("share", "mean")):
                continue
            goal = np.zeros(2 * len(hidden))
            goal[place[each] + part] = 1
            ends = [
                linprog(
                    sign * goal,
                    A_ub=np.array(below) if below else None,
                    b_ub=np.zeros(len(below)) if below else None,
                    A_eq=np.array([row for row, _ in equal]) if equal else None,
                    b_eq=np.array([float(v) for _, v in equal]) if equal else None,
                    bounds=(0, 10**6),
                )
                for sign in (1, -1)
            ]
            if all(end.success for end in ends) and -ends[1].fun - ends[0].fun < 1e-6:
                yield f"{each[1]} on {DAYS[each[0]]}: {('numerator', 'denominator')[part]} {known}"


FACTS = st.lists(
    st.builds(
        Fact,
        st.sampled_from("abcdef"),
        st.integers(0, 3),
        st.integers(0, 1).map(Decimal),
        st.just(Decimal(1)),
    ),
    max_size=30,
)
MONEY = st.lists(
    st.builds(
        Fact, st.sampled_from("abcdef"), st.integers(0, 3), st.integers(0, 900).map(Decimal), st.just(Decimal(1))
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(facts=FACTS, min_n=st.integers(2, 6))
def test_a_withheld_share_of_counts_cannot_be_worked_out(facts: list[Fact], min_n: int) -> None:
    truth = make_result("ratio", facts)
    assert not list(find_deduced(withhold(truth, min_n), truth))


@settings(max_examples=60, deadline=None)
@given(facts=MONEY, min_n=st.integers(2, 6), aggregation=st.sampled_from(["sum", "share", "mean", "count"]))
def test_a_withheld_amount_cannot_be_worked_out(facts: list[Fact], min_n: int, aggregation: str) -> None:
    truth = make_result(aggregation, facts)
    assert not list(find_deduced(withhold(truth, min_n), truth))


@settings(max_examples=200, deadline=None)
@given(facts=FACTS, min_n=st.integers(2, 6), latest_only=st.booleans())
def test_no_figure_of_fewer_facts_is_shown_and_shown_ones_are_true(
    facts: list[Fact], min_n: int, latest_only: bool
) -> None:
    truth = make_result("ratio", facts, latest_only=latest_only)
    result = withhold(truth, min_n)
    told = [(result.figure, truth.figure)]
    for at in range(len(DAYS)):
        (total, groups), (true_total, true_groups) = shown_on(result, at), shown_on(truth, at)
        told += [(total, true_total), *((groups[key], true_groups[key]) for key in true_groups)]
    for told_one, true in told:
        if told_one.withheld:
            assert (told_one.value, told_one.n, told_one.numerator, told_one.denominator) == (None, 0, None, None)
        else:
            assert told_one == true
            assert told_one.n == 0 or told_one.n >= min_n
    assert [g.key for g in result.by] == [g.key for g in truth.by]
    assert all(g.status == "none" for g in result.by if g.figure.withheld)


def test_the_attack_finds_what_hiding_small_groups_alone_gives_away() -> None:
    truth = make_result("ratio", facts_of(a=(9, 4), b=(2, 1)))
    gone = Figure(None, 0, withheld=True)
    groups = [
        replace(g, figure=gone, trend=[replace(p, figure=gone) for p in g.trend]) if g.key == "b" else g
        for g in truth.by
    ]
    assert list(find_deduced(replace(truth, by=groups), truth))


def facts_of(**counts: tuple[int, int]) -> list[Fact]:
    """Key → how many facts, and how many of them with numerator 1."""
    return [Fact(key, 0, Decimal(at < top), Decimal(1)) for key, (n, top) in counts.items() for at in range(n)]


@pytest.mark.parametrize(
    ("counts", "hidden", "total"),
    [
        ({"a": (9, 4), "b": (7, 3)}, "", False),
        ({"a": (9, 4), "b": (7, 3), "c": (2, 1)}, "bc", False),
        ({"a": (9, 4), "b": (3, 1), "c": (2, 1)}, "bc", False),
        ({"a": (9, 4), "b": (2, 1), "c": (2, 1)}, "abc", False),
        ({"a": (9, 4), "b": (3, 3), "c": (2, 2)}, "abc", False),
        ({"a": (9, 9), "b": (6, 6), "c": (2, 2)}, "abc", True),
        ({"a": (9, 0), "b": (2, 0)}, "ab", True),
        ({"a": (2, 1)}, "a", True),
        ({"a": (6, 1)}, "", False),
    ],
    ids=[
        "nothing small", "the next smallest goes along", "two small ones hide each other", "too few together",
        "all of them good would tell", "all good everywhere", "none good anywhere", "one small one", "one large one",
    ],
)  # fmt: skip
def test_what_goes_along(counts: dict[str, tuple[int, int]], hidden: str, total: bool) -> None:
    result = withhold(make_result("ratio", facts_of(**counts)), 5)
    assert "".join(str(g.key) for g in result.by if g.figure.withheld) == hidden
    assert result.figure.withheld is total


def test_facts_of_a_group_that_is_no_longer_listed_are_protected_too() -> None:
    old = Group("a", TEXTS, Figure(Decimal(50), 10, Decimal(5), Decimal(10)), Target(), "good")
    total = Figure(Decimal(50), 12, Decimal(6), Decimal(12))
    truth = make_result("ratio", [])
    result = withhold(KpiResult(truth.kpi, "x", truth.window, total, Target(), "good", "account", [old]), 5)
    assert result.by[0].figure.withheld and not result.figure.withheld


def test_points_of_a_trend_tell_nothing_of_periods() -> None:
    truth = make_result("ratio", facts_of(a=(9, 4), b=(7, 3), c=(2, 1)), grouping="month")
    assert all(point.figure.withheld for point in withhold(truth, 5).trend)


def test_both_kinds_of_withholding_look_alike() -> None:
    result = withhold(make_result("ratio", facts_of(a=(9, 4), b=(7, 3), c=(2, 1))), 5)
    assert len({str(g.figure.reason) for g in result.by if g.figure.withheld}) == 1


@pytest.mark.parametrize(
    ("own", "asked", "audience", "limit"), [(0, None, 0, 0), (5, None, 3, 5), (3, None, 5, 5), (5, 1, 9, 1)]
)
def test_the_file_and_the_audience_say_from_when_on_unless_somebody_asks(
    own: int, asked: int | None, audience: int, limit: int
) -> None:
    assert limit_of(a_kpi("ratio", own), asked, audience) == limit


def test_one_or_none_withholds_nothing() -> None:
    truth = make_result("ratio", facts_of(a=(1, 1)))
    assert withhold(truth, 1) is truth and withhold(truth, 0) is truth


def test_facts_are_not_listed_and_exports_hold_no_number_of_them(given: Given) -> None:
    deals = {f"acme/opportunities/{i}": deal("won" if i < 3 else "lost", "2026-05-01") for i in range(6)}
    deals |= {"beta/profile": {"name": "Beta"}, "beta/opportunities/1": deal("won", "2026-05-02")}
    truth = figure(given(ACME | deals), "win_rate", by="account", facts=True)
    result = withhold(truth, 3)
    assert truth.facts and not result.facts
    document = as_json([result], date(2026, 6, 30), None, "en", [])["kpis"][0]
    assert [(g["key"], g["value"], g["n"], g["numerator"]) for g in document["by"]] == [
        ("acme", None, None, None), ("beta", None, None, None)
    ]  # fmt: skip
    assert document["n"] == 7
    assert [row[10] for row in as_rows([result], "en")[1]] == [7, None, None]
