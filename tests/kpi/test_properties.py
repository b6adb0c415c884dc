"""Random portfolios: all KPIs, all groupings, random days, against a plain computation; and nothing of the future."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from plainly import ADDITIVE, Traits, facts_of, worked_out

from kam.kpi import Kpi, KpiResult, compute, load_kpis, open_tables
from kam.kpi.aggregate import COUNTED
from kam.model.record import Record
from kam.portfolio import open_portfolio
from kam.portfolio.history import Origin
from kam.settings import Settings
from kam.tables import Tables

FIRST, LAST = date(2026, 1, 1), date(2026, 11, 22)
A_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
AT_ONCE = 2
"""Groupings of a KPI that one random portfolio is looked at by."""
FEW = settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.generate,))
"""Each example computes everything: a few in every run, and none to find a smaller one that fails."""
DAYS = st.lists(st.dates(FIRST, LAST), min_size=2, max_size=2, unique=True).map(sorted)


@dataclass
class Book:
    """Records of the sample, some of them left out or moved in time."""

    root: Path
    settings: Settings
    records: list[Record]
    digest: str = ""
    origin: Origin | None = None

    def iter_records(self, type: str | None = None, *, span: tuple[str, str] = ("", "")) -> Iterator[Record]:
        return iter(sorted((r for r in self.records if type in (None, r.type)), key=lambda r: r.id))

    def split(self, type: str, size: int) -> list[tuple[str, str]]:
        return [("", "")]

    def reopen(self) -> Book:
        return self


@pytest.fixture(scope="module")
def sample(repository: Path, sample_settings: Settings) -> Book:
    with open_portfolio(repository, sample_settings) as portfolio:
        return Book(repository, sample_settings, list(portfolio.iter_records()))


def moved(value: Any, days: int) -> Any:
    """The same with every date in it that many days later."""
    if isinstance(value, str):
        found = A_DAY.match(value)
        return _later(found[0], days) + value[10:] if found and (len(value) == 10 or value[10] == "T") else value
    if isinstance(value, list):
        return [moved(each, days) for each in value]
    return {key: moved(each, days) for key, each in value.items()} if isinstance(value, dict) else value


def _later(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def dates_in(value: Any) -> Iterator[date]:
    """Every date in a value."""
    if isinstance(value, str) and A_DAY.match(value) and (len(value) == 10 or value[10] == "T"):
        yield date.fromisoformat(value[:10])
    elif isinstance(value, list | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from dates_in(each)


def shuffled(book: Book, random: Random) -> Book:
    """Most records, each moved by up to half a year; the profiles as they are."""
    kept = [r for r in book.records if r.type == "profile" or random.random() < 0.8]
    return replace(book, records=[r if r.type == "profile" else _shifted(r, random.randint(-180, 180)) for r in kept])


def _shifted(record: Record, days: int) -> Record:
    return replace(record, data=moved(record.data, days))


def with_future(book: Book, day: date, random: Random) -> Book:
    """The same with copies of records in which everything happens after the day."""
    added = []
    for record in book.records:
        known = sorted(dates_in(record.data))
        if record.type != "profile" and known and random.random() < 0.5:
            later = _shifted(record, (day - known[0]).days + random.randint(1, 200))
            added.append(replace(later, id=f"{record.id}-later", path=f"{record.path}-later"))
    return replace(book, records=[*book.records, *added])


@settings(FEW)
@given(seed=st.integers(0, 2**32), days=DAYS)
def test_all_figures_equal_a_plain_computation_over_the_same_facts(sample: Book, seed: int, days: list[date]) -> None:
    random = Random(seed)
    book = shuffled(sample, random)
    kpis = load_kpis(sample.root)
    with open_tables(book, days[-1], cache=False) as tables:
        traits = {day: Traits.on(day, book.settings, book.records, tables) for day in days}
        for kpi in kpis:
            facts = {day: facts_of(kpi, day, tables) for day in days}
            for grouping in random.sample(kpi.groupings, min(AT_ONCE, len(kpi.groupings))):
                (result,) = compute(book, days[-1], [kpi.id], by=grouping, days=days, tables=tables)
                assert not result.failed, f"{kpi.id}: {result.reason}"
                for day in days:
                    check_day(result, day, facts[day], traits[day], tables)


def check_day(result: KpiResult, day: date, facts: list[dict[str, Any]], traits: Traits, tables: Tables) -> None:
    """The total and every group of a day; and that additive groups sum to the total."""
    kpi, grouping = result.kpi, result.grouping
    (total,) = (point.figure for point in result.trend if point.as_of == day)
    require_same(kpi, f"total on {day}", total.value, worked_out(kpi, facts, facts, tables))
    ours = {group.key: point.figure for group in result.by for point in group.trend if point.as_of == day}
    keys = {traits.key(fact, grouping) for fact in facts}
    empty = traits.there(grouping) - keys if kpi.aggregation in COUNTED else set()
    assert empty <= ours.keys()
    assert keys <= ours.keys() or kpi.aggregation in ("gini", "max_to_mean", "concentration", "repeat_rate")
    for key, figure in ours.items():
        own = [fact for fact in facts if traits.key(fact, grouping) == key]
        expected = worked_out(kpi, own, facts, tables) if own or kpi.aggregation not in COUNTED else None
        require_same(kpi, f"{grouping} {key} on {day}", figure.value, Fraction(0) if key in empty else expected)
    if kpi.aggregation in ADDITIVE and total.numerator is not None:
        assert sum(figure.numerator or 0 for figure in ours.values()) == total.numerator, f"{kpi.id} by {grouping}"


def require_same(kpi: Kpi, what: str, ours: Decimal | None, theirs: Fraction | None) -> None:
    """Equal; quotients to twenty digits, and what a formula makes in binary to twelve."""
    near = Fraction(1, 10**12 if kpi.aggregation == "formula" else 10**20)
    if ours is None or theirs is None:
        is_same = ours is None and theirs is None
    else:
        difference, allowed = Fraction(ours) - theirs, near * max(theirs, -theirs)
        is_same = -allowed <= difference <= allowed
    assert is_same, f"{kpi.id}, {what}: {ours} is not {theirs}"


@settings(FEW)
@given(seed=st.integers(0, 2**32), day=st.dates(FIRST, LAST))
def test_nothing_dated_after_the_day_matters(sample: Book, seed: int, day: date) -> None:
    random = Random(seed)
    book = shuffled(sample, random)
    for_account = {kpi.id: kpi for kpi in load_kpis(sample.root) if "account" in kpi.groupings}
    both = []
    for each in (book, with_future(book, day, random)):
        with open_tables(each, LAST + timedelta(days=400), cache=False) as tables:
            results = compute(each, day, by="account", tables=tables)
            both.append({r.id: (r.value, r.n, {g.key: g.figure for g in r.by}, r.reason) for r in results})
    assert for_account
    for name, before in both[0].items():
        if name != "completeness":
            assert both[1][name] == before, name
