"""What a KPI would tell of a single record: left out before any page is made, unless it only counts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from kam.model.schema import Kind, Label, RecordType
from kam.settings.appraisal import PEOPLE, PeopleResults

if TYPE_CHECKING:
    from kam.kpi import KpiResult
    from kam.kpi.result import Figure
    from kam.settings import Settings

COUNTING = ("ratio", "count", "count_distinct")
"""Aggregations whose numerators can be counts; the others add up, order or share out amounts."""
MONEY = "money"
PEOPLE_AREA = "people"
ONE_RECORD: Label = {
    "en": "a single record; its amount is not shown here",
    "zh": "仅涉及一条记录，此处不显示其金额",
}
_COUNTS = {Decimal(-1), Decimal(0), Decimal(1)}


def withhold(result: KpiResult, shown: Collection[str], types: Mapping[str, RecordType]) -> KpiResult:
    """The KPI without what would tell a confidential value.

    Behind it stand only records that may be seen (``shown``), with numerator and denominator only where each is
    -1, 0 or 1: any other number may be, or contain, a price. A sum of money over a single record of a type that has
    hidden numbers (``types`` are those of the audience, by folder) is that record's amount and is left out too.
    """
    facts = [fact for fact in result.facts if fact.record in shown]
    if not is_counting(result):
        facts = [replace(fact, numerator=None, denominator=None) for fact in facts]
        if _is_one(result.figure):
            result = replace(result, figure=replace(result.figure, numerator=None, denominator=None))
    if result.kpi.unit == MONEY and any(_folder(fact.record) not in types for fact in result.facts):
        result = _without_single_records(result)
    return replace(result, facts=facts)


def without_people(result: KpiResult, settings: Settings) -> KpiResult:
    """The KPI with nobody named in its records where the settings show no person's results, and without records where
    it is about people (area ``people``): each of these says what somebody did or left undone."""
    if settings.part(PeopleResults).site == PEOPLE:
        return result
    if result.kpi.area == PEOPLE_AREA:
        return replace(result, facts=[])
    return replace(result, facts=[replace(fact, person=None) for fact in result.facts])


def is_counting(result: KpiResult) -> bool:
    """Whether the KPI counts records: nothing but -1, 0 and 1 stands in its facts."""
    if result.kpi.unit == MONEY or result.kpi.aggregation not in COUNTING:
        return False
    return all(part is None or part in _COUNTS for fact in result.facts for part in (fact.numerator, fact.denominator))


def open_folders(all_types: Iterable[RecordType], shown_types: Mapping[str, RecordType]) -> dict[str, RecordType]:
    """The types all numbers of which may be seen, by folder."""
    return {
        rtype.folder: rtype
        for rtype in all_types
        if rtype.name in shown_types and _numbers(rtype) == _numbers(shown_types[rtype.name])
    }


def _numbers(rtype: RecordType) -> set[tuple[str, ...]]:
    return {tuple(path) for path, each in rtype.iter_fields() if each.kind is Kind.NUMBER}


def _folder(record_id: str) -> str:
    """``acme/orders/2026-03#SO-1`` → ``orders``."""
    return record_id.split("/")[1]


def _without_single_records(result: KpiResult) -> KpiResult:
    by = [
        replace(
            each,
            figure=_kept(each.figure),
            status=_status(each.figure, each.status),
            trend=[replace(point, figure=_kept(point.figure)) for point in each.trend],
        )
        for each in result.by
    ]
    trend = [replace(each, figure=_kept(each.figure)) for each in result.trend]
    status = _status(result.figure, result.status)
    return replace(result, figure=_kept(result.figure), status=status, by=by, trend=trend)


def _kept(figure: Figure) -> Figure:
    return (
        replace(figure, value=None, numerator=None, denominator=None, reason=ONE_RECORD) if _is_one(figure) else figure
    )


def _status(figure: Figure, status: str) -> str:
    return "none" if _is_one(figure) else status


def _is_one(figure: Figure) -> bool:
    return figure.n == 1 and figure.value is not None
