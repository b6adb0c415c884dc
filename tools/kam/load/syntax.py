"""What the YAML parser could not read, in an author's words: found by looking at the line, not by its message."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yaml import YAMLError
from yaml.error import MarkedYAMLError
from yaml.reader import ReaderError

from kam.load.lines import KEYED, explain_line, explain_value
from kam.load.plan import Plan
from kam.load.slip import Slip
from kam.load.tree import Tree

CERTAIN = frozenset({"fullwidth-colon", "missing-space", "tab-indent", "odd-space"})
INDENT = re.compile(r" *")


def explain_error(tree: Tree, front: str, first_line: int, plan: Plan) -> list[Slip]:
    """Why the parser stopped: one slip, or all of a kind that is certain in each line."""
    lines = front.split("\n")
    error = tree.error
    stopped, context = _marks(error, lines)
    names = frozenset(_iter_names(plan))
    hidden = {line for first, last in tree.blocks for line in range(first + 1, last + 1)}
    for index in _nearby(stopped, context, tree.reached, len(lines)):
        if index in hidden:
            continue
        slip = explain_line(lines[index], index + first_line, names)
        if slip is None and index in (stopped, context):
            slip = explain_value(lines[index], index + first_line)
        if slip is not None:
            return _all_alike(slip, lines, first_line, names, hidden)
    return [_explain_layout(error, lines, stopped, first_line)]


def _marks(error: YAMLError | None, lines: list[str]) -> tuple[int, int]:
    last = len(lines) - 1
    if isinstance(error, ReaderError):
        return 0, 0
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    context = error.context_mark if isinstance(error, MarkedYAMLError) else None
    stopped = min(mark.line, last) if mark else last
    return stopped, min(context.line, last) if context else stopped


def _nearby(stopped: int, context: int, reached: int, count: int) -> list[int]:
    order = [context] if context < stopped - 1 else []
    order += [i for i in (stopped - 1, stopped) if 0 <= i < count]
    return list(dict.fromkeys([*order, *range(max(0, min(reached, stopped)), stopped + 1)]))[:50]


def _iter_names(plan: Plan) -> Iterator[str]:
    yield from plan.fields
    for inner in plan.fields.values():
        yield from _iter_names(inner)
    if plan.items:
        yield from _iter_names(plan.items)


def _all_alike(
    slip: Slip, lines: list[str], first_line: int, names: frozenset[str], hidden: set[int]
) -> list[Slip]:
    if slip.rule not in CERTAIN:
        return [slip]
    found = [slip]
    for index, line in enumerate(lines):
        other = None if index in hidden else explain_line(line, index + first_line, names)
        if other is not None and other.rule == slip.rule and other.line != slip.line:
            found.append(other)
    return sorted(found, key=lambda s: s.line)


def _explain_layout(error: YAMLError | None, lines: list[str], stopped: int, first_line: int) -> Slip:
    """A line that stands too far left or right, or that has no colon."""
    problem = str(getattr(error, "problem", "") or "")
    index = _last_filled(lines, stopped)
    if "could not find expected ':'" in problem:
        index = _first_without_colon(lines, stopped)
        return Slip("missing-colon", index + first_line, 1, args={"text": lines[index].strip()[:60]})
    line = lines[index]
    if "did not find expected key" in problem or "indicator" in problem or "not allowed" in problem:
        width = len(line) - len(line.lstrip(" "))
        if line.startswith("- ") and index and not lines[index - 1].lstrip().startswith("-"):
            return Slip("bad-indent", index + first_line, 1, "list")
        wanted = _indent_before(lines, index)
        args = {"found": str(width), "fixed": " " * wanted + line.strip()}
        return Slip("bad-indent", index + first_line, width + 1, args=args)
    return Slip("bad-yaml", index + first_line, 1, args={"text": line.strip()[:60]})


def _last_filled(lines: list[str], index: int) -> int:
    while index > 0 and not lines[index].strip():
        index -= 1
    return index


def _first_without_colon(lines: list[str], stopped: int) -> int:
    for index in (stopped - 1, stopped):
        if 0 <= index < len(lines) and lines[index].strip() and not KEYED.match(f"{lines[index]} "):
            return index
    return _last_filled(lines, max(0, stopped - 1))


def _indent_before(lines: list[str], index: int) -> int:
    """The indentation of the nearest line above that opens or continues a map."""
    for above in range(index - 1, -1, -1):
        if lines[above].strip() and not lines[above].lstrip().startswith("#"):
            match = INDENT.match(lines[above])
            return match.end() if match else 0
    return 0
