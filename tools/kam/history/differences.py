"""Which values of a record changed, field by field; entries of lists are known again by their ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kam.model.record import Value
from kam.model.schema import Field
from kam.rules.entries import compare_entries

BODY = "body"
Step = tuple[Field | None, str]
"""A field, or None for an entry of a list, and what it is called in the record."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One value before and after; None where there was or is none. ``field`` is that of the value itself."""

    steps: tuple[Step, ...]
    field: Field | None
    old: Value | None
    new: Value | None

    @property
    def path(self) -> str:
        """``contacts.weber.phone``."""
        return ".".join(name for _, name in self.steps)


def iter_differences(
    old: Mapping[str, Value], new: Mapping[str, Value], fields: Sequence[Field], steps: tuple[Step, ...] = ()
) -> Iterator[Difference]:
    """The differences of two maps of values, in the order of the schema."""
    for field in fields:
        was, now = old.get(field.name), new.get(field.name)
        if was != now:
            yield from _of_field(field, was, now, (*steps, (field, field.name)))


def _of_field(field: Field, old: Value | None, new: Value | None, steps: tuple[Step, ...]) -> Iterator[Difference]:
    if field.fields and (isinstance(old, dict) or isinstance(new, dict)):
        yield from iter_differences(_map(old), _map(new), field.fields, steps)
    elif field.items and field.items.fields:
        yield from _of_entries(field.items, _maps(old), _maps(new), steps)
    else:
        yield Difference(steps, field, old, new)


def _of_entries(
    item: Field, old: list[dict[str, Value]], new: list[dict[str, Value]], steps: tuple[Step, ...]
) -> Iterator[Difference]:
    kept = compare_entries(old, new)
    for was, now in kept.changed:
        name = str(old[was].get("id", now + 1))
        yield from iter_differences(old[was], new[now], item.fields, (*steps, (None, name)))
    for at in kept.removed:
        yield Difference((*steps, (None, str(old[at].get("id", at + 1)))), item, old[at], None)
    for at in kept.added:
        yield Difference((*steps, (None, str(new[at].get("id", at + 1)))), item, None, new[at])


def _map(value: Value | None) -> dict[str, Value]:
    return value if isinstance(value, dict) else {}


def _maps(value: Value | None) -> list[dict[str, Value]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
