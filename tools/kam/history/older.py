"""Which problems were there at the base already: the same rule says the same of the same record, wherever it stands."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from kam.history.pairing import ACCOUNTS
from kam.model.problem import Problem

NUMBERS = re.compile(r"\[\d+\]")
LINES = frozenset({"line", "first"})
"""What messages call numbers of lines, which move without anybody's doing."""


class Sign(NamedTuple):
    """What a problem is known again by."""

    record: str
    rule: str
    key: str
    field: str
    args: frozenset[tuple[str, str]]


def split_new(
    problems: Sequence[Problem], older: Iterable[Problem], names: Mapping[str, str]
) -> tuple[list[Problem], int]:
    """The problems that are not among the older ones, and how many are.

    ``names`` leads from old to new ids and paths of what was renamed. A list of fields that only became shorter is no
    new problem.
    """
    known = Counter(sign(each, names) for each in older)
    fresh = []
    for problem in problems:
        found = sign(problem)
        if known[found]:
            known[found] -= 1
        else:
            fresh.append(problem)
    rest = [each for each, count in known.items() for _ in range(count)]
    new = [problem for problem in fresh if not _take_longer(sign(problem), rest)]
    return new, len(problems) - len(new)


def sign(problem: Problem, names: Mapping[str, str] | None = None) -> Sign:
    """Place numbers inside lists are left out: an entry added above moves them."""
    names = names or {}
    place = problem.record or problem.path
    args = frozenset(
        (name, _name_now(str(value), names))
        for name, value in problem.args.items()
        if name not in LINES or not str(value).isdigit()
    )
    return Sign(_name_now(place, names), problem.rule, problem.key, NUMBERS.sub("[]", problem.field), args)


def _name_now(text: str, names: Mapping[str, str]) -> str:
    """What is called so now; a file or record without a new name of its own may lie in an account that has one."""
    if not names or text in names:
        return names.get(text, text)
    head = text.removeprefix(ACCOUNTS).partition("/")[0]
    return text.replace(head, names[head], 1) if head in names and "/" in text else text


def _take_longer(found: Sign, rest: list[Sign]) -> bool:
    """Whether an older problem of the same kind names all that this one names, and more; takes it from the list."""
    for at, each in enumerate(rest):
        if (each.record, each.rule, each.field) == (found.record, found.rule, found.field) and _is_part(found, each):
            del rest[at]
            return True
    return False


def _is_part(found: Sign, older: Sign) -> bool:
    here, there = dict(found.args), dict(older.args)
    if here.keys() != there.keys() or not here:
        return False
    return all(set(text.split(", ")) <= set(there[name].split(", ")) for name, text in here.items())
