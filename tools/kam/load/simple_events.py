"""The YAML events of a front matter that is written as most are: keys with plain values, simple lists and maps.

Such text means the same to every YAML parser, and splitting it takes a third of the time. Anything else (quotes,
comments, values of several lines, blank lines) is refused, and the real parser takes over. A test compares the two.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from yaml.events import MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent, SequenceStartEvent

MAP, MAP_END = MappingStartEvent(None, None, True), MappingEndEvent()
LIST, LIST_END = SequenceStartEvent(None, None, True), SequenceEndEvent()
MAX_DEPTH = 8
KEY_LINE = re.compile(r"([a-z_][a-z0-9_]*):(?: (\S.*))?")
PLAIN = re.compile(r"[A-Za-z0-9\u4e00-\u9fff](?:[^:#\t]|:(?=[A-Za-z0-9/\u4e00-\u9fff]))*(?<! )")
"""A plain value in a line of its own: no colon before a space, no comment, no space at its end."""
FLOW_PLAIN = re.compile(r"[A-Za-z0-9\u4e00-\u9fff](?:[^:#\t,\[\]{}\"'?]|:(?=[A-Za-z0-9]))*(?<! )")
"""A plain value inside brackets."""
KEY = re.compile(r"[a-z_][a-z0-9_]*")

Line = tuple[int, str]


class NotSimple(Exception):
    """The text needs the real parser."""


def simple_events(front: str) -> Callable[[], Any]:
    """What gives the events of the text (between its fences, with both line ends) one by one, like a parser's.

    Begins with the outer map and ends with its end. Raises NotSimple.
    """
    events: list[Any] = []
    lines = []
    for line in front[1:-1].split("\n"):
        text = line.lstrip(" ")
        lines.append((len(line) - len(text), text))
    lines.append((-1, ""))
    if _add_map(lines, 0, 0, "", events, 0) != len(lines) - 1:
        raise NotSimple
    return iter(events).__next__


def _scalar(text: str) -> ScalarEvent:
    event: ScalarEvent = ScalarEvent.__new__(ScalarEvent)
    event.value = text
    event.style = None
    return event


def _add_map(lines: list[Line], at: int, indent: int, first: str, events: list[Any], depth: int) -> int:  # noqa: PLR0917
    """Add a block map that begins in line ``at`` (with the text ``first`` after a dash); the line after it."""
    if depth > MAX_DEPTH:
        raise NotSimple
    events.append(MAP)
    text = first or lines[at][1]
    if not first and lines[at][0] != indent:
        raise NotSimple
    while True:
        found = KEY_LINE.fullmatch(text)
        if found is None:
            raise NotSimple
        key, value = found.groups()
        events.append(_scalar(key))
        at += 1
        lead, text = lines[at]
        if value is not None:
            _add_inline(value, events)
        elif text[:2] == "- " and lead >= indent:
            at = _add_list(lines, at, lead, events, depth + 1)
        elif lead > indent:
            at = _add_map(lines, at, lead, "", events, depth + 1)
        else:
            raise NotSimple
        lead, text = lines[at]
        if lead > indent:
            raise NotSimple
        if lead < indent:
            events.append(MAP_END)
            return at


def _add_list(lines: list[Line], at: int, indent: int, events: list[Any], depth: int) -> int:
    """Add a block list that begins in line ``at``; the line after it."""
    if depth > MAX_DEPTH:
        raise NotSimple
    events.append(LIST)
    lead, text = lines[at]
    while lead == indent and text[:2] == "- ":
        item = text[2:]
        if KEY_LINE.fullmatch(item):
            at = _add_map(lines, at, indent + 2, item, events, depth + 1)
        else:
            _add_inline(item, events)
            at += 1
        lead, text = lines[at]
        if lead > indent:
            raise NotSimple
    events.append(LIST_END)
    return at


def _add_inline(value: str, events: list[Any]) -> None:
    """Add a value that stands in one line: plain, ``[a, b]`` or ``{a: b}``."""
    head = value[:1]
    if head == "{":
        if value[-1] != "}":
            raise NotSimple
        events.append(MAP)
        for part in value[1:-1].split(", "):
            key, colon, inner = part.partition(": ")
            if not colon or not KEY.fullmatch(key) or not FLOW_PLAIN.fullmatch(inner):
                raise NotSimple
            events.append(_scalar(key))
            events.append(_scalar(inner))
        events.append(MAP_END)
    elif head == "[":
        if value[-1] != "]":
            raise NotSimple
        events.append(LIST)
        for item in value[1:-1].split(", "):
            if not FLOW_PLAIN.fullmatch(item):
                raise NotSimple
            events.append(_scalar(item))
        events.append(LIST_END)
    elif PLAIN.fullmatch(value):
        events.append(_scalar(value))
    else:
        raise NotSimple
