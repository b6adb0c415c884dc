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

ROW = re.compile(r"( *)(- )?(?:([A-Za-z_][A-Za-z0-9_-]*):(?: (.+))?|(.+))\n")
"""A line: indentation, hyphen, key and value, or whatever else stands there."""
MAX_REMEMBERED = 4096
BEGINS_PLAIN = frozenset("+(（《【$¥￥€£_")
"""Signs besides letters and digits that text may begin with, without quotes and without any doubt."""

Row = tuple[str, str, str, str, str]
Inline = Callable[[str], Any]
Block = Callable[[list[Row], int, int], tuple[Any, int]]


class Shape:
    """How a value of one plan is read.

    ``inline`` reads the rest of a line, ``flow`` a part between commas in brackets, ``block`` the rows below.
    """

    def __init__(self, plan: Plan) -> None:
        self.kind = plan.kind
        self.inline: Inline
        self.flow: Inline = _refuse_flow
        self.block: Block = _refuse_block
        if plan.kind == "map":
            self.fields = {name: Shape(inner) for name, inner in plan.fields.items()}
            self.inline, self.block = _compile_flow_map(self.fields), _compile_map(self.fields)
        elif plan.kind == "list":
            items = Shape(plan.items or Plan())
            self.inline, self.block = _compile_flow_list(items), _compile_list(items, plan.unique)
        else:
            scalar = compile_scalar(plan)
            self.inline, self.flow = _compile_value(scalar), _compile_flow_value(scalar)
            if plan.strict or plan.kind != "text":
                self.inline, self.flow = _remember(self.inline), _remember(self.flow)


def read_rows(front: str, shape: Shape) -> dict[str, Any]:
    """The values of a front matter (each line ended by a line feed) whose map has this shape."""
    if " #" in front or " \n" in front or "\n#" in front:
        raise Doubt
    rows: list[Row] = ROW.findall(front)
    data, end = shape.block(rows, 0, 0)
    if end != len(rows) or not data:
        raise Doubt
    return data  # type: ignore[no-any-return]


def _refuse_block(rows: list[Row], start: int, width: int) -> tuple[Any, int]:
    raise Doubt


def _refuse_flow(text: str) -> Any:
    raise Doubt


def _remember(read: Inline) -> Inline:
    """The same, without the work for values that come again and again: dates, choices, references."""
    known: dict[str, Any] = {}

    def read_known(text: str) -> Any:
        value = known.get(text)
        if value is None:
            if len(known) >= MAX_REMEMBERED:
                known.clear()
            value = known[text] = read(text)
        return value

    return read_known


def _compile_map(fields: dict[str, Shape]) -> Block:
    def read_map(rows: list[Row], start: int, width: int) -> tuple[Any, int]:
        data: dict[str, Any] = {}
        index, count = start, len(rows)
        while index < count:
            indent, dash, key, value, _ = rows[index]
            if len(indent) != width or dash:
                if len(indent) < width:
                    break
                raise Doubt
            shape = fields.get(key)
            if shape is None or key in data:
                raise Doubt
            index += 1
            if value:
                data[key] = shape.inline(value)
                continue
            if index == count:
                raise Doubt
            below, dash = len(rows[index][0]), rows[index][1]
            if below < width or (below == width and not dash) or (dash != "") != (shape.kind == "list"):
                raise Doubt
            data[key], index = shape.block(rows, index, below)
        return data, index

    return read_map


def _compile_list(items: Shape, unique: str) -> Block:
    def read_list(rows: list[Row], start: int, width: int) -> tuple[Any, int]:
        found = []
        index, count = start, len(rows)
        while index < count:
            indent, dash, key, value, rest = rows[index]
            if len(indent) != width or not dash:
                if len(indent) <= width:
                    break
                raise Doubt
            if rest:
                found.append(items.inline(rest))
                index += 1
                continue
            if items.kind != "map":
                raise Doubt
            rows[index] = (f"{indent}  ", "", key, value, "")
            item, index = items.block(rows, index, width + 2)
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
    def read_flow_map(text: str) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for part in _parts(text, "{", "}"):
            key, colon, value = part.partition(": ")
            shape = fields.get(key)
            if shape is None or not colon or key in data:
                raise Doubt
            data[key] = shape.flow(value)
        return data

    return read_flow_map


def _compile_flow_list(items: Shape) -> Inline:
    read = items.flow

    def read_flow_list(text: str) -> list[Any]:
        return [read(part) for part in _parts(text, "[", "]")]

    return read_flow_list


def _compile_flow_value(scalar: Scalar) -> Inline:
    def read_flow_value(text: str) -> Any:
        if not text or not (text[0].isalnum() or text[0] in BEGINS_PLAIN):
            raise Doubt
        if ": " in text or text[-1] == ":" or text[-1] == " ":
            raise Doubt
        return scalar(text, False)

    return read_flow_value
