"""A status that is not the one its history ends with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.rules.values import history_fields, iter_maps, text_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "status-history"
LEVEL = Level.ERROR


def fields(rtype: RecordType) -> Iterable[str]:
    """The history of the states."""
    return history_fields(rtype)


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """The current status, where the last entry of the history says something else."""
    states = rtype.states
    if states is None or not states.history:
        return
    entries = list(iter_maps(record.data, states.history))
    status = text_of(record.data, states.field)
    if not entries or not status:
        return
    if status not in (rtype.by_name[states.field].choices or ()):
        return  # not-a-choice says so already, and the history cannot be led to it
    last = text_of(entries[-1][1], "to")
    if last and last != status:
        args = {"field": states.field, "status": status, "history": states.history, "last": last}
        yield Finding((states.field,), args=args)
