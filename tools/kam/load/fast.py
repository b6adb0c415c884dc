"""The quick way through a file that is in order. Anything odd makes it give up, and the careful reader takes over.

Both ways give the same values: a test compares them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
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

from kam.load.attachments import explain_attachment
from kam.load.exact import DATETIME, FULLWIDTH, INTEGER, NULL_TEXTS, NULL_WORDS, NUMBER, PREFILTER, is_day, is_plain
from kam.load.plan import Plan

MARKS = re.compile(r"(?:^|[\s\[{,:])(?:[&*]\S|!)")
"""Where an anchor, alias or tag could stand."""
MOBILE = re.compile(r"1[3-9][0-9](?:[0-9]{8}|[ -][0-9]{4}[ -])")
IDENTITY = re.compile(r"(?:1[89]|20)[0-9]{2}[01][0-9]{6}[0-9Xx]")
"""What every identity card number contains."""
CUT = re.compile(r" #[^ \n]")
FIRST = frozenset("=＝@＠+＋-“”„‘「『«")
"""What a formula or a typographic quote begins with."""
LIST_SEPARATORS = re.compile("\\[[^\\]\\n]*[，、；]")
NULLS = NULL_WORDS | NULL_TEXTS

Get = Callable[[], Any]
Reader = Callable[[Any, Get], Any]


class Doubt(Exception):
    """The file needs a careful look."""


def read_fast(raw: bytes, read: Reader) -> tuple[dict[str, Any], str]:
    """Values and body of a file without a flaw; raises Doubt (or YAMLError, UnicodeDecodeError) for any other."""
    text = raw.decode()
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if not text.startswith("---\n") or not is_plain(raw, text) or "\r" in text:
        raise Doubt
    end = text.find("\n---\n", 3)
    body = text[end + 5 :]
    if end < 4 or (body and PREFILTER.search(body)) or "\n---" in body or body.startswith("---"):
        raise Doubt
    front = text[3 : end + 1]
    if ">>>>>>>" in text or _is_doubtful(front):
        raise Doubt
    return _parse(front, read), body.strip("\n")


def _is_doubtful(front: str) -> bool:
    """True where the front matter could hold what the events of its parsing do not show."""
    return (
        "\\" in front
        or "\t" in front
        or "{{" in front
        or "{%" in front
        or (" #" in front and CUT.search(front) is not None)
        or (("&" in front or "*" in front or "!" in front) and MARKS.search(front) is not None)
        or ("[" in front and not front.isascii() and LIST_SEPARATORS.search(front) is not None)
    )


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
    if plan.kind == "text":
        return _read_multiline if plan.multiline else _compile_text(plan)
    return {
        "integer": _read_integer, "number": _read_number, "boolean": _read_boolean,
        "date": _read_date, "datetime": _read_datetime, "moment": _read_moment,
    }[plan.kind]  # fmt: skip


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


def _compile_text(plan: Plan) -> Reader:
    if plan.attachment:

        def read_attachment(event: Any, get: Get) -> str:
            text = _read_text(event, get)
            if explain_attachment(text):
                raise Doubt
            return text

        return read_attachment
    if plan.strict:
        return _read_id
    return _read_phone if plan.private else _read_text


def _read_phone(event: Any, get: Get) -> str:
    if type(event) is not ScalarEvent:
        raise Doubt
    text: str = event.value
    if not text or text in NULLS or "\n" in text or (text[0] in FIRST and text[0] != "+"):
        raise Doubt
    if len(text) > 17 and IDENTITY.search(text):
        raise Doubt
    return text


def _read_text(event: Any, get: Get) -> str:
    text = _read_phone(event, get)
    if (len(text) > 10 and MOBILE.search(text)) or text[0] == "+":
        raise Doubt
    return text


def _read_id(event: Any, get: Get) -> str:
    text = _read_phone(event, get)
    if not text.isascii() and FULLWIDTH.search(text):
        raise Doubt
    return text


def _read_multiline(event: Any, get: Get) -> str:
    if type(event) is not ScalarEvent:
        raise Doubt
    text: str = event.value
    if not text or text in NULLS or text[0] in FIRST:
        raise Doubt
    if len(text) > 10 and (MOBILE.search(text) or IDENTITY.search(text)):
        raise Doubt
    return text


def _plain(event: Any) -> str:
    if type(event) is not ScalarEvent or event.style:
        raise Doubt
    return str(event.value)


def _read_integer(event: Any, get: Get) -> int:
    text = _plain(event)
    if not INTEGER.match(text):
        raise Doubt
    return int(text)


def _read_number(event: Any, get: Get) -> int | Decimal:
    text = _plain(event)
    if not NUMBER.match(text):
        raise Doubt
    return Decimal(text) if "." in text else int(text)


def _read_boolean(event: Any, get: Get) -> bool:
    text = _plain(event)
    if text not in ("true", "false"):
        raise Doubt
    return text == "true"


def _read_date(event: Any, get: Get) -> str:
    if type(event) is not ScalarEvent or not is_day(event.value):
        raise Doubt
    return str(event.value)


def _read_datetime(event: Any, get: Get) -> str:
    if type(event) is not ScalarEvent:
        raise Doubt
    text: str = event.value
    if not DATETIME.match(text) or not "1800" <= text < "22":
        raise Doubt
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise Doubt from None
    return text


def _read_moment(event: Any, get: Get) -> str:
    if type(event) is ScalarEvent and len(event.value) == 10:
        return _read_date(event, get)
    return _read_datetime(event, get)


REFUSALS = (Doubt, YAMLError, UnicodeDecodeError)
"""What ``read_fast`` raises where a file is not plainly in order."""
