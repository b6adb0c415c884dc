"""Small groups are withheld from wider audiences, and so much else that nobody can work them out.

A group of fewer facts than ``min_n`` is withheld with everything that tells of it: value, ``n``, numerator,
denominator, status and trend. Hidden alone, it would be the total less the other groups; so the next smallest groups
go with it until what is left over (the total less all that is shown) is a sum over at least two groups and ``min_n``
facts, and no sum that gives its parts away: of counts that come to nothing, or to all there is, every part does so
too. Where even all groups together are no such sum, the total goes as well. This is primary and complementary
suppression of cells, as statistical offices practise it; both kinds look alike, since to know which a group is would
tell its size. A list of facts is one of groups of a single fact, so with ``min_n`` none is given.

Pure: looks at a result and nothing else. It protects one KPI under one grouping; whoever publishes the same facts
under several groupings or KPIs publishes their differences too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from kam.kpi.aggregate import COUNTED
from kam.kpi.definition import Kpi
from kam.kpi.result import Figure, Group, KpiResult, Point
from kam.model.schema import Label

PERIODS = ("month", "quarter", "year", "fiscal_quarter", "fiscal_year")
"""Groupings by time: two points of a trend differ by what happened between them, so these tell of each other."""
SHARED_OUT = ("ratio", "formula")
"""Aggregations with a denominator of their own in each group."""


def limit_of(kpi: Kpi, asked: int | None, audience: int = 0) -> int:
    """From how many facts on a group of the KPI is shown: as asked, else the larger of what the KPI's file and the
    settings for the audience say. 0 or 1 withholds nothing."""
    return max(kpi.min_n, audience) if asked is None else asked


def withhold(result: KpiResult, min_n: int) -> KpiResult:
    """The result without groups of fewer than ``min_n`` facts and without all that would give them away."""
    if min_n < 2 or result.failed:
        return result
    today = _hide(result.kpi, result.figure, {g.key: g.figure for g in result.by}, min_n)
    mask = _Mask(result.kpi, min_n, today, {d: _on(result, d, today, min_n) for d in _days(result)})
    if today.groups and result.grouping in PERIODS:
        mask = replace(mask, days=dict.fromkeys(mask.days, EVERYTHING))
    return replace(
        result,
        figure=mask.figure(result.figure, is_hidden=today.total),
        status="none" if today.total else result.status,
        by=[mask.group(each) for each in result.by],
        trend=[mask.point(each, is_hidden=today.total or mask.days[each.as_of].total) for each in result.trend],
        facts=[],
    )


@dataclass(frozen=True, slots=True)
class _Hidden:
    """What is not shown on a day: the keys of groups (None in it stands for facts without a key), and the total."""

    groups: frozenset[str | None] = frozenset()
    total: bool = False
    all: bool = False

    def has(self, key: str | None) -> bool:
        return self.all or key in self.groups


EVERYTHING = _Hidden(total=True, all=True)


@dataclass(frozen=True)
class _Mask:
    kpi: Kpi
    min_n: int
    today: _Hidden
    days: Mapping[date, _Hidden]

    def figure(self, figure: Figure, *, is_hidden: bool) -> Figure:
        return Figure(None, 0, reason=_reason(self.min_n), withheld=True) if is_hidden else figure

    def point(self, point: Point, *, is_hidden: bool) -> Point:
        return replace(point, figure=self.figure(point.figure, is_hidden=is_hidden))

    def group(self, group: Group) -> Group:
        is_hidden = self.today.has(group.key)
        return replace(
            group,
            figure=self.figure(group.figure, is_hidden=is_hidden),
            status="none" if is_hidden else group.status,
            trend=[
                self.point(each, is_hidden=is_hidden or self.days[each.as_of].has(group.key)) for each in group.trend
            ],
        )


def _days(result: KpiResult) -> list[date]:
    listed = {point.as_of for point in result.trend}
    return sorted(listed.union(point.as_of for group in result.by for point in group.trend))


def _on(result: KpiResult, day: date, today: _Hidden, min_n: int) -> _Hidden:
    """What is hidden at a point of the trend: what is hidden today, and what that day needs beyond it."""
    total = next((point.figure for point in result.trend if point.as_of == day), None)
    groups = {g.key: point.figure for g in result.by for point in g.trend if point.as_of == day}
    return _hide(result.kpi, total, groups, min_n, today.groups)


def _hide(
    kpi: Kpi,
    total: Figure | None,
    groups: Mapping[str | None, Figure],
    min_n: int,
    already: Collection[str | None] = (),
) -> _Hidden:
    filled = {key: figure for key, figure in groups.items() if _is_filled(figure)}
    hidden = {key for key, figure in filled.items() if figure.n < min_n} | (filled.keys() & set(already))
    if total is None:
        return _Hidden(frozenset({*hidden, *already}))
    if _is_filled(total) and total.n < min_n:
        return EVERYTHING
    shown = sorted(filled.keys() - hidden, key=lambda key: (filled[key].n, key or ""), reverse=True)
    unlisted = max(0, total.n - sum(figure.n for figure in groups.values())) if groups else 0
    if not hidden and not 0 < unlisted < min_n:
        return _Hidden(frozenset(already))
    while not _is_safe(kpi, total, [filled[key] for key in shown], len(hidden) + bool(unlisted), min_n):
        if not shown:
            return EVERYTHING
        hidden.add(shown.pop())
    return _Hidden(frozenset({*hidden, *already}))


def _is_filled(figure: Figure) -> bool:
    return bool(figure.n or figure.numerator or figure.denominator)


def _is_safe(kpi: Kpi, total: Figure, shown: Sequence[Figure], parts: int, min_n: int) -> bool:
    """Whether the total less what is shown is a sum over so many parts that it tells nothing of one of them."""
    n = total.n - sum(each.n for each in shown)  # of what is counted, ``n`` is the value
    if parts < 2 or n < min_n or (kpi.aggregation in COUNTED and n <= parts):
        return False
    if total.numerator is None:
        return True
    left = _rest(total.numerator, [each.numerator for each in shown])
    if kpi.aggregation in COUNTED:
        return True
    if kpi.aggregation not in SHARED_OUT or total.denominator is None:
        return left != 0
    whole = _rest(total.denominator, [each.denominator for each in shown])
    return left != 0 and abs(left) != abs(whole)


def _rest(total: Decimal, parts: Sequence[Decimal | None]) -> Decimal:
    return total - sum((each for each in parts if each is not None), Decimal(0))


def _reason(min_n: int) -> Label:
    return {
        "en": f"withheld: fewer than {min_n} records, or smaller groups could be worked out from it",
        "zh": f"不予显示：不足 {min_n} 条记录，或可据此推算出其他小组的数据",
    }
