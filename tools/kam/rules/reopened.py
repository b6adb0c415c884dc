"""Records that were closed at the base and are open again, without what the process asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType, States
from kam.rules.contract import Change
from kam.rules.entries import compare_entries, entries_of
from kam.rules.values import text_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "reopened"
LEVEL = Level.ERROR
COUNT = "reopened"
"""The field of issues that counts how often they came back."""


def check_change(change: Change, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """The entry that reopened a record, where it does not say who and why; a count of returns that did not grow."""
    before, after, states = change.before, change.after, rtype.states
    if before is None or after is None or states is None or before.type != after.type or not states.history:
        return
    old = text_of(before.data, states.field)
    at = _reopening(before, after, old, states)
    if at is None:
        return
    entry = entries_of(after.data.get(states.history))[at]
    missing = [key for key in ("by", "why") if not text_of(entry, key).strip()]
    if missing:
        args = {"before": old, "to": text_of(entry, "to"), "history": states.history, "missing": ", ".join(missing)}
        yield Finding((states.history, at), args=args)
    if COUNT in rtype.by_name and count_of(after.data) <= count_of(before.data):
        path = (COUNT,) if COUNT in after.data else (states.field,)
        yield Finding(path, "count", {"before": old, "field": COUNT, "count": str(count_of(before.data) + 1)})


def is_reopening(states: States, old: str, new: str) -> bool:
    """Whether the step leads from a final state, that can be left, to one that is not final."""
    can_be_left = old in states.terminal and bool(states.transitions.get(old))
    return can_be_left and new in states.transitions and new not in states.terminal


def _reopening(before: Record, after: Record, old_state: str, states: States) -> int | None:
    """The first new entry of the history that leads out of the final states."""
    old, new = (entries_of(each.data.get(states.history)) for each in (before, after))
    for at in compare_entries(old, new).added:
        if is_reopening(states, old_state, text_of(new[at], "to")):
            return at
    return None


def count_of(data: Mapping[str, object]) -> int:
    """How often a record came back so far."""
    value = data.get(COUNT)
    return int(value) if isinstance(value, int | Decimal) else 0
