"""Changes of state that the process does not know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType, States
from kam.rules.values import iter_maps, per_type, text_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "state-transition"
LEVEL = Level.ERROR


def _known_states(rtype: RecordType) -> frozenset[str]:
    states = rtype.states
    if states is None:
        return frozenset()
    after = [state for following in states.transitions.values() for state in following]
    return frozenset((*states.initial, *states.open, *states.terminal, *states.transitions, *after))


known_states_of = per_type(_known_states)


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """Each entry of the history whose state is unknown or may not follow the one before."""
    states = rtype.states
    if states is None or not states.history:
        return
    known = known_states_of(rtype)
    before = ""
    for path, entry in iter_maps(record.data, states.history):
        to = text_of(entry, "to")
        if to and to not in known:
            yield Finding((*path, "to"), "unknown", {"to": to, "known": ", ".join(sorted(known))})
        elif to and before and not _may_follow(states, before, to):
            allowed = ", ".join(states.transitions.get(before, ()))
            yield Finding(
                (*path, "to"), "default" if allowed else "final", {"before": before, "to": to, "allowed": allowed}
            )
        before = to if to in known else ""


def _may_follow(states: States, before: str, to: str) -> bool:
    """Staying in a state is no change: such entries note that somebody else took over."""
    return before == to or not states.transitions or to in states.transitions.get(before, ())
