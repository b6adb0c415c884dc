"""``FIELD=VALUE`` as people type it, and the place in the record that FIELD names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kam.authoring.refusal import Refusal
from kam.authoring.spelling import find_field, is_same, squash
from kam.model.problem import FieldPath
from kam.model.schema import Field, Kind, RecordType

ASSIGNMENT = re.compile(r"([^=＝]*?)\s*([+\-]?)\s*[=＝](.*)\Z", re.DOTALL)
STEP = re.compile(r"([^.\[\]]+)|\[([^\[\]]*)\]")


@dataclass(frozen=True, slots=True)
class Assignment:
    """``sign`` is empty, ``+`` (add to a list) or ``-`` (take out of it). An empty text takes the value away."""

    name: str
    sign: str
    text: str


def is_assignment(word: str) -> bool:
    """Whether a word of the command line is one."""
    match = ASSIGNMENT.match(word)
    return bool(match and match[1].strip())


def parse_assignment(word: str) -> Assignment:
    """The parts of ``field=value``, ``field+=value`` or ``field-=value``. Raises Refusal."""
    match = ASSIGNMENT.match(word)
    if match is None or not match[1].strip():
        raise Refusal(
            f"{word} is no FIELD=VALUE. Write it without spaces around the sign, such as amount=12000",
            f"“{word}”不是“字段=值”的形式。等号两边不留空格，如 amount=12000 或 金额=12000",
        )
    return Assignment(match[1].strip(), match[2], match[3].strip())


def find_place(rtype: RecordType, name: str, data: Mapping[str, Any]) -> tuple[FieldPath, Field]:
    """The path and field that a name leads to: ``amount``, ``contacts.zhang-wei.phone``, ``actions[a1].status``, by
    name or label. Raises Refusal."""
    fields: Sequence[Field] = rtype.fields
    steps = [part or key for part, key in STEP.findall(name)]
    path: list[str | int] = []
    holder: Any = data
    field: Field | None = None
    for step in steps:
        if field is not None and field.kind is Kind.LIST and not (path and isinstance(path[-1], int)):
            index = _find_item(step.strip(), field, holder, name)
            path.append(index)
            holder = holder[index]
            fields = tuple(field.by_name.values())
            continue
        found = find_field(step.strip(), fields)
        if found is None:
            raise _unknown(step.strip(), fields, rtype)
        field = found
        path.append(found.name)
        holder = holder.get(found.name) if isinstance(holder, Mapping) else None
        fields = tuple(found.by_name.values())
    if field is None:
        raise _unknown(name, rtype.fields, rtype)
    if isinstance(path[-1], int) and field.items is not None:
        field = field.items
    return tuple(path), field


def _find_item(step: str, field: Field, holder: Any, name: str) -> int:
    """Which item of a list: by its id, by its name, or by its number as check reports count (from 0)."""
    items = holder if isinstance(holder, list) else []
    for keys in (_id_names(field), ("name", "title", "what", "person", "item", "kind")):
        for at, item in enumerate(items):
            value = item.get if isinstance(item, Mapping) else lambda key, item=item: item
            if any(is_same(step, str(value(key) or "")) for key in keys):
                return at
    if step.isdecimal() and int(step) < len(items):
        return int(step)
    known = [str(item.get(next(iter(_id_names(field)), ""), "")) for item in items if isinstance(item, Mapping)]
    known = [each for each in known if each]
    there = f"There are: {', '.join(known)}. " if known else ""
    there_zh = f"现有：{'、'.join(known)}。" if known else ""
    raise Refusal(
        f"{field.name} has no item {step}. {there}To add one: {field.name}+=…",
        f"{field.label.get('zh', field.name)}中没有“{step}”。{there_zh}新增一项：{field.name}+=…",
    )


def _id_names(field: Field) -> tuple[str, ...]:
    return tuple(each.name for each in field.by_name.values() if each.unique)


def _unknown(step: str, fields: Sequence[Field], rtype: RecordType) -> Refusal:
    from kam.rules.nearest import nearest

    words = {word: field for field in fields for word in (field.name, *field.label.values())}
    near = [words[each] for each in (nearest(step, words),) if each] or _named_like(step, fields)
    en = " or ".join(f"{each.name} ({each.label.get('en', '')})" for each in near)
    zh = "、".join(f"{each.label.get('zh', '')}（{each.name}）" for each in near)
    see, see_zh = f"See: kam explain {rtype.name}", f"查看字段：kam explain {rtype.name}"
    return Refusal(
        f"{rtype.name} has no field {step}. " + (f"Did you mean {en}?" if near else see),
        f"{rtype.label.get('zh', rtype.name)}没有“{step}”字段。" + (f"是否应为 {zh}？" if near else see_zh),
    )


def _named_like(step: str, fields: Sequence[Field]) -> list[Field]:
    """Fields whose label ends with the word, as 客户级别 does with 级别; else at most three that hold it."""
    wanted = squash(step)
    labels = [(field, squash(label)) for field in fields for label in field.label.values()]
    ending = {field.name: field for field, label in labels if wanted and label.endswith(wanted)}
    holding = {field.name: field for field, label in labels if wanted and wanted in label}
    found = ending or holding
    return list(found.values()) if len(found) <= 3 else []


def spell_path(path: FieldPath, data: Any) -> str:
    """A path as its author would name it: items by their ids, ``actions[a1].status``."""
    text = ""
    holder = data
    for part in path:
        if isinstance(part, int):
            holder = holder[part] if isinstance(holder, list) and part < len(holder) else None
            key = holder.get("id", part) if isinstance(holder, Mapping) else part
            text += f"[{key}]"
        else:
            holder = holder.get(part) if isinstance(holder, Mapping) else None
            text += f".{part}" if text else part
    return text
