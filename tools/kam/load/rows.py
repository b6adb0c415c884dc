"""Front matter in its plainest form read line by line, without a YAML parser: three times as fast.

Only what can mean but one thing is taken: one field in a line, lists and maps by indentation, flat lists and maps in
brackets, quotes around a whole value. Everything else (comments behind values, text over several lines, …) raises Doubt
and goes to the parser. A test holds the two to the same values.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from kam.load.plan import Plan
from kam.load.scalars import Doubt, Scalar, compile_scalar

KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
"""Names of fields that YAML reads as text for certain; a file with any other goes to the parser."""
MAX_REMEMBERED = 4096
BEGINS_PLAIN = frozenset("+(（《【$¥￥€£_")
"""Signs besides letters and digits that text may begin with, without quotes and without any doubt."""

Inline = Callable[[str], Any]
Block = Callable[[list[str], int, int], tuple[Any, int]]
Pairs = dict[str, tuple[str, Any]]
"""A line, or a part of one between commas → its key and value."""


class Shape:
    """How a value of one plan is read.

    ``inline`` reads the rest of a line, ``flow`` a part between commas in brackets, ``block`` the lines below.
    ``repeats`` is true where values come again and again: dates, choices, references. Lines with them are remembered.
    """

    def __init__(self, plan: Plan) -> None:
        self.kind = plan.kind
        self.inline: Inline
        self.flow: Inline = _refuse_flow
        self.block: Block = _refuse_block
        self.repeats = plan.kind not in ("map", "list", "number") and (plan.strict or plan.kind != "text")
        if plan.kind == "map":
            self.fields = {name: Shape(inner) for name, inner in plan.fields.items() if KEY.fullmatch(name)}
            self.inline, self.block = _compile_flow_map(self.fields), _compile_map(self.fields)
        elif plan.kind == "list":
            items = Shape(plan.items or Plan())
            self.inline, self.block = _compile_flow_list(items), _compile_list(items, plan.unique)
        else:
            scalar = compile_scalar(plan)
            self.inline, self.flow = _compile_value(scalar), _compile_flow_value(scalar)


def read_rows(front: str, shape: Shape) -> dict[str, Any]:
    """The values of a front matter (each line ended by a line feed) whose map has this shape."""
    if " #" in front or " \n" in front or "\n#" in front:
        raise Doubt
    lines = front.split("\n")
    lines.pop()
    if "" in lines:
        lines = [line for line in lines if line]
    data, end = shape.block(lines, 0, 0)
    if end != len(lines) or not data:
        raise Doubt
    return data  # type: ignore[no-any-return]


def _refuse_block(lines: list[str], start: int, width: int) -> tuple[Any, int]:
    raise Doubt


def _refuse_flow(text: str) -> Any:
    raise Doubt


def _remember(remembered: Pairs, text: str, pair: tuple[str, Any]) -> None:
    """Keep what a text was read as, so that the same text is known at once when it comes again."""
    if len(remembered) >= MAX_REMEMBERED:
        remembered.clear()
    remembered[text] = pair


def _compile_map(fields: dict[str, Shape]) -> Block:
    remembered: Pairs = {}

    def read_map(lines: list[str], start: int, width: int) -> tuple[Any, int]:
        data: dict[str, Any] = {}
        index, count, indent = start, len(lines), " " * width
        while index < count:
            line = lines[index]
            if width:
                if not line.startswith(indent):
                    break
                line = line[width:]
            index += 1
            pair = remembered.get(line)
            if pair:
                if pair[0] in data:
                    raise Doubt
                data[pair[0]] = pair[1]
                continue
            key, colon, value = line.partition(": ")
            shape = fields.get(key if colon else line[:-1])
            if colon:
                if shape is None or key in data:
                    raise Doubt
                data[key] = shape.inline(value)
                if shape.repeats:
                    _remember(remembered, line, (key, data[key]))
            else:
                key = line[:-1]
                if shape is None or key in data or line[-1] != ":" or index == count:
                    raise Doubt
                data[key], index = shape.block(lines, index, _width_below(lines[index], width, shape))
        return data, index

    return read_map


def _width_below(line: str, width: int, shape: Shape) -> int:
    """How far the first line of a value stands in that begins below its key, which stands ``width`` in."""
    below = len(line) - len(line.lstrip(" "))
    is_item = line.startswith("- ", below)
    if below < width or (below == width and not is_item) or is_item != (shape.kind == "list"):
        raise Doubt
    return below


def _compile_list(items: Shape, unique: str) -> Block:
    def read_list(lines: list[str], start: int, width: int) -> tuple[Any, int]:
        found = []
        index, count, hyphen = start, len(lines), " " * width + "- "
        while index < count:
            line = lines[index]
            if not line.startswith(hyphen):
                if line.startswith(" ", width) and line.startswith(" " * width):
                    raise Doubt
                break
            rest = line[width + 2 :]
            if items.kind != "map" or rest[0] == "{":
                found.append(items.inline(rest))
                index += 1
                continue
            lines[index] = f"{' ' * width}  {rest}"
            item, index = items.block(lines, index, width + 2)
            found.append(item)
        _compare(found, unique)
        return found, index

    return read_list


def _compare(items: list[Any], unique: str) -> None:
    if unique and len({item.get(unique) for item in items}) != len(items):
        raise Doubt


def _compile_value(scalar: Scalar) -> Inline:
    def read_value(text: str) -> Any:
        first = text[0]
        if first.isalnum() or first in BEGINS_PLAIN:
            if ": " in text or text[-1] == ":":
                raise Doubt
            return scalar(text, False)
        if first in "\"'" and len(text) > 1 and text[-1] == first and text.count(first) == 2:
            return scalar(text[1:-1], True)
        if first == "-" and text[1:2].isdigit():
            return scalar(text, False)
        raise Doubt

    return read_value


def _parts(text: str, opening: str, closing: str) -> list[str]:
    """What stands between commas in brackets that hold no brackets. A quoted part is refused by its first sign."""
    inner = text[1:-1]
    if text[0] != opening or text[-1] != closing or inner.count(",") != inner.count(", "):
        raise Doubt
    if "[" in inner or "]" in inner or "{" in inner or "}" in inner:
        raise Doubt
    return inner.split(", ") if inner else []


def _compile_flow_map(fields: dict[str, Shape]) -> Inline:
    remembered: Pairs = {}

    def read_flow_map(text: str) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for part in _parts(text, "{", "}"):
            pair = remembered.get(part)
            if pair is None:
                key, colon, value = part.partition(": ")
                shape = fields.get(key)
                if shape is None or not colon:
                    raise Doubt
                pair = key, shape.flow(value)
                if shape.repeats:
                    _remember(remembered, part, pair)
            if pair[0] in data:
                raise Doubt
            data[pair[0]] = pair[1]
        return data

    return read_flow_map


def _compile_flow_list(items: Shape) -> Inline:
    read, remembered = items.flow, Pairs()

    def read_repeated(part: str) -> Any:
        pair = remembered.get(part)
        if pair is None:
            pair = "", read(part)
            _remember(remembered, part, pair)
        return pair[1]

    def read_flow_list(text: str) -> list[Any]:
        return [*map(read_repeated if items.repeats else read, _parts(text, "[", "]"))]

    return read_flow_list


def _compile_flow_value(scalar: Scalar) -> Inline:
    def read_flow_value(text: str) -> Any:
        if not text or not (text[0].isalnum() or text[0] in BEGINS_PLAIN):
            raise Doubt
        if ": " in text or text[-1] == ":" or text[-1] == " ":
            raise Doubt
        return scalar(text, False)

    return read_flow_value
