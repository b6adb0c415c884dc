"""Dates in the wrong order: an end before its beginning, a resolution before the report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from kam.model.per_type import per_type
from kam.model.problem import FieldPath, Finding, Level
from kam.model.record import Record, Value
from kam.model.schema import RecordType
from kam.rules.moments import is_after
from kam.rules.quick import has_ordered_dates
from kam.rules.values import Names, iter_at

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "date-order"
LEVEL = Level.ERROR

Pairs = tuple[tuple[str, str], ...]


def _inner_pairs(rtype: RecordType) -> tuple[tuple[Names, Pairs], ...]:
    return tuple((names, field.order) for names, field in rtype.iter_fields() if field.order)


inner_pairs_of = per_type(_inner_pairs)


quick = has_ordered_dates


def fields(rtype: RecordType) -> Iterable[str]:
    """The later date of each pair, and the lists and maps with pairs of their own."""
    return [*(late for _, late in rtype.order), *(names[0] for names, _ in inner_pairs_of(rtype))]


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterable[Finding]:
    """Each pair of dates that the schema orders and that stands the wrong way round."""
    found: list[Finding] = []
    _check_pairs((), record.data, rtype.order, found)
    for names, pairs in inner_pairs_of(rtype):
        for path, entry in iter_at(record.data, names) if names[0] in record.data else ():
            if isinstance(entry, dict):
                _check_pairs(path, entry, pairs, found)
    return found


def _check_pairs(path: FieldPath, data: Mapping[str, Value], pairs: Pairs, found: list[Finding]) -> None:
    for first, second in pairs:
        early, late = data.get(first), data.get(second)
        if early and late and isinstance(early, str) and isinstance(late, str) and is_after(early, late):
            args = {"first": first, "early": early, "second": second, "late": late}
            found.append(Finding((*path, second), args=args))
