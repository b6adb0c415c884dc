"""Histories that begin in the middle."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.rules.quick import has_orderly_lists
from kam.rules.values import history_fields, text_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "first-state"
LEVEL = Level.WARNING


quick = has_orderly_lists


def fields(rtype: RecordType) -> Iterable[str]:
    """The history of the states."""
    return history_fields(rtype)


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterable[Finding]:
    """The first entry of a history, where the process does not begin with its state.

    Records from elsewhere are spared: their source often keeps the later part of the story only.
    """
    states = rtype.states
    entries = record.data.get(states.history) if states else None
    if states is None or not states.initial or "source" in record.data or not isinstance(entries, list):
        return ()
    for at, entry in enumerate(entries):
        if isinstance(entry, dict):
            to = text_of(entry, "to")
            if not to or to in states.initial or to not in states.transitions:
                break
            return [Finding((states.history, at, "to"), args={"to": to, "initial": ", ".join(states.initial)})]
    return ()
