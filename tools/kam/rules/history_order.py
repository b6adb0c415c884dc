"""Entries of a history or log that are not in the order of their dates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kam.model.per_type import per_type
from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.rules.moments import is_after
from kam.rules.values import iter_maps, text_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "history-order"
LEVEL = Level.ERROR


def _dated_lists(rtype: RecordType) -> tuple[tuple[str, str], ...]:
    """The lists that grow at their end, each with the field that dates an entry."""
    found = {field.name: "at" for field in rtype.fields if field.shape in ("transition", "log")}
    found |= {field.name: "from" for field in rtype.fields if field.shape == "assignment" and field.name != "team"}
    if rtype.states and rtype.states.history:
        found[rtype.states.history] = "at"
    return tuple(found.items())


dated_lists_of = per_type(_dated_lists)


def fields(rtype: RecordType) -> Iterable[str]:
    """The lists that grow at their end."""
    return [name for name, _ in dated_lists_of(rtype)]


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """Each entry that lies before the one above it."""
    for name, dated in dated_lists_of(rtype):
        before = ""
        for path, entry in iter_maps(record.data, name):
            at = text_of(entry, dated)
            if at and before and is_after(before, at):
                yield Finding((*path, dated), args={"list": name, "at": at, "before": before})
            before = at or before
