"""Actions whose status and day of completion contradict each other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kam.model.per_type import per_type
from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.rules.moments import is_after
from kam.rules.quick import has_plain_actions
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


quick = has_plain_actions


def fields(rtype: RecordType) -> Iterable[str]:
    """The lists of actions."""
    return [names[0] for names in action_lists_of(rtype)]


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterable[Finding]:
    """Actions done without a day, with a day but not done, or done before they were agreed."""
    begun = text_of(record.data, BEGINNINGS.get(rtype.name, ""))
    found: list[Finding] = []
    for names in action_lists_of(rtype):
        for path, entry in iter_at(record.data, names) if names[0] in record.data else ():
            if not isinstance(entry, dict):
                continue
            status, done_on = text_of(entry, "status"), text_of(entry, "done_on")
            key = _find_fault(status, done_on, begun)
            if key:
                args = {"what": text_of(entry, "what"), "status": status, "done_on": done_on, "begun": begun[:10]}
                found.append(Finding((*path, "status" if key == "undated" else "done_on"), key, args))
    return found


def _find_fault(status: str, done_on: str, begun: str) -> str:
    if not done_on:
        return "undated" if status == "done" else ""
    if status and status != "done":
        return "open"
    return "early" if begun and is_after(begun, done_on) else ""
