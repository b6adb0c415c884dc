"""How much of what a record should say it does say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from kam.model.problem import FieldPath
from kam.model.schema import Field, RecordType


class Completeness(NamedTuple):
    """Weights of the required and recommended fields: of those filled, of all. ``missing`` leads to the empty ones."""

    filled: int
    total: int
    missing: tuple[FieldPath, ...]


def measure_completeness(data: Mapping[str, Any], rtype: RecordType) -> Completeness:
    """Weigh the required and recommended fields of a record, and those inside the maps and lists that are there.

    A field inside a list counts once and is filled where every item has it, so a long list weighs no more than
    a short one. Empty text, empty lists and empty maps count as missing.
    """
    missing: list[FieldPath] = []
    filled, total = _weigh(rtype.fields, [((), data)], missing)
    return Completeness(filled, total, tuple(missing))


def _weigh(
    fields: Sequence[Field], items: Sequence[tuple[FieldPath, Mapping[str, Any]]], missing: list[FieldPath]
) -> tuple[int, int]:
    filled = total = 0
    for each in fields:
        name = each.name
        if each.required or each.recommended:
            empty = [(*path, name) for path, item in items if item.get(name) in _EMPTY]
            total += each.weight
            filled += 0 if empty else each.weight
            missing += empty
        inner = each.items.fields if each.items else each.fields
        if inner and _asks(each):
            below = _below(name, each.items is not None, items)
            if below:
                more_filled, more_total = _weigh(inner, below, missing)
                filled += more_filled
                total += more_total
    return filled, total


_EMPTY: tuple[object, ...] = (None, "", [], {})


def _asks(each: Field) -> bool:
    """Whether anything inside is required or recommended."""
    inner = each.items.fields if each.items else each.fields
    return any(f.required or f.recommended or _asks(f) for f in inner)


def _below(
    name: str, is_list: bool, items: Sequence[tuple[FieldPath, Mapping[str, Any]]]
) -> list[tuple[FieldPath, Mapping[str, Any]]]:
    found: list[tuple[FieldPath, Mapping[str, Any]]] = []
    for path, item in items:
        value = item.get(name)
        if is_list and isinstance(value, list):
            found += [((*path, name, at), inner) for at, inner in enumerate(value) if isinstance(inner, dict)]
        elif not is_list and isinstance(value, dict):
            found.append(((*path, name), value))
    return found
