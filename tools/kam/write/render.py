"""Values as YAML that the strict reader gives back unchanged: schema order, few quotes, short lists on one line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from kam.model.schema import Field, RecordType

WIDTH = 110
"""Longest line of a list or map in brackets."""

PLAIN = re.compile(r"[^\W_](?:[\w./@+%&'()*$!?~。：！？（）《》·—-]|[ ](?![ #]|$)|:(?![ ]|$))*\Z")
PLAIN_IN_BLOCK = re.compile(
    r"[^\W_](?:[\w./@+%&'()*$!?~,\[\]{}\"|<>=;^`\\，。、：；！？（）《》“”‘’·—-]|[ ](?![ #]|$)|:(?![ ]|$)|#)*\Z"
)
OTHER_TYPE = re.compile(
    r"(?:true|false|yes|no|on|off|y|n|null|none|nil|nan|inf|undefined)\Z"
    r"|[-+.]?[0-9][0-9_,.:xXoOabcdefABCDEF+-]*(?:[tT ][0-9:.+-]+[zZ]?)?\Z",
    re.IGNORECASE,
)
"""What other YAML readers would take for a number, date, true/false or nothing; quoted for their sake."""
SAFE_LINE = re.compile(r"[^\s\x00-\x1f\x7f-\x9f\ufeff\u2028\u2029][^\x00-\x1f\x7f-\x9f\ufeff\u2028\u2029]*\Z|\Z")
UNSEEN = re.compile("[\x7f-\xa0\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]")


def render_record(rtype: RecordType, data: Mapping[str, Any], body: str = "") -> str:
    """The whole file of a record; of a ledger, where ``data`` holds its ``entries``.

    Values that are None or empty text are left out. Raises ValueError for numbers that are not finite.
    """
    lines = ["---"]
    if rtype.layout == "ledger":
        entries = sorted(data.get("entries", ()), key=lambda e: str(e.get("id", "")))
        lines.append("entries:" if entries else "entries: []")
        for entry in entries:
            lines += _item_lines(entry, rtype.fields, "  ", in_block=True)
    else:
        lines += _map_lines(data, rtype.fields, "")
    lines.append("---")
    text = "\n".join(lines) + "\n"
    body = body.strip("\n")
    return f"{text}{body}\n" if body else text


def render_value(value: Any, source: Field | None = None, *, indent: str = "", flow: bool = False) -> str:
    """A value as it stands behind its key's colon: beginning with a space, or with a line break where it needs lines.

    ``indent`` is the key's own indentation; with ``flow`` the value stands inside brackets.
    """
    if flow:
        return f" {_flow(value, source)}"
    if isinstance(value, Mapping):
        return _value_of_map(value, source.fields if source else (), indent)
    if isinstance(value, list | tuple):
        return _value_of_list(value, source.items if source else None, indent)
    if isinstance(value, str) and "\n" in value:
        return f" {_block(value, indent + '  ')}"
    return f" {_scalar(value, in_block=True)}"


def _map_lines(data: Mapping[str, Any], fields: Sequence[Field], indent: str) -> list[str]:
    return [
        f"{indent}{_key(name)}:{render_value(value, source, indent=indent)}"
        for name, value, source in _ordered(data, fields)
    ]


def _ordered(data: Mapping[str, Any], fields: Sequence[Field]) -> Iterator[tuple[str, Any, Field | None]]:
    known = set()
    for source in fields:
        value = data.get(source.name)
        known.add(source.name)
        if value is not None and value != "":
            yield source.name, value, source
    if len(data) > 0 and not data.keys() <= known:
        for name, value in data.items():
            if name not in known and value is not None and value != "":
                yield name, value, None


def _value_of_map(value: Mapping[str, Any], fields: Sequence[Field], indent: str) -> str:
    inline = _flow_map(value, fields)
    if len(inline) <= WIDTH - 20 - len(indent) and _is_flat(value.values()):
        return f" {inline}"
    return "\n" + "\n".join(_map_lines(value, fields, indent + "  "))


def _value_of_list(items: Sequence[Any], source: Field | None, indent: str) -> str:
    if not any(isinstance(item, Mapping | list | tuple) for item in items) and _is_flat(items):
        inline = _flow_list(items, source)
        if len(inline) <= WIDTH - 20 - len(indent):
            return f" {inline}"
    fields = source.fields if source else ()
    lines: list[str] = []
    for item in items:
        lines += _item_lines(item, fields, indent + "  ")
    return "\n" + "\n".join(lines)


def _item_lines(item: Any, fields: Sequence[Field], indent: str, *, in_block: bool = False) -> list[str]:
    if not isinstance(item, Mapping):
        return [f"{indent}-{render_value(item, None, indent=indent)}"]
    if not in_block and _is_flat(item.values()):
        inline = f"{indent}- {_flow_map(item, fields)}"
        if len(inline) <= WIDTH:
            return [inline]
    lines = _map_lines(item, fields, indent + "  ")
    if not lines:
        return [f"{indent}- {{}}"]
    return [f"{indent}- {lines[0][len(indent) + 2 :]}", *lines[1:]]


def _is_flat(values: Any) -> bool:
    """True where all values fit on one line, as far as their kind goes."""
    for value in values:
        if isinstance(value, Mapping) or (isinstance(value, str) and "\n" in value):
            return False
        if isinstance(value, list | tuple) and not _is_flat_list(value):
            return False
    return True


def _is_flat_list(values: Sequence[Any]) -> bool:
    return not any(isinstance(v, Mapping | list | tuple) or (isinstance(v, str) and "\n" in v) for v in values)


def _flow(value: Any, source: Field | None) -> str:
    if isinstance(value, Mapping):
        return _flow_map(value, source.fields if source else ())
    if isinstance(value, list | tuple):
        return _flow_list(value, source.items if source else None)
    return _scalar(value, in_block=False)


def _flow_map(value: Mapping[str, Any], fields: Sequence[Field]) -> str:
    parts = (f"{_key(name)}: {_flow(inner, source)}" for name, inner, source in _ordered(value, fields))
    return "{" + ", ".join(parts) + "}"


def _flow_list(items: Sequence[Any], source: Field | None) -> str:
    return "[" + ", ".join(_flow(item, source) for item in items) + "]"


@lru_cache(maxsize=4096)
def _key(name: str) -> str:
    return name if PLAIN.match(name) else _quote(name)


def _scalar(value: Any, *, in_block: bool) -> str:
    if isinstance(value, str):
        return _text(value, in_block)
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if value is None:
        return '""'
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    if not number.is_finite():
        raise ValueError(f"{value} is no number that can be written")
    return f"{number:f}"


@lru_cache(maxsize=16384)
def _text(text: str, in_block: bool) -> str:
    pattern = PLAIN_IN_BLOCK if in_block else PLAIN
    if pattern.match(text) and not text[0].isspace() and not is_other_type(text):
        return text
    return _quote(text)


def is_other_type(text: str) -> bool:
    """True for text that other YAML readers take for something else: ``no``, ``1:30``, ``2026-03-02``.

    Dates count too: in a date field they are right without quotes, so those are excepted.
    """
    return OTHER_TYPE.match(text) is not None and ISO.match(text) is None


ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:Z|[+-][0-9]{2}:[0-9]{2}))?\Z")


def _quote(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False).replace("\x7f", "\\x7f")
    if UNSEEN.search(quoted):
        quoted = UNSEEN.sub(lambda m: f"\\u{ord(m[0]):04x}", quoted)
    return quoted


def _block(text: str, indent: str) -> str:
    """Text of several lines behind a bar; between quotes where its lines would not survive that."""
    lines = text.split("\n")
    if not lines[0].strip() or not all(SAFE_LINE.match(line) or line.startswith(" ") for line in lines):
        return _quote(text)
    if any(line != line.rstrip() or not SAFE_LINE.match(line.lstrip(" ")) for line in lines) or lines[0][0] == " ":
        return _quote(text)
    ending = len(text) - len(text.rstrip("\n"))
    sign = "|-" if ending == 0 else "|" if ending == 1 else "|+"
    kept = lines[:-1] if ending else lines
    return sign + "\n" + "\n".join(f"{indent}{line}" if line else "" for line in kept)
