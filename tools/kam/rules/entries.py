"""Lists that only grow: which entries of such a list are still there, changed or new."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kam.model.per_type import per_type
from kam.model.record import Value
from kam.model.schema import RecordType

GROWING = frozenset({"transition", "log", "approval", "verification"})
"""Shapes of lists to which entries are added and from which none is taken."""

Entry = dict[str, Value]


class Kept(NamedTuple):
    """What became of a list. ``changed`` pairs places before and after; ``removed`` lists places before, ``added``
    places after."""

    changed: tuple[tuple[int, int], ...]
    removed: tuple[int, ...]
    added: tuple[int, ...]


def _growing_lists(rtype: RecordType) -> tuple[str, ...]:
    names = dict.fromkeys(field.name for field in rtype.fields if field.shape in GROWING)
    if rtype.states and rtype.states.history:
        names[rtype.states.history] = None
    return tuple(names)


growing_lists_of = per_type(_growing_lists)


def entries_of(value: object) -> list[Entry]:
    """The entries of a list field; nothing where the field is absent or holds something else."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def compare_entries(before: Sequence[Entry], after: Sequence[Entry]) -> Kept:
    """How a list came from the other. Entries are known again by their id, those without one by all they say.

    Spaces at line ends do not count, as tidying up takes them away.
    """
    if all("id" in entry for entry in (*before, *after)):
        return _compare_by_id(before, after)
    old, new = [_plain(entry) for entry in before], [_plain(entry) for entry in after]
    pairs = _longest_common(old, new)
    lost = [at for at in range(len(old)) if at not in pairs]
    found = set(pairs.values())
    added = [at for at in range(len(new)) if at not in found]
    changed = []
    for at in list(lost):
        here = next((each for each in added if _is_in_its_place(each, at, pairs, len(new))), None)
        if here is not None:
            changed.append((at, here))
            lost.remove(at)
            added.remove(here)
    return Kept(tuple(changed), tuple(lost), tuple(added))


def _compare_by_id(before: Sequence[Entry], after: Sequence[Entry]) -> Kept:
    places = {str(entry["id"]): at for at, entry in reversed(list(enumerate(after)))}
    changed, removed = [], []
    for at, entry in enumerate(before):
        now = places.get(str(entry["id"]))
        if now is None:
            removed.append(at)
        elif _plain(after[now]) != _plain(entry):
            changed.append((at, now))
    known = {str(entry["id"]) for entry in before}
    added = [at for at, entry in enumerate(after) if str(entry["id"]) not in known]
    return Kept(tuple(changed), tuple(removed), tuple(added))


def _longest_common(old: list[object], new: list[object]) -> dict[int, int]:
    """Places of ``old`` that are found again, in order: place before → place after."""
    if old == new[: len(old)]:
        return {at: at for at in range(len(old))}
    lengths = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            same = old[i] == new[j]
            lengths[i][j] = lengths[i + 1][j + 1] + 1 if same else max(lengths[i + 1][j], lengths[i][j + 1])
    pairs, i, j = {}, 0, 0
    while i < len(old) and j < len(new):
        if old[i] == new[j]:
            pairs[i] = j
            i, j = i + 1, j + 1
        elif lengths[i + 1][j] >= lengths[i][j + 1]:
            i += 1
        else:
            j += 1
    return pairs


def _is_in_its_place(here: int, at: int, pairs: dict[int, int], size: int) -> bool:
    """Whether a new entry stands between the neighbours of the lost one."""
    floor = max((new for old, new in pairs.items() if old < at), default=-1)
    ceiling = min((new for old, new in pairs.items() if old > at), default=size)
    return floor < here < ceiling


def _plain(value: object) -> object:
    if isinstance(value, str):
        return "\n".join(line.rstrip() for line in value.split("\n")).rstrip("\n")
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value
