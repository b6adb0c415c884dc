"""Adds and changes entries of ``people.yml`` and ``products.yml`` without disturbing anything else in them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import yaml

from kam.model.record import Data, Value
from kam.settings.yaml_reader import load_yaml_with_lines

PLAIN = re.compile(r"[^\W\d_][\w .&/()-]*(?<![ ])\Z")
WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n", "~"})


class SpliceError(Exception):
    """A settings file of a form that cannot be added to; nothing is written."""


def render_scalar(value: Value) -> str:
    """One value in flow form: text plain where nothing could misread it, else in double quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(render_scalar(each) for each in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {render_scalar(each)}" for name, each in value.items()) + "}"
    if not isinstance(value, str):
        return format(value, "f") if not isinstance(value, int) else str(value)
    if PLAIN.match(value) and value.casefold() not in WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)


def add_things(text: str, top: str, things: Mapping[str, Data]) -> str:
    """The file with new entries behind the last one under ``top``. Raises SpliceError where that cannot be done."""
    if not things:
        return text
    node = _top_node(text, top)
    indent = node.value[0][0].start_mark.column if node is not None and node.value and not node.flow_style else 2
    block = "".join(_render_thing(name, data, indent) for name, data in things.items())
    if node is None:
        made = _under_empty(text, top, block) if top in _values(text) else f"{_ended(text)}{top}:\n{block}"
    elif not node.value:
        made = text[: node.start_mark.index].rstrip(" ") + "\n" + block + text[node.end_mark.index :].lstrip("\n")
    elif node.flow_style:
        raise SpliceError(top)
    else:
        at = _end_of(text, node)
        made = _ended(text[:at]) + block + text[at:]
    return _checked(text, made, {top: {**(_values(text).get(top) or {}), **{k: _plain(v) for k, v in things.items()}}})


def set_thing_field(text: str, top: str, thing: str, name: str, value: Value | None) -> str:
    """The file with one field of one entry changed, added, or (None) taken away."""
    node = _child(_top_node(text, top), thing)
    if node is None:
        raise SpliceError(thing)
    wanted = dict(_values(text)[top][thing])
    old = _child(node, name)
    if value is None:
        wanted.pop(name, None)
        made = text if old is None else _cut(text, node, name)
    else:
        wanted[name] = _plain(value)
        if old is not None:
            made = text[: old.start_mark.index] + render_scalar(value) + text[_last_index(old) :]
        elif node.flow_style:
            at = node.end_mark.index - 1
            made = f"{text[:at].rstrip()}, {name}: {render_scalar(value)}{text[at:]}"
        else:
            at = _end_of(text, node)
            column = node.value[0][0].start_mark.column
            made = f"{_ended(text[:at])}{' ' * column}{name}: {render_scalar(value)}\n{text[at:]}"
    return _checked(text, made, {top: {**_values(text)[top], thing: wanted}})


def _render_thing(name: str, data: Data, indent: int) -> str:
    pad = " " * indent
    lines = [f"{pad}{render_scalar(name)}:"]
    lines += [f"{pad}  {field}: {render_scalar(value)}" for field, value in data.items()]
    return "".join(f"{line}\n" for line in lines)


def _values(text: str) -> dict[str, Any]:
    found = load_yaml_with_lines("", text.encode(), empty_ok=True)
    if found.problems:
        raise SpliceError("yaml")
    return found.value if isinstance(found.value, dict) else {}


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=float)) if isinstance(value, dict | list) else value


def _checked(before: str, after: str, wanted: Mapping[str, Any]) -> str:
    """The new text, if it says exactly what the old one said plus what was wanted."""
    if json.dumps(_values(after), default=float) != json.dumps({**_values(before), **wanted}, default=float):
        raise SpliceError("splice")
    return after


def _top_node(text: str, top: str) -> yaml.MappingNode | None:
    found = _child(yaml.compose(text, Loader=yaml.CSafeLoader), top)
    return found if isinstance(found, yaml.MappingNode) else None


def _child(node: yaml.Node | None, name: str) -> Any:
    if not isinstance(node, yaml.MappingNode):
        return None
    found = next((value for key, value in node.value if key.value == name), None)
    return (
        None if isinstance(found, yaml.ScalarNode) and found.value in {"", "~", "null"} and not found.style else found
    )


def _last_index(node: yaml.Node) -> int:
    """Index behind the last character of a value, without the comments and blank lines that the parser counts in."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _last_index(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)


def _end_of(text: str, node: yaml.Node) -> int:
    """Index of the line behind the last line of a block."""
    at = text.find("\n", max(_last_index(node) - 1, 0))
    return len(text) if at < 0 else at + 1


def _cut(text: str, node: yaml.MappingNode, name: str) -> str:
    key, value = next(pair for pair in node.value if pair[0].value == name)
    if node.flow_style:
        raise SpliceError(name)
    start = text.rfind("\n", 0, key.start_mark.index) + 1
    return text[:start] + text[_end_of(text, value) :]


def _under_empty(text: str, top: str, block: str) -> str:
    """The block below a ``top:`` that has nothing under it yet but is not the last thing in the file."""
    found = re.search(rf"(?m)^{top}:[^\n]*\n?", text)
    if found is None:
        raise SpliceError(top)
    return text[: found.start()] + f"{top}:\n" + block + text[found.end() :]


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"
