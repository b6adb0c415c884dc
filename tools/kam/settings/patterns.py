"""Judging regular expressions before any record meets them.

A pattern must be anchored at both ends and must not be able to run away: no repetition of unknown length inside
another, no alternatives inside one, no look-around and no back references.
"""

from __future__ import annotations

import re
import warnings
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

LONG = 1000
"""A repetition that may go on for longer than this counts as one without end."""
MOST_LOOSE = 4
"""Repetitions without end that may follow each other in one pattern."""


def judge_pattern(pattern: str) -> str:
    """The key of what is wrong with a pattern, or an empty text."""
    if "\\Z" in pattern or "\\A" in pattern or "\\z" in pattern:
        return "ends"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            tree = parser.parse(pattern)
    except (re.error, RecursionError, OverflowError, Warning):
        return "syntax"
    if not pattern.startswith("^") or not pattern.endswith("$") or pattern.endswith("\\$"):
        return "anchors"
    found = _judge(tree, inside_loop=False)
    if not found and _count_loose(tree) > MOST_LOOSE:
        return "many"
    return found


def _judge(tree: Any, *, inside_loop: bool) -> str:
    """Walk the parsed pattern: a list of (operation, argument) pairs, as ``re`` itself compiles."""
    for operation, argument in tree:
        name = str(operation)
        if name in ("ASSERT", "ASSERT_NOT", "GROUPREF", "GROUPREF_EXISTS"):
            return "feature"
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            is_loose = _is_loose(argument)
            if inside_loop and is_loose:
                return "nested"
            found = _judge(argument[2], inside_loop=inside_loop or is_loose)
        elif name == "BRANCH":
            if inside_loop:
                return "branch"
            found = next(filter(None, (_judge(each, inside_loop=False) for each in argument[1])), "")
        elif name in ("SUBPATTERN", "ATOMIC_GROUP"):
            inner = argument[-1] if name == "SUBPATTERN" else argument
            found = _judge(inner, inside_loop=inside_loop)
        else:
            found = ""
        if found:
            return found
    return ""


def _is_loose(argument: Any) -> bool:
    most = argument[1]
    return most is parser.MAXREPEAT or int(most) > LONG


def _count_loose(tree: Any) -> int:
    count = 0
    for operation, argument in tree:
        name = str(operation)
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            count += _is_loose(argument) + _count_loose(argument[2])
        elif name == "SUBPATTERN":
            count += _count_loose(argument[-1])
        elif name == "BRANCH":
            count += max((_count_loose(each) for each in argument[1]), default=0)
    return count
