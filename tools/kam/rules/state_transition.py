"""Changes of state that the process does not know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType, States
from kam.rules.values import history_fields, iter_maps, text_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "state-transition"
LEVEL = Level.ERROR


def fields(rtype: RecordType) -> Iterable[str]:
    """The history of the states."""
    return history_fields(rtype)


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """Each entry of the history whose state may not follow the one before; an unknown state is the schema's affair."""
    states = rtype.states
    if states is None or not states.history:
        return
    before = ""
    for path, entry in iter_maps(record.data, states.history):
        to = text_of(entry, "to")
        if to not in states.transitions:
            before = ""
            continue
        if before and not _may_follow(states, before, to):
            allowed = ", ".join(states.transitions.get(before, ()))
            args = {"before": before, "to": to, "allowed": allowed}
            yield Finding((*path, "to"), "default" if allowed else "final", args)
        before = to


def _may_follow(states: States, before: str, to: str) -> bool:
    """Staying in a state is no change: such entries note that somebody else took over."""
    return before == to or to in states.transitions.get(before, ())
