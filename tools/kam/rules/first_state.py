"""Histories that begin in the middle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.rules.values import history_fields, iter_maps, text_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "first-state"
LEVEL = Level.WARNING


def fields(rtype: RecordType) -> Iterable[str]:
    """The history of the states."""
    return history_fields(rtype)


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """The first entry of a history, where the process does not begin with its state.

    Records from elsewhere are spared: their source often keeps the later part of the story only.
    """
    states = rtype.states
    if states is None or not states.history or not states.initial or "source" in record.data:
        return
    for path, entry in iter_maps(record.data, states.history):
        to = text_of(entry, "to")
        if to and to not in states.initial and to in states.transitions:
            yield Finding((*path, "to"), args={"to": to, "initial": ", ".join(states.initial)})
        return
