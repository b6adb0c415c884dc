"""Entries of histories, logs, approvals and verifications that were rewritten or removed since the base."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Value
from kam.model.schema import Field, RecordType
from kam.rules.contract import Change
from kam.rules.entries import Entry, compare_entries, entries_of, growing_lists_of
from kam.rules.values import text_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "kept-entries"
LEVEL = Level.ERROR

NAMES = ("id", "at", "on", "to", "by", "person", "role")
"""What an entry is called by, in this order, as far as it has it."""
PENDING = "pending"
LONGEST = 300
"""So much of an entry is quoted."""


def check_change(change: Change, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """Each entry that was there at the base and is not there now as it was. A pending approval may be decided."""
    before, after = change.before, change.after
    if before is None or after is None:
        return
    for name in growing_lists_of(rtype):
        old = entries_of(before.data.get(name))
        if not old or (name not in after.data and after.faulty):
            continue
        yield from _compare(rtype.by_name.get(name), name, old, after.data)


def _compare(field: Field | None, name: str, old: list[Entry], data: Mapping[str, Value]) -> Iterator[Finding]:
    new = entries_of(data.get(name))
    kept = compare_entries(old, new)
    for was, now in kept.changed:
        if not _is_decided(old[was], new[now]):
            yield Finding((name, now), "changed", _args(field, name, old[was]))
    for was in kept.removed:
        yield Finding((name,) if name in data else (), "removed", _args(field, name, old[was]))


def _args(field: Field | None, name: str, entry: Entry) -> dict[str, str]:
    from kam.write import render_value

    was = render_value(entry, field.items if field else None, flow=True).strip()
    return {"list": name, "entry": _name(entry), "was": was if len(was) <= LONGEST else f"{was[: LONGEST - 1]}…"}


def _is_decided(old: Entry, new: Entry) -> bool:
    """Whether an approval that was asked for has been given or refused by whom it was asked of."""
    if text_of(old, "decision") != PENDING:
        return False
    return all(new.get(key) == old.get(key) for key in ("id", "role", "person") if key in old)


def _name(entry: Entry) -> str:
    words = [str(entry[key]) for key in NAMES if key in entry]
    return " ".join(words[:2])
