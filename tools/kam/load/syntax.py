"""What the YAML parser could not read, in an author's words: found by looking at the line, not by its message."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

from yaml import YAMLError
from yaml.error import MarkedYAMLError
from yaml.reader import ReaderError

from kam.load.flow import mend_flow
from kam.load.layout import continues_text, find_above, find_indent, width_of
from kam.load.lines import KEYED, explain_line, explain_value
from kam.load.slip import Slip
from kam.load.tree import Tree
from kam.model.problem import Level

CERTAIN = frozenset({"fullwidth-colon", "missing-space", "tab-indent", "odd-space"})
MAX_ABOVE = 200
MAX_NAME = 20
BETWEEN_QUOTES = re.compile(r'(?<=[\[{,: ])"(?:[^"\\]|\\.)*"')
OPEN_QUOTE = re.compile(r'[\[{,:] *"')


def explain_error(
    tree: Tree, lines: list[str], first_line: int, names: AbstractSet[str], hidden: AbstractSet[int]
) -> Slip:
    """Why the parser stopped. ``names`` are the fields that may occur, ``hidden`` the lines (from 0) inside texts."""
    error = tree.error
    stopped, context = _marks(error, lines)
    for index in _nearby(stopped, context, tree.reached, len(lines)):
        if index in hidden:
            continue
        slip = explain_line(lines[index], index + first_line, names)
        if slip is None and index in (stopped - 1, stopped, context):
            slip = _explain_unknown(lines, index, index + first_line)
        if slip is None and index in (stopped, context):
            slip = explain_value(lines[index], index + first_line)
        if slip is not None:
            return slip
    for index in range(max(0, min(tree.reached, stopped)), min(stopped, len(lines) - 1) + 1):
        quote = OPEN_QUOTE.search(BETWEEN_QUOTES.sub(_blank, lines[index]))
        if quote and index not in hidden:
            return Slip("unclosed-quote", index + first_line, quote.end(), "inside")
    return _explain_layout(error, lines, stopped, first_line)


def _explain_unknown(lines: list[str], index: int, number: int) -> Slip | None:
    """A full-width colon behind a name that no field has."""
    line, above = lines[index], lines[max(0, index - MAX_ABOVE) : index]
    if line[:1] == " " and continues_text(line, find_above(line, above)):
        return None
    slip = explain_line(line, number)
    if slip is None or slip.rule != "fullwidth-colon" or len(slip.args["name"]) > MAX_NAME:
        flow = mend_flow(line, lambda name: len(name) <= MAX_NAME, frozenset())
        if flow is None or not flow.rule:
            return None
        args = {"name": flow.name, "fixed": flow.line.strip()}
        return Slip(flow.rule, number, flow.column, flow.key, args, level=Level.ERROR)
    return slip


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


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
        item = _find_askew_item(lines, index)
        if item >= 0:
            args = {"found": str(width_of(lines[item])), "fixed": f" {lines[item]}"}
            return Slip("bad-indent", item + first_line, width_of(lines[item]) + 1, args=args)
        above = lines[max(0, index - MAX_ABOVE) : index]
        wanted = find_indent(width, above, is_item=line.lstrip().startswith("- "))
        args = {"found": str(width), "fixed": " " * wanted + line.strip()}
        return Slip("bad-indent", index + first_line, width + 1, args=args)
    return Slip("bad-yaml", index + first_line, 1, args={"text": line.strip()[:60]})


def _find_askew_item(lines: list[str], index: int) -> int:
    """The item above that stands one space too far left, so that the line ``index`` seems to; -1 where none does."""
    above = _last_filled(lines, index - 1)
    line, width = lines[above], width_of(lines[above])
    if index < 1 or width % 2 == 0 or not line.lstrip().startswith("- "):
        return -1
    wanted = width + 1 if lines[index].lstrip().startswith("- ") else width + 3
    return above if width_of(lines[index]) == wanted else -1


def _last_filled(lines: list[str], index: int) -> int:
    while index > 0 and not lines[index].strip():
        index -= 1
    return index


def _first_without_colon(lines: list[str], stopped: int) -> int:
    for index in (stopped - 1, stopped):
        if 0 <= index < len(lines) and lines[index].strip() and not KEYED.match(f"{lines[index]} "):
            return index
    return _last_filled(lines, max(0, stopped - 1))
