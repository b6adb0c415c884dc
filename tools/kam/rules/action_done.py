"""Actions whose status and day of completion contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kam.model.per_type import per_type
from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.rules.moments import is_after
from kam.rules.values import Names, iter_at, text_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "action-done"
LEVEL = Level.WARNING


def _action_lists(rtype: RecordType) -> tuple[Names, ...]:
    return tuple(names for names, field in rtype.iter_fields() if field.shape == "action")


action_lists_of = per_type(_action_lists)
BEGINNINGS = {"meeting": "at", "audit": "on"}
"""Types whose actions arise on the day itself, so that none can be done before: type → the field with that day."""


def fields(rtype: RecordType) -> Iterable[str]:
    """The lists of actions."""
    return [names[0] for names in action_lists_of(rtype)]


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """Actions done without a day, with a day but not done, or done before they were agreed."""
    begun = text_of(record.data, BEGINNINGS.get(rtype.name, ""))
    for names in action_lists_of(rtype):
        for path, entry in iter_at(record.data, names):
            if not isinstance(entry, dict):
                continue
            status, done_on = text_of(entry, "status"), text_of(entry, "done_on")
            args = {"what": text_of(entry, "what"), "status": status, "done_on": done_on, "begun": begun[:10]}
            if status == "done" and not done_on:
                yield Finding((*path, "status"), "undated", args)
            elif done_on and status and status != "done":
                yield Finding((*path, "done_on"), "open", args)
            elif done_on and begun and is_after(begun, done_on):
                yield Finding((*path, "done_on"), "early", args)
