"""Records that were closed at the base and are open again, without what the process asks for."""

from __future__ import annotations

from collections.abc import Iterator
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
    if old not in states.terminal or not states.transitions.get(old):
        return
    at = _reopening(before, after, states)
    if at is None:
        return
    entry = entries_of(after.data.get(states.history))[at]
    missing = [key for key in ("by", "why") if not text_of(entry, key).strip()]
    if missing:
        args = {"before": old, "to": text_of(entry, "to"), "history": states.history, "missing": ", ".join(missing)}
        yield Finding((states.history, at), args=args)
    if COUNT in rtype.by_name and _count(after) <= _count(before):
        path = (COUNT,) if COUNT in after.data else (states.field,)
        yield Finding(path, "count", {"before": old, "field": COUNT, "count": str(_count(before) + 1)})


def _reopening(before: Record, after: Record, states: States) -> int | None:
    """The first new entry of the history that leads out of the final states."""
    old, new = (entries_of(each.data.get(states.history)) for each in (before, after))
    for at in compare_entries(old, new).added:
        to = text_of(new[at], "to")
        if to in states.transitions and to not in states.terminal:
            return at
    return None


def _count(record: Record) -> int:
    value = record.data.get(COUNT)
    return int(value) if isinstance(value, int | Decimal) else 0
