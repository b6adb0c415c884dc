"""Three versions of a record meet: what the source says now, what it said last time, and what stands in the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kam.importers.drafts import Draft
from kam.importers.state import Remembered, fingerprint
from kam.model.record import Data, Value


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


@dataclass(slots=True)
class Merged:
    """Fields to write, conflicts, and the hashes to remember."""

    changes: list[FieldChange] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)


def merge(record: str, names: Iterable[str], incoming: Data, current: Data, last: Remembered | None) -> Merged:
    """Decide field by field.

    The source's new value is taken where the file still holds what was imported last (or nothing ever was). Where the
    source did not change, the file's value stays, whatever it is. Where both changed and differ, it is a conflict; it
    is listed again each time until the two agree.
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
        elif now == old:
            merged.changes.append(FieldChange(name, theirs))
            merged.fields[name] = new
        else:
            merged.conflicts.append(Conflict(record, name, ours, theirs))
    return merged


def names_to_merge(draft: Draft, current: Data) -> tuple[str, ...]:
    """The draft's fields; not the origin where the record came from another system first and keeps that one."""
    ours, theirs = current.get("source"), draft.data.get("source")
    if isinstance(ours, dict) and isinstance(theirs, dict) and ours.get("system") != theirs.get("system"):
        return tuple(name for name in draft.names if name != "source")
    return draft.names
