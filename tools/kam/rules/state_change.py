"""Changes of status since the base that the process does not know, or that the history does not tell of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kam.model.problem import FieldPath, Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType, States
from kam.rules.contract import Change
from kam.rules.entries import compare_entries, entries_of
from kam.rules.values import text_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "state-change"
LEVEL = Level.ERROR


def check_change(change: Change, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """The step from the status at the base to the next one; later steps are told by the history itself."""
    before, after, states = change.before, change.after, rtype.states
    if before is None or after is None or states is None or before.type != after.type:
        return
    old, new = text_of(before.data, states.field), text_of(after.data, states.field)
    if old not in states.transitions:
        return
    if not new:
        if states.field not in after.data and not after.faulty:
            yield Finding((), "removed", {"field": states.field, "before": old})
        return
    first = _first_new_entry(before, after, states)
    if first is None:
        if old != new and new in states.transitions:
            found = _judge(states, (states.field,), old, new)
            if found or _is_dated_here(before, after, states):
                yield found or _undated(states, old, new)
    elif not _is_told(after, first, states, old):
        to = text_of(entries_of(after.data.get(states.history))[first], "to")
        found = _judge(states, (states.history, first, "to"), old, to)
        if found:
            yield found


def _first_new_entry(before: Record, after: Record, states: States) -> int | None:
    if not states.history:
        return None
    old, new = (entries_of(each.data.get(states.history)) for each in (before, after))
    return next(iter(compare_entries(old, new).added), None)


def _is_told(after: Record, at: int, states: States, old: str) -> bool:
    """Whether the entry before says the old status too, so that the rule on histories looks at the same step."""
    return at > 0 and text_of(entries_of(after.data.get(states.history))[at - 1], "to") == old


def _is_dated_here(before: Record, after: Record, states: States) -> bool:
    """Whether changes of status are dated in the record; one that is brought in keeps its story where it comes from."""
    is_kept_elsewhere = "source" in after.data and not before.data.get(states.history)
    return bool(states.history) and not is_kept_elsewhere


def _judge(states: States, path: FieldPath, old: str, new: str) -> Finding | None:
    """What is wrong with a step, if anything; an unknown state is the schema's affair."""
    follows = states.transitions.get(old, ())
    if new == old or new in follows or new not in states.transitions:
        return None
    return Finding(path, "default" if follows else "final", {"before": old, "to": new, "allowed": ", ".join(follows)})


def _undated(states: States, old: str, new: str) -> Finding:
    args = {"field": states.field, "before": old, "to": new, "history": states.history}
    return Finding((states.field,), "undated", args)
