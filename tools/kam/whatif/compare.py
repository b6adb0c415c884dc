"""KPIs as they are and as they would be, side by side."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from kam.kpi import FactRow, Group, KpiResult, Point, compute, open_tables
from kam.kpi.result import Figure
from kam.model.schema import Label

if TYPE_CHECKING:
    from kam.tables.source import RecordSource
    from kam.whatif.overlay import AssumedRecords

T = TypeVar("T")
Limit = Callable[[list[KpiResult]], list[KpiResult]]
NOTHING = Figure(None, 0)


@dataclass(frozen=True, slots=True)
class Both:
    """A figure today and as assumed. ``key`` and ``label`` name the group, ``as_of`` the day of a trend's point;
    ``trend`` has the points of a group."""

    today: Figure
    assumed: Figure
    key: str | None = None
    label: Label | None = None
    as_of: date | None = None
    trend: Sequence[Both] = ()

    @property
    def difference(self) -> Decimal | None:
        """What the assumptions add to the value; None where one of the two has none."""
        if self.today.value is None or self.assumed.value is None:
            return None
        return self.assumed.value - self.today.value

    @property
    def is_moved(self) -> bool:
        """Whether the assumptions make any difference, be it to the records counted."""
        return self.today != self.assumed or any(each.is_moved for each in self.trend)


@dataclass(frozen=True, slots=True)
class BothFacts:
    """A contributing record; ``today`` or ``assumed`` is None where it does not contribute there."""

    today: FactRow | None
    assumed: FactRow | None

    @property
    def row(self) -> FactRow:
        """The record as assumed, else as it is."""
        row = self.assumed or self.today
        assert row is not None
        return row


@dataclass(frozen=True, slots=True)
class Comparison:
    """One KPI computed twice. ``by`` has the groups of either; ``facts`` only those that differ."""

    today: KpiResult
    assumed: KpiResult
    figure: Both
    by: Sequence[Both]
    trend: Sequence[Both]
    facts: Sequence[BothFacts]

    @property
    def is_moved(self) -> bool:
        """Whether anything about it is different."""
        return bool(self.facts) or any(each.is_moved for each in (self.figure, *self.by, *self.trend))


def compare(
    portfolio: RecordSource,
    assumed: AssumedRecords,
    as_of: date,
    kpis: Iterable[str] | None = None,
    *,
    account: str | None = None,
    by: str | None = None,
    trend: int = 0,
    facts: bool = False,
    limit: Limit = list,
) -> list[Comparison]:
    """The KPIs named (all, where none is) from the records as they are and as assumed; see ``kam.kpi.compute``.

    ``limit`` gives the results as they may be shown. What it withholds on one side is withheld on both.
    """
    names = None if kpis is None else list(kpis)
    today = compute(portfolio, as_of, names, account=account, by=by, trend=trend, facts=facts)
    with open_tables(assumed, as_of, cache=False) as tables:
        then = compute(assumed, as_of, names, account=account, by=by, trend=trend, facts=facts, tables=tables)
    return [_compare(one, other) for one, other in zip(limit(today), limit(then), strict=True)]


def _compare(today: KpiResult, assumed: KpiResult) -> Comparison:
    groups = [_group(a, b) for a, b in _pair(today.by, assumed.by, lambda group: group.key)]
    facts = [BothFacts(a, b) for a, b in _pair_facts(today.facts, assumed.facts)]
    figure = _both(today.figure, assumed.figure)
    return Comparison(today, assumed, figure, groups, _points(today.trend, assumed.trend), facts)


def _group(today: Group | None, assumed: Group | None) -> Both:
    group = assumed or today
    assert group is not None
    points = _points(today.trend if today else [], assumed.trend if assumed else [])
    both = _both(today.figure if today else NOTHING, assumed.figure if assumed else NOTHING)
    return replace(both, key=group.key, label=group.label, trend=points)


def _points(today: Iterable[Point], assumed: Iterable[Point]) -> list[Both]:
    pairs = _pair(today, assumed, lambda point: point.as_of)
    found = [
        replace(_both(a.figure if a else NOTHING, b.figure if b else NOTHING), as_of=each.as_of)
        for a, b in pairs
        if (each := b or a)
    ]
    return sorted(found, key=lambda each: each.as_of or date.min)


def _both(today: Figure, assumed: Figure) -> Both:
    hidden = next((each for each in (today, assumed) if each.withheld), None)
    return Both(hidden, hidden) if hidden else Both(today, assumed)


def _pair(one: Iterable[T], other: Iterable[T], key: Callable[[T], Hashable]) -> list[tuple[T | None, T | None]]:
    """What has the same key, in the order of the second; what only the first has comes last."""
    mine = {key(each): each for each in one}
    pairs: list[tuple[T | None, T | None]] = [(mine.pop(key(each), None), each) for each in other]
    return pairs + [(each, None) for each in mine.values()]


def _pair_facts(one: Iterable[FactRow], other: Iterable[FactRow]) -> list[tuple[FactRow | None, FactRow | None]]:
    """The facts that differ: of one record those that only one side has, paired in turn."""
    left, right = _by_record(one), _by_record(other)
    pairs: list[tuple[FactRow | None, FactRow | None]] = []
    for record in sorted(left.keys() | right.keys()):
        mine, theirs = left.get(record, []), right.get(record, [])
        for each in list(mine):
            if each in theirs:
                mine.remove(each)
                theirs.remove(each)
        longest = max(len(mine), len(theirs))
        pairs += [
            (mine[at] if at < len(mine) else None, theirs[at] if at < len(theirs) else None) for at in range(longest)
        ]
    return pairs


def _by_record(facts: Iterable[FactRow]) -> dict[str, list[FactRow]]:
    found: dict[str, list[FactRow]] = {}
    for fact in facts:
        found.setdefault(fact.record, []).append(fact)
    return found
