"""How much of what a record should say it does say."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from kam.model.per_type import per_type
from kam.model.problem import FieldPath
from kam.model.schema import Field, RecordType

Test = Callable[[Any], bool]
"""Looks at a map; false for what is none."""
LACKING = -1
"""Stands for a measure where something may be missing, so that it takes a closer look."""
MOST_SHAPES = 1000
"""For so many different sets of fields the measure is remembered."""


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


def filled_test(names: Sequence[str]) -> Test:
    """A quick look at a map: true where it surely has something under each of the names."""
    if not names:
        return lambda data: isinstance(data, dict)
    values_of = itemgetter(*names, names[0])  # one more, so that it gives a tuple whatever their number

    def is_filled(data: Mapping[str, Any]) -> bool:
        try:
            return all(values_of(data))
        except (KeyError, TypeError):
            return False

    return is_filled


def filled_items_test(names: Sequence[str]) -> Test:
    """The same for all the maps of a list."""
    if not names:
        return lambda items: all(isinstance(each, dict) for each in items)
    values_of = itemgetter(*names, names[0])

    def are_filled(items: Sequence[Mapping[str, Any]]) -> bool:
        try:
            return all(map(all, map(values_of, items)))
        except (KeyError, TypeError):
            return False

    return are_filled


class _Scale(NamedTuple):
    """What to ask of a map: quick looks whether all is there, in it and in a list of its kind, fields and their
    weights, their sum, and the scales of inner maps and of lists' items."""

    is_filled: Test
    are_filled: Test
    weights: tuple[tuple[str, int], ...]
    total: int
    inner: tuple[tuple[str, bool, _Scale], ...]


class Made(NamedTuple):
    """What the set of its fields says of a record already: ``missing`` are fields it has not. ``measure`` gives the
    weights of those filled and of all, at once, wherever none of its fields is empty and all that stands below them is
    there, which ``is_filled`` asks; else None."""

    measure: Callable[[Mapping[str, Any]], tuple[int, int] | None]
    is_filled: Test
    missing: tuple[FieldPath, ...]


def made_complete(rtype: RecordType, names: Collection[str]) -> Made | None:
    """The measure of records with exactly these fields; None for a type in which nothing is asked for."""
    known, key = _made_of(rtype), tuple(names)
    if key not in known:
        if len(known) >= MOST_SHAPES:
            known.clear()
        known[key] = _make_complete(_scale_of(rtype), key)
    return known[key]


def _make_complete(scale: _Scale, names: tuple[str, ...]) -> Made | None:
    if not scale.total and not scale.inner:
        return None
    missing = [(name, weight) for name, weight in scale.weights if name not in names]
    inner = [(name, is_list, _weigher(below, is_list=is_list)) for name, is_list, below in scale.inner if name in names]
    has_own = filled_test([name for name, _ in scale.weights if name in names])
    own_filled, own_total = scale.total - sum(weight for _, weight in missing), scale.total

    def measure(data: Mapping[str, Any]) -> tuple[int, int] | None:
        if not has_own(data):
            return None
        below = 0
        for name, is_list, weigh in inner:
            value = data[name]
            found = weigh(value) if value and isinstance(value, list) is is_list else LACKING
            if found == LACKING:
                return None
            below += found
        return own_filled + below, own_total + below

    return Made(measure, lambda data: measure(data) is not None, tuple((name,) for name, _ in missing))


def _weigher(scale: _Scale, *, is_list: bool) -> Callable[[Any], int]:
    """The weights in a map, or in a list of them, that has all that is asked for, also in the maps and lists one level
    further down; else LACKING, as where there is more below those."""
    is_filled, total = scale.are_filled if is_list else scale.is_filled, scale.total
    deeper = [
        (name, inner_is_list, below.total, _flat_test(below, is_list=inner_is_list))
        for name, inner_is_list, below in scale.inner
    ]

    def weigh(value: Any) -> int:
        if not is_filled(value):
            return LACKING
        found = total
        for name, inner_is_list, weight, test in deeper:
            there = [each[name] for each in (value if is_list else (value,)) if name in each]
            for each in there:
                if not each or isinstance(each, list) is not inner_is_list or not test(each):
                    return LACKING
            if there:
                found += weight
        return found

    return weigh


def _flat_test(scale: _Scale, *, is_list: bool) -> Test:
    """Whether a map, or each one of a list, has all that is asked for and nothing in which more is."""
    is_filled = scale.are_filled if is_list else scale.is_filled
    if not scale.inner:
        return is_filled
    deeper = frozenset(name for name, _, _ in scale.inner)
    if is_list:
        return lambda items: is_filled(items) and all(map(deeper.isdisjoint, items))
    return lambda data: is_filled(data) and deeper.isdisjoint(data)


_EMPTY: tuple[object, ...] = (None, "", [], {})


def _make_scale(fields: Sequence[Field]) -> _Scale:
    weights = tuple((each.name, each.weight) for each in fields if each.required or each.recommended)
    inner = []
    for each in fields:
        below = _make_scale(each.items.fields if each.items else each.fields)
        if below.weights or below.inner:
            inner.append((each.name, each.items is not None, below))
    names = [name for name, _ in weights]
    total = sum(weight for _, weight in weights)
    return _Scale(filled_test(names), filled_items_test(names), weights, total, tuple(inner))


def _weigh(scale: _Scale, data: Mapping[str, Any], missing: list[FieldPath]) -> tuple[int, int]:
    filled = total = scale.total
    if not scale.is_filled(data):
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
    has_all = scale.are_filled(items)
    if has_all and not scale.inner:
        return filled, total
    maps = [(at, item) for at, item in enumerate(items) if isinstance(item, dict)]
    if not maps:
        return 0, 0
    for inner, weight in () if has_all else scale.weights:
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


def _no_made(rtype: RecordType) -> dict[tuple[str, ...], Made | None]:
    return {}


_made_of = per_type(_no_made)
