"""Front matter in its plainest form read line by line, without a YAML parser: many times as fast.

Only what can mean but one thing is taken: one field in a line, lists and maps by indentation or in brackets, quotes
around a whole value. Everything else (comments behind values, text over several lines, …) raises Doubt and goes to the
parser. A test holds the two to the same values.

What stands below a key is first joined to its line, with ``BREAK`` for the line breaks, so that a map is as many lines
as it has fields. Most lines of a portfolio (dates, people, choices, …) come again and again: those that were read
before are looked up all at once, and only the others are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from kam.load.exact import has_front_sign, is_composed
from kam.load.plan import Plan
from kam.load.scalars import Doubt, Scalar, compile_scalar

KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
"""Names of fields that YAML reads as text for certain; a file with any other goes to the parser."""
MAX_REMEMBERED = 4096
MAX_LENGTH = 80
"""Longer lines seldom come again."""
BREAK = "\r"
"""Stands for the line break before a line that belongs to a key above. No file in order holds it otherwise."""
BEGINS_PLAIN = frozenset("+(（《【$¥￥€£_")
"""Signs besides letters and digits that text may begin with, without quotes and without any doubt."""
QUOTES = frozenset("\"'")
IN_FLOW = re.compile(r"[][{},]")
IN_FLOW_LIST = re.compile("[，、；]")
BLANK_LINES = re.compile("\n\n+")

Read = Callable[[str], Any]


class Shape:
    """How a value of one plan is read.

    ``inline`` reads the rest of a line, ``flow`` a part between commas in brackets, ``block`` the lines below the key,
    ``lines`` the lines of a map that stand at the left edge, as a front matter does (without its last line break).
    ``is_plain`` is true of values that can be shared.
    """

    def __init__(self, plan: Plan) -> None:
        self.inline: Read
        self.flow: Read = _refuse
        self.block: Read = _refuse
        self.lines: Read = _refuse
        self.is_plain = plan.kind not in ("map", "list")
        if plan.kind == "map":
            fields = {name: Shape(inner) for name, inner in plan.fields.items() if KEY.fullmatch(name)}
            self.inline, self.lines = _compile_flow_map(fields), _compile_lines(fields)
            self.block = _compile_block(self.lines)
            self.flow = self.inline
        elif plan.kind == "list":
            items = Shape(plan.items or Plan())
            unique = plan.unique if items.lines is not _refuse else ""
            self.inline, self.block = _compile_flow_list(items, unique), _compile_list(items, unique)
            self.flow = self.inline
        elif plan.kind == "text":
            self.inline, self.flow = _compile_text(plan)
        else:
            self.inline = self.flow = _compile_exact(compile_scalar(plan))


def _refuse(text: str) -> Any:
    raise Doubt


class _Remembered(dict[str, Any]):
    """What texts were read as. A text that was not read before is read when it is asked for."""

    __slots__ = ("fields",)

    def __init__(self, fields: Mapping[str, Shape]) -> None:
        super().__init__()
        self.fields = fields

    def keep(self, text: str, value: Any) -> None:
        if len(text) <= MAX_LENGTH:
            if len(self) >= MAX_REMEMBERED:
                self.clear()
            self[text] = value


class _Lines(_Remembered):
    """Lines of a map → key and value."""

    def __missing__(self, line: str) -> tuple[str, Any]:
        key, _, value = line.partition(": ")
        shape = self.fields.get(key)
        if shape is None:
            key, _, below = line.partition(":" + BREAK)
            shape = self.fields.get(key)
            if shape is None:
                raise Doubt
            return key, shape.block(below)
        pair = key, shape.inline(value)
        if shape.is_plain:
            self.keep(line, pair)
        return pair


class _Parts(_Remembered):
    """Parts of a map in braces → key and value."""

    def __missing__(self, part: str) -> tuple[str, Any]:
        key, _, value = part.partition(": ")
        shape = self.fields.get(key)
        if shape is None:
            raise Doubt
        pair = key, shape.flow(value)
        if shape.is_plain:
            self.keep(part, pair)
        return pair


class _Items(_Remembered):
    """Items of a list in brackets → value."""

    def __missing__(self, part: str) -> Any:
        if IN_FLOW_LIST.search(part):
            raise Doubt
        shape = self.fields[""]
        value = shape.flow(part)
        if shape.is_plain:
            self.keep(part, value)
        return value


def _compile_lines(fields: Mapping[str, Shape]) -> Read:
    known = _Lines(fields).__getitem__

    def read_lines(text: str) -> dict[str, Any]:
        lines = text.replace("\n ", BREAK + " ").split("\n")
        try:
            data = dict(map(known, lines))
        except Doubt:
            tidy = BLANK_LINES.sub("\n", text).strip("\n").replace("\n- ", BREAK + "- ")
            if tidy == text:
                raise
            return read_lines(tidy)
        if len(data) != len(lines):
            raise Doubt
        return data

    return read_lines


def _compile_block(read: Read) -> Read:
    def read_block(text: str) -> dict[str, Any]:
        width = len(text) - len(text.lstrip(" "))
        return read(_dedent(text[width:], width))  # type: ignore[no-any-return]

    return read_block


def _dedent(text: str, width: int) -> str:
    """Lines below a key, all ``width`` in or more, at the left edge; the first is already there."""
    text = text.replace(BREAK + " " * width, "\n")
    if BREAK in text:
        raise Doubt
    return text


def _compile_list(items: Shape, unique: str) -> Read:
    inline, lines, is_map = items.inline, items.lines, items.lines is not _refuse

    def read_list(text: str) -> list[Any]:
        width = len(text) - len(text.lstrip(" "))
        if not text.startswith("- ", width):
            raise Doubt
        parts = text[width + 2 :].split(f"{BREAK}{' ' * width}- ")
        if not is_map:
            return [*map(inline, parts)]
        found = [inline(part) if part[:1] == "{" else lines(_dedent(part, width + 2)) for part in parts]
        if unique:
            _refuse_twins(found, unique)
        return found

    return read_list


def _refuse_twins(items: list[Any], unique: str) -> None:
    """No two maps of a list may have the same id."""
    if len({item.get(unique) for item in items}) != len(items):
        raise Doubt


def _compile_flow_map(fields: Mapping[str, Shape]) -> Read:
    known = _Parts(fields).__getitem__

    def read_flow_map(text: str) -> dict[str, Any]:
        if text == "{}":
            return {}
        parts = _split_flow(text[1:-1])
        data = dict(map(known, parts))
        if len(data) != len(parts) or text[0] != "{" or text[-1] != "}":
            raise Doubt
        return data

    return read_flow_map


def _compile_flow_list(items: Shape, unique: str) -> Read:
    known = _Items({"": items}).__getitem__

    def read_flow_list(text: str) -> list[Any]:
        if text == "[]":
            return []
        if text[:1] != "[" or text[-1] != "]":
            raise Doubt
        found = [*map(known, _split_flow(text[1:-1]))]
        if unique:
            _refuse_twins(found, unique)
        return found

    return read_flow_list


def _split_flow(text: str) -> list[str]:
    """The parts of what stands in brackets; what stands in brackets within it stays whole."""
    parts = text.split(", ")
    if "[" not in text and "{" not in text:
        return parts
    whole: list[str] = []
    begun = depth = 0
    for at, part in enumerate(parts, 1):
        depth += part.count("[") + part.count("{") - part.count("]") - part.count("}")
        if depth == 0:
            whole.append(", ".join(parts[begun:at]))
            begun = at
    if depth:
        raise Doubt
    return whole


def _compile_exact(scalar: Scalar) -> Read:
    """Reads what has but one form: numbers, days, times, yes and no."""

    def read_exact(text: str) -> Any:
        if text[:1] in QUOTES:
            return scalar(_unquote(text), True)
        return scalar(text, False)

    return read_exact


def _unquote(text: str) -> str:
    quote = text[0]
    if len(text) < 2 or text[-1] != quote or text.count(quote) != 2:
        raise Doubt
    return text[1:-1]


def _compile_text(plan: Plan) -> tuple[Read, Read]:
    """Two functions: one reads a text that is the rest of a line, one a text between commas in brackets."""
    scalar = compile_scalar(plan)

    def read_text(text: str) -> Any:
        if has_front_sign(text) or not is_composed(text):
            raise Doubt
        first = text[:1]
        if first in QUOTES:
            return scalar(_unquote(text), True)
        if not (first.isalnum() or first in BEGINS_PLAIN or (first == "-" and text[1:2].isdigit())):
            raise Doubt
        if ": " in text or " #" in text or text[-1] in ": ":
            raise Doubt
        return scalar(text, False)

    def read_flow_text(text: str) -> Any:
        if IN_FLOW.search(text) or ":?" in text:
            raise Doubt
        return read_text(text)

    return read_text, read_flow_text
