"""Walking the values of a record along its type."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from kam.model.per_type import per_type
from kam.model.problem import FieldPath
from kam.model.record import Record, Value
from kam.model.schema import Field, RecordType
from kam.rules.contract import AccountRecords

if TYPE_CHECKING:
    from kam.settings import Settings

Names = tuple[str, ...]
Tree = tuple[tuple[str, bool, "Tree"], ...]
"""Paths of field names laid over each other: name, whether a path ends with it, and how the others go on."""


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


def tree_of(paths: Iterable[Names]) -> Tree:
    """The tree of some paths, so that one walk finds what stands under any of them."""
    below: dict[str, list[Names]] = {}
    for names in paths:
        below.setdefault(names[0], []).append(names[1:])
    return tuple((name, () in rests, tree_of(rest for rest in rests if rest)) for name, rests in below.items())


def top_names(tree: Tree) -> Names:
    """The fields of the record itself in which the tree begins."""
    return tuple(name for name, _, _ in tree)


def find_in(data: Mapping[str, Value], tree: Tree) -> list[tuple[FieldPath, str]]:
    """Every text under the paths of a tree, entering each item of the lists on the way and at its end."""
    found: list[tuple[FieldPath, str]] = []
    _walk(data, tree, (), found)
    return found


def _walk(data: Mapping[str, Value], tree: Tree, path: FieldPath, found: list[tuple[FieldPath, str]]) -> None:
    for name, ends, below in tree:
        value = data.get(name)
        if value is None:
            continue
        if type(value) is not str:
            _enter(value, ends, below, (*path, name), found)
        elif ends:
            found.append(((*path, name), value))


def _enter(value: Value, ends: bool, below: Tree, path: FieldPath, found: list[tuple[FieldPath, str]]) -> None:
    if isinstance(value, dict):
        if below:
            _walk(value, below, path, found)
    elif isinstance(value, list):
        for at, item in enumerate(value):
            if not isinstance(item, str):
                _enter(item, ends, below, (*path, at), found)
            elif ends:
                found.append(((*path, at), item))


def iter_maps(data: Mapping[str, Value], name: str) -> Iterator[tuple[FieldPath, dict[str, Value]]]:
    """The maps of a list field, with their paths; nothing where the field is absent or holds something else."""
    entries = data.get(name)
    if isinstance(entries, list):
        for at, entry in enumerate(entries):
            if isinstance(entry, dict):
                yield (name, at), entry


def last_map(data: Mapping[str, Value], name: str) -> Mapping[str, Value]:
    """The last map of a list field; an empty one where there is none."""
    entries = data.get(name)
    if isinstance(entries, list):
        for entry in reversed(entries):
            if isinstance(entry, dict):
                return entry
    return {}


def text_of(data: Mapping[str, Value], name: str) -> str:
    """A text value, or an empty text where there is none."""
    value = data.get(name)
    return value if isinstance(value, str) else ""


def history_fields(rtype: RecordType) -> Names:
    """The list in which a record of the type notes its changes of state, if it has one."""
    return (rtype.states.history,) if rtype.states and rtype.states.history else ()


def targets_of(field: Field) -> tuple[str, ...]:
    """What a field's values (or the items of its list) may lead to."""
    return field.targets or (field.items.targets if field.items else ())


def _references(rtype: RecordType) -> tuple[tuple[Names, tuple[str, ...]], ...]:
    return tuple((names, targets_of(field)) for names, field in rtype.iter_fields() if targets_of(field))


references_of = per_type(_references)
"""The fields of a type that refer to something: their names and what they may lead to."""

PLAIN_TARGETS = frozenset({"account", "person", "product", "contact", "attachment"})
"""What a reference may lead to besides record types."""


def _references_by_target(rtype: RecordType) -> Mapping[str, Tree]:
    found: dict[str, list[Names]] = {}
    for names, targets in references_of(rtype):
        if len(targets) == 1:
            found.setdefault(targets[0], []).append(names)
    return {target: tree_of(paths) for target, paths in found.items()}


references_by_target_of = per_type(_references_by_target)


def reference_fields(rtype: RecordType, target: str) -> Names:
    """The record's own fields in which there can be references to ``target`` and to nothing else."""
    return top_names(references_by_target_of(rtype).get(target, ()))


def references_to(rtype: RecordType, target: str) -> Tree:
    """The fields of a type that lead to ``target`` and to nothing else."""
    return references_by_target_of(rtype).get(target, ())


def find_unknown(data: Mapping[str, Value], tree: Tree, known: Container[str]) -> Sequence[tuple[FieldPath, str]]:
    """The texts under the paths of a tree that are not among the known ones."""
    if are_known(data, tree, known):
        return ()
    return [(path, value) for path, value in find_in(data, tree) if value not in known]


def are_known(data: Mapping[str, Value], tree: Tree, known: Container[str]) -> bool:
    """Whether all texts under the paths of a tree are known: without noting where anything stands."""
    for name, ends, below in tree:
        value = data.get(name)
        if value is None:
            continue
        if type(value) is str:
            if ends and value not in known:
                return False
        elif type(value) is list:
            for each in value:
                if type(each) is str:
                    if ends and each not in known:
                        return False
                elif type(each) is list or (type(each) is dict and below and not are_known(each, below, known)):
                    return False
        elif type(value) is dict and below and not are_known(value, below, known):
            return False
    return True


def iter_account_references(
    records: AccountRecords, settings: Settings, target: str, known: Container[str] = ()
) -> Iterator[tuple[Record, FieldPath, str]]:
    """The values of those fields in all records of an account, but for the known ones."""
    for name, group in records.by_type.items():
        tree = references_to(settings.types[name], target)
        for record in group if tree else ():
            if not are_known(record.data, tree, known):
                for path, value in find_unknown(record.data, tree, known):
                    yield record, path, value
