"""A status that is not the one its history ends with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.rules.quick import has_orderly_lists
from kam.rules.values import history_fields, last_map, text_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "status-history"
LEVEL = Level.ERROR


quick = has_orderly_lists


def fields(rtype: RecordType) -> Iterable[str]:
    """The history of the states."""
    return history_fields(rtype)


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterable[Finding]:
    """The current status, where the last entry of the history says something else."""
    states = rtype.states
    if states is None:
        return ()
    status, last = text_of(record.data, states.field), text_of(last_map(record.data, states.history), "to")
    if not last or not status or last == status:
        return ()
    if status not in (rtype.by_name[states.field].choices or ()):
        return ()  # not-a-choice says so already, and the history cannot be led to it
    args = {"field": states.field, "status": status, "history": states.history, "last": last}
    return [Finding((states.field,), args=args)]
