"""The quick way through a file that is in order. Anything odd makes it give up, and the careful reader takes over.

Both ways give the same values: a test compares them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from yaml import YAMLError
from yaml.cyaml import CParser  # type: ignore[attr-defined]
from yaml.events import (
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from kam.load.exact import has_body_sign, has_front_sign, has_odd_sign, is_composed
from kam.load.plan import Plan
from kam.load.rows import Shape, read_rows
from kam.load.scalars import Doubt, compile_scalar

Get = Callable[[], Any]
Reader = Callable[[Any, Get], Any]


class FastReader:
    """Reads files of one type that are in order: line by line where they are plain, else by the YAML parser."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.shape = Shape(plan)

    @cached_property
    def read(self) -> Reader:
        """The reader of the parser's events."""
        return compile_reader(self.plan)

    def read_front(self, front: str) -> dict[str, Any]:
        """The values of a front matter, each line of which ends with a line feed."""
        try:
            return read_rows(front, self.shape)
        except Doubt:
            return _parse(front, self.read)


def read_fast(raw: bytes, reader: FastReader) -> tuple[dict[str, Any], str]:
    """Values and body of a file without a flaw; raises Doubt (or YAMLError, UnicodeDecodeError) for any other."""
    front, body = _split(raw)
    return reader.read_front(front), body.strip("\n")


def locate_fast(raw: bytes, reader: FastReader, name: str) -> tuple[int, int]:
    """Line and column of one of the record's own values, in a file that is read line by line.

    Raises Doubt (or UnicodeDecodeError) for any other file.
    """
    front, _ = _split(raw)
    read_rows(front, reader.shape)
    for at, line in enumerate(lines := front.split("\n")):
        if line.startswith(f"{name}: "):
            return at + 2, len(name) + 3
        if line == f"{name}:" and (below := lines[at + 1]):
            return at + 3, len(below) - len(below.lstrip(" ")) + 1
    raise Doubt


def _split(raw: bytes) -> tuple[str, str]:
    """Front matter and body of a file without a flaw outside its values."""
    text = raw.decode()
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if not text.startswith("---\n") or has_odd_sign(text) or not is_composed(text):
        raise Doubt
    end = text.find("\n---\n", 3)
    front, body = text[4 : end + 1], text[end + 5 :]
    if end < 4 or has_front_sign(front) or body.startswith("---") or has_body_sign(body):
        raise Doubt
    return front, body


def _parse(front: str, read: Reader) -> dict[str, Any]:
    get: Get = CParser(front).get_event
    get()
    start = get()
    if type(start) is not DocumentStartEvent or start.explicit:
        raise Doubt
    data: dict[str, Any] = read(get(), get)
    if type(get()) is not DocumentEndEvent or type(get()) is not StreamEndEvent:
        raise Doubt
    return data


def compile_reader(plan: Plan) -> Reader:
    """A function that reads one value of ``plan`` from its first event and the parser."""
    if plan.kind == "map":
        return _compile_map(plan)
    if plan.kind == "list":
        return _compile_list(plan)
    scalar = compile_scalar(plan)

    def read_scalar(event: Any, get: Get) -> Any:
        if type(event) is not ScalarEvent:
            raise Doubt
        return scalar(event.value, event.style != "")

    return read_scalar


def _compile_map(plan: Plan) -> Reader:
    readers = {name: compile_reader(inner) for name, inner in plan.fields.items()}
    other = compile_reader(plan.other) if plan.other else None

    def read_map(event: Any, get: Get) -> dict[str, Any]:
        if type(event) is not MappingStartEvent:
            raise Doubt
        data: dict[str, Any] = {}
        while True:
            event = get()
            if type(event) is not ScalarEvent:
                if type(event) is MappingEndEvent:
                    return data
                raise Doubt
            key = event.value
            read = readers.get(key)
            if read is None or key in data:
                if other is None or key in data or key in readers or not key.isidentifier():
                    raise Doubt
                read = other
            data[key] = read(get(), get)

    return read_map


def _compile_list(plan: Plan) -> Reader:
    read = compile_reader(plan.items or Plan())

    def read_list(event: Any, get: Get) -> list[Any]:
        if type(event) is not SequenceStartEvent:
            raise Doubt
        items = []
        while type(event := get()) is not SequenceEndEvent:
            items.append(read(event, get))
        return items

    unique = plan.unique
    if not unique:
        return read_list

    def read_unique(event: Any, get: Get) -> list[Any]:
        items = read_list(event, get)
        if len({item.get(unique) for item in items}) != len(items):
            raise Doubt
        return items

    return read_unique


REFUSALS = (Doubt, YAMLError, UnicodeDecodeError)
"""What ``read_fast`` raises where a file is not plainly in order."""
