"""Front matter read by the YAML parser, event by event: what is in order but not plain enough to be read by lines.

Loaded only where a file needs it.
"""

from __future__ import annotations

from collections.abc import Callable
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

from kam.load.exact import has_front_sign, is_composed
from kam.load.plan import Plan
from kam.load.scalars import Doubt, compile_scalar

Get = Callable[[], Any]
Reader = Callable[[Any, Get], Any]


def read_events(front: str, read: Reader) -> dict[str, Any]:
    """The values of a front matter, by ``read``, which ``compile_reader`` makes."""
    if has_front_sign(front) or not is_composed(front):
        raise Doubt
    try:
        return _parse(front, read)
    except YAMLError:
        raise Doubt from None


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
