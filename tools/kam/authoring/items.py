"""Items of lists as people type them on one line: ``Send the offer; li-ming; 2026-03-20``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kam.authoring.desk import Desk
from kam.authoring.refusal import Refusal
from kam.authoring.spelling import find_field
from kam.authoring.values import read_value
from kam.model.record import Data, Value
from kam.model.schema import Field, Kind
from kam.model.slug import slugify

PARTS = re.compile(r"\s*[;；]\s*")
MARKS = {"action": "a", "log": "l", "approval": "ap"}
"""Shape of a list → what the ids of its items begin with."""
NUMBERED = re.compile(r"([^\d]*)(\d+)\Z")


def read_item(text: str, field: Field, desk: Desk, account: str, there: Sequence[Any]) -> Value:
    """A new item for the list ``field``, which holds the items ``there``. Raises Refusal.

    Parts are named (``due=2026-03-20``) or stand in the order of the fields that matter most. An id, the present
    time, the writer and the first state are filled in where nothing else is said.
    """
    fields = list(field.by_name.values())
    if field.items is None or field.items.kind is not Kind.MAP:
        found = read_value(text, field, desk, account)
        return found[0] if isinstance(found, list) and found else text
    data: Data = {}
    loose = []
    for part in PARTS.split(text.strip()):
        name, sign, value = part.partition("=")
        named = find_field(name.strip(), fields) if sign else None
        if named is not None and value.strip():
            data[named.name] = read_value(value, named, desk, account)
        elif named is None and part:
            loose.append(part)
    defaults = dict(_defaults(field, desk))
    order = [
        each for each in _by_weight(fields) if each.name not in data and each.name not in defaults and not each.unique
    ]
    if len(loose) > len(order):
        names = "; ".join(each.name for each in order)
        names_zh = "；".join(each.label.get("zh", each.name) for each in order)
        raise Refusal(
            f"{field.name} cannot take so many parts: {text}. In this order: {names}",
            f"“{text}”的分段过多。依次为：{names_zh}",
        )
    for part, each in zip(loose, order, strict=False):
        data[each.name] = read_value(part, each, desk, account)
    for name, value in defaults.items():
        data.setdefault(name, value)
    if field.shape == "action" and desk.me and "owner" in field.by_name:
        data.setdefault("owner", desk.me)
    give_id(field, data, there)
    return {each.name: data[each.name] for each in fields if each.name in data}


def _by_weight(fields: Sequence[Field]) -> list[Field]:
    """Required and recommended fields first, each in the schema's order."""
    return sorted(fields, key=lambda each: not (each.required or each.recommended))


def _defaults(field: Field, desk: Desk) -> Iterator[tuple[str, Value]]:
    for each in field.by_name.values():
        if each.name == "at" and each.required:
            yield each.name, desk.moment if each.format == "moment" else desk.today.isoformat()
        elif each.name == "on" and each.required and each.kind is Kind.DATE:
            yield each.name, desk.today.isoformat()
        elif each.name == "by" and each.targets == ("person",) and desk.me:
            yield each.name, desk.me
        elif each.name == "status" and field.shape == "action" and each.choices and "open" in each.choices:
            yield each.name, "open"


def give_id(field: Field, data: Data, there: Sequence[Any]) -> None:
    """Give an item the next free id, where the items of the list have one: a number behind the usual letter, or made
    of the name."""
    key = next((each for each in field.by_name.values() if each.unique), None)
    if key is None or key.name in data:
        return
    taken = {str(item.get(key.name, "")) for item in there if isinstance(item, Mapping)}
    words = next((str(data[name]) for name in ("name", "title") if name in data), "")
    if key.format == "slug" and words:
        slug, number = slugify(words) or "item", 2
        found = slug
        while found in taken:
            found, number = f"{slug}-{number}", number + 1
        data[key.name] = found
        return
    matches = [match for match in map(NUMBERED.match, sorted(taken)) if match]
    mark = matches[-1][1] if matches else MARKS.get(field.shape, field.name[0])
    last = max((int(match[2]) for match in matches if match[1] == mark), default=0)
    data[key.name] = f"{mark}{last + 1}"
