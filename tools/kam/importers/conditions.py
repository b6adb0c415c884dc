"""Conditions of a mapping: ``{deal_stage: [Won, Lost], close_date: {empty: false}}``; all of them must hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from kam.importers.steps import BadValueError, parse_number

Cells = Mapping[str, str]
Test = Callable[[str], bool]

TESTS = ("is", "not", "empty", "matches", "above", "below")


def make_condition(spec: Mapping[str, Any], empty: frozenset[str]) -> Callable[[Cells], bool]:
    """One test of a row's cells out of the tests of its columns."""
    tests = [(column, _make_test(wanted, empty)) for column, wanted in spec.items()]
    return lambda cells: all(test(cells.get(column, "").strip()) for column, test in tests)


def _make_test(wanted: Any, empty: frozenset[str]) -> Test:
    if not isinstance(wanted, dict):
        return _is_one_of(wanted)
    tests = [_make_named(name, argument, empty) for name, argument in wanted.items()]
    return lambda text: all(test(text) for test in tests)


def _make_named(name: str, argument: Any, empty: frozenset[str]) -> Test:
    if name in {"is", "not"}:
        same = _is_one_of(argument)
        return same if name == "is" else lambda text: not same(text)
    if name == "empty":
        return lambda text: (text in empty) is bool(argument)
    if name == "matches":
        pattern = re.compile(str(argument))
        return lambda text: pattern.search(text) is not None
    bound = parse_number(str(argument))

    def compare(text: str) -> bool:
        try:
            number = parse_number(text)
        except BadValueError:
            return False
        return number > bound if name == "above" else number < bound

    return compare


def _is_one_of(wanted: Any) -> Test:
    choices = {_spelled(each) for each in (wanted if isinstance(wanted, list) else [wanted])}
    return lambda text: text in choices


def _spelled(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
