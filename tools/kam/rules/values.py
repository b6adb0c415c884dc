"""Walking the values of a record along its type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kam.model.per_type import per_type
from kam.model.problem import FieldPath
from kam.model.record import Value
from kam.model.schema import Field, RecordType

Names = tuple[str, ...]


def iter_at(value: object, names: Names, path: FieldPath = ()) -> Sequence[tuple[FieldPath, Value]]:
    """Every value under a path of field names, entering each item of the lists on the way and at its end."""
    if names and isinstance(value, dict) and names[0] not in value:
        return ()
    found: list[tuple[FieldPath, Value]] = []
    _collect(value, names, path, found)
    return found


def _collect(value: object, names: Names, path: FieldPath, found: list[tuple[FieldPath, Value]]) -> None:
    if isinstance(value, list):
        for at, item in enumerate(value):
            _collect(item, names, (*path, at), found)
    elif not names:
        if value is not None:
            found.append((path, value))  # type: ignore[arg-type]
    elif isinstance(value, dict) and names[0] in value:
        _collect(value[names[0]], names[1:], (*path, names[0]), found)


def iter_maps(data: Mapping[str, Value], name: str) -> Iterator[tuple[FieldPath, dict[str, Value]]]:
    """The maps of a list field, with their paths; nothing where the field is absent or holds something else."""
    entries = data.get(name)
    if isinstance(entries, list):
        for at, entry in enumerate(entries):
            if isinstance(entry, dict):
                yield (name, at), entry


def text_of(data: Mapping[str, Value], name: str) -> str:
    """A text value, or an empty text where there is none."""
    value = data.get(name)
    return value if isinstance(value, str) else ""


def targets_of(field: Field) -> tuple[str, ...]:
    """What a field's values (or the items of its list) may lead to."""
    return field.targets or (field.items.targets if field.items else ())


def _references(rtype: RecordType) -> tuple[tuple[Names, tuple[str, ...]], ...]:
    return tuple((names, targets_of(field)) for names, field in rtype.iter_fields() if targets_of(field))


references_of = per_type(_references)
"""The fields of a type that refer to something: their names and what they may lead to."""

PLAIN_TARGETS = frozenset({"account", "person", "product", "contact", "attachment"})
"""What a reference may lead to besides record types."""


def _references_by_target(rtype: RecordType) -> Mapping[str, tuple[Names, ...]]:
    found: dict[str, tuple[Names, ...]] = {}
    for names, targets in references_of(rtype):
        if len(targets) == 1:
            found[targets[0]] = (*found.get(targets[0], ()), names)
    return found


references_by_target_of = per_type(_references_by_target)


def iter_references(data: Mapping[str, Value], rtype: RecordType, target: str) -> Iterator[tuple[FieldPath, str]]:
    """The values of those fields that lead to ``target`` and to nothing else."""
    for names in references_by_target_of(rtype).get(target, ()):
        if names[0] in data:
            for path, value in iter_at(data, names):
                if isinstance(value, str):
                    yield path, value
