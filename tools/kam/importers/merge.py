"""Three versions of a record meet: what the source says now, what it said last time, and what stands in the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kam.importers.drafts import Draft
from kam.importers.state import Remembered, fingerprint
from kam.model.record import Data, Record, Value

if TYPE_CHECKING:
    from kam.model.schema import RecordType


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field to write; None takes it away."""

    name: str
    value: Value | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that both the source and people changed; what people wrote stays."""

    record: str
    field: str
    ours: Value | None
    theirs: Value | None
    make: str = ""


@dataclass(slots=True)
class Merged:
    """Fields to write, conflicts, and the hashes to remember."""

    changes: list[FieldChange] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)


def merge(
    record: str,
    names: Iterable[str],
    incoming: Data,
    current: Data,
    last: Remembered | None,
    make: str = "",
    *,
    completes: bool = False,
) -> Merged:
    """Decide field by field.

    The source's new value is taken where the file still holds what was imported last (or nothing ever was). Where the
    source did not change, the file's value stays, whatever it is. Where both changed and differ, it is a conflict; it
    is listed again each time until the two agree. With ``completes`` a map that only adds to the file's is taken.
    """
    merged = Merged()
    known: Mapping[str, str] = last.fields if last else {}
    merged.fields.update(known)
    for name in names:
        theirs, ours = incoming.get(name), current.get(name)
        new, now = fingerprint(theirs), fingerprint(ours)
        old = known.get(name, "")
        if new == now:
            merged.fields[name] = new
        elif last is not None and new == old:
            continue
        elif now == old or (completes and _only_adds(theirs, ours)):
            merged.changes.append(FieldChange(name, theirs))
            merged.fields[name] = new
        else:
            merged.conflicts.append(Conflict(record, name, ours, theirs, make))
    return merged


def merge_draft(draft: Draft, record: Record, rtype: RecordType, last: Remembered | None) -> Merged:
    """The same for a draft and the record that it is about."""
    _fill_unsaid(draft, record.data, rtype, last)
    return merge(
        record.id,
        names_to_merge(draft, record.data),
        draft.data,
        record.data,
        last,
        draft.make,
        completes=draft.said is not None,
    )


def names_to_merge(draft: Draft, current: Data) -> tuple[str, ...]:
    """The draft's fields; not the origin where the record came from another system first and keeps that one, or where
    it was there without any before a form named it."""
    ours, theirs = current.get("source"), draft.data.get("source")
    if isinstance(ours, dict) and isinstance(theirs, dict) and ours.get("system") != theirs.get("system"):
        return tuple(name for name in draft.names if name != "source")
    if draft.said is not None and ours is None:
        return tuple(name for name in draft.names if name != "source")
    return draft.names


def _fill_unsaid(draft: Draft, current: Data, rtype: RecordType, last: Remembered | None) -> None:
    """Where people filled the draft into a form: leave out of it what they left empty, for the record that is there
    keeps that. Of a map the empty parts are completed; the history of a state follows only where the form changes it.
    """
    if draft.said is None:
        return
    for name, theirs in draft.data.items():
        ours = current.get(name)
        if isinstance(theirs, dict) and isinstance(ours, dict) and name != "source":
            draft.data[name] = {**ours, **theirs}
    kept = {*draft.said, "source"}
    states = rtype.states
    if states is not None and states.field in draft.said:
        state = draft.data.get(states.field)
        known = last.fields.get(states.field) if last else ""
        if states.field not in current or (known and fingerprint(state) != known and state != current[states.field]):
            kept.add(states.history)
    draft.names = tuple(name for name in draft.names if name in kept)


def _only_adds(theirs: Value | None, ours: Value | None) -> bool:
    """Whether a map says all that the file says, and more."""
    if not isinstance(theirs, dict) or not isinstance(ours, dict):
        return False
    return all(name in theirs and fingerprint(theirs[name]) == fingerprint(ours[name]) for name in ours)
