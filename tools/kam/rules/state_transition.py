"""Changes of state that the process does not know."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.rules.quick import has_orderly_lists
from kam.rules.values import history_fields, text_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "state-transition"
LEVEL = Level.ERROR


quick = has_orderly_lists


def fields(rtype: RecordType) -> Iterable[str]:
    """The history of the states."""
    return history_fields(rtype)


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterable[Finding]:
    """Each entry of the history whose state may not follow the one before; an unknown state is the schema's affair.

    Staying in a state is no change: such entries note that somebody else took over.
    """
    states = rtype.states
    entries = record.data.get(states.history) if states else None
    if states is None or not isinstance(entries, list):
        return ()
    found: list[Finding] = []
    may_follow: Collection[str] | None = None
    before = ""
    for number, entry in enumerate(entries):
        if not isinstance(entry, dict):
            continue
        to = text_of(entry, "to")
        if may_follow is not None and to != before and to not in may_follow and to in states.transitions:
            args = {"before": before, "to": to, "allowed": ", ".join(may_follow)}
            found.append(Finding((states.history, number, "to"), "default" if may_follow else "final", args))
        may_follow, before = states.transitions.get(to), to
    return found
