"""How much of what a record should say it does say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from kam.model.per_type import per_type
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
    filled, total = _weigh(_scale_of(rtype), data, missing)
    return Completeness(filled, total, tuple(missing))


class _Scale(NamedTuple):
    """What to ask of a map: fields and their weights, their sum, and the scales of inner maps and of lists' items."""

    names: tuple[str, ...]
    weights: tuple[tuple[str, int], ...]
    total: int
    inner: tuple[tuple[str, bool, _Scale], ...]


_EMPTY: tuple[object, ...] = (None, "", [], {})


def _make_scale(fields: Sequence[Field]) -> _Scale:
    weights = tuple((each.name, each.weight) for each in fields if each.required or each.recommended)
    inner = []
    for each in fields:
        below = _make_scale(each.items.fields if each.items else each.fields)
        if below.weights or below.inner:
            inner.append((each.name, each.items is not None, below))
    return _Scale(tuple(name for name, _ in weights), weights, sum(weight for _, weight in weights), tuple(inner))


def _weigh(scale: _Scale, data: Mapping[str, Any], missing: list[FieldPath]) -> tuple[int, int]:
    filled = total = scale.total
    if not all(map(data.get, scale.names)):
        for name, weight in scale.weights:
            value = data.get(name)
            if not value and value in _EMPTY:
                filled -= weight
                missing.append((name,))
    for name, is_list, below in scale.inner:
        value = data.get(name)
        if not value:
            continue
        if is_list and isinstance(value, list):
            inner = _weigh_items(below, name, value, missing)
        elif not is_list and isinstance(value, dict):
            found: list[FieldPath] = []
            inner = _weigh(below, value, found)
            missing += [(name, *path) for path in found]
        else:
            continue
        filled += inner[0]
        total += inner[1]
    return filled, total


def _weigh_items(scale: _Scale, name: str, items: Sequence[object], missing: list[FieldPath]) -> tuple[int, int]:
    """A field counts for the whole list, and is lacking where one item lacks it."""
    filled = total = scale.total
    maps = [(at, item) for at, item in enumerate(items) if isinstance(item, dict)]
    if not maps:
        return 0, 0
    for inner, weight in scale.weights:
        lacking = [(name, at, inner) for at, item in maps if not item.get(inner) and item.get(inner) in _EMPTY]
        if lacking:
            filled -= weight
            missing += lacking
    for inner, is_list, below in scale.inner:
        sums = []
        for at, item in maps:
            found: list[FieldPath] = []
            value = item.get(inner)
            if is_list and isinstance(value, list):
                sums.append(_weigh_items(below, inner, value, found))
            elif not is_list and isinstance(value, dict):
                sums.append(_weigh(below, value, found))
                found = [(inner, *path) for path in found]
            missing += [(name, at, *path) for path in found]
        if any(sum_[1] for sum_ in sums):
            total += max(sum_[1] for sum_ in sums)
            filled += min(sum_[0] for sum_ in sums if sum_[1])
    return filled, total


_scale_of = per_type(lambda rtype: _make_scale(rtype.fields))
