"""Single values changed in the text of a record: comments, order, quotes and line ends stay byte for byte.

After each change the text is parsed again, and it is an error if anything but that value has changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kam.load.tree import Node, parse_tree
from kam.model.problem import FieldPath
from kam.model.schema import Field, RecordType
from kam.write.render import render_value
from kam.write.splice import (
    GONE,
    EditError,
    Source,
    assert_only_changed,
    find_node,
    last_character,
    plain_value,
    read_source,
)

BOM = "\ufeff"


def replace_value(text: str, rtype: RecordType, path: FieldPath, value: Any) -> str:
    """The text of a file with the value at ``path`` replaced. In a ledger, paths begin with ``("entries", i)``.

    Raises EditError where there is no such value or the front matter cannot be read.
    """
    return _keeping_line_ends(text, lambda plain: _replace(plain, rtype, path, value))


def set_value(text: str, rtype: RecordType, path: FieldPath, value: Any) -> str:
    """Replace the value at ``path``, or add it where the schema's order puts it.

    What is missing on the way is made. A number that is the list's length adds an item to the list.
    """
    return _keeping_line_ends(text, lambda plain: _set(plain, rtype, path, value))


def remove_value(text: str, rtype: RecordType, path: FieldPath) -> str:
    """The text without the value at ``path`` and its key; a map or list that becomes empty goes with it."""
    return _keeping_line_ends(text, lambda plain: _remove(plain, path))


def _keeping_line_ends(text: str, change: Any) -> str:
    mark = BOM if text.startswith(BOM) else ""
    text = text.removeprefix(BOM)
    if "\r\n" not in text:
        return mark + str(change(text))
    if text.count("\r\n") != text.count("\n"):
        raise EditError("the file mixes two kinds of line ends")
    return mark + str(change(text.replace("\r\n", "\n"))).replace("\n", "\r\n")


def _replace(text: str, rtype: RecordType, path: FieldPath, value: Any) -> str:
    source = read_source(text)
    key, node = find_node(source, path)
    if node is None or not path:
        raise EditError(f"there is no value at {path}")
    field = field_at(rtype, path)
    if _is_in_flow(source, path):
        new = source.splice(node.start, _end(node, source), render_value(value, field, flow=True)[1:])
    elif key is not None:
        new = _replace_behind_key(source, key, node, value, field)
    else:
        new = _replace_item(source, node, value, field)
    return _checked(source, new, path, value, field)


def _replace_behind_key(source: Source, key: Node, node: Node, value: Any, field: Field | None) -> str:
    indent = " " * (key.column - 1)
    rendered = render_value(value, field, indent=indent)
    end = _end(node, source)
    if node.kind == "scalar" and node.start < node.end and not rendered.startswith("\n"):
        rest = source.front[end : source.line_end(end)].strip()
        if "\n" not in rendered or not rest:
            return source.splice(node.start, end, rendered[1:])
    colon = source.front.index(":", key.end) + 1
    return source.splice(colon, max(colon, end), rendered)


def _replace_item(source: Source, node: Node, value: Any, field: Field | None) -> str:
    start = source.line_start(node.start)
    dash = source.front.rfind("-", start, node.start)
    if dash < 0:
        raise EditError("the item stands on a line of its own, apart from its hyphen")
    indent = " " * (dash - start)
    rendered = _item_text(value, field, indent)
    return source.splice(dash, _end(node, source), rendered.lstrip(" "))


def _item_text(value: Any, field: Field | None, indent: str) -> str:
    """An item of a block list, from its indentation to its end."""
    if isinstance(value, dict):
        rendered = render_value([value], _listed(field), indent=indent[2:])
        lines = rendered.lstrip("\n").split("\n")
        shift = len(indent) - (len(lines[0]) - len(lines[0].lstrip(" ")))
        return "\n".join(" " * shift + line if shift > 0 and line else line for line in lines)
    return f"{indent}-{render_value(value, field, indent=indent)}"


def _listed(field: Field | None) -> Field | None:
    if field is None:
        return None
    return Field(name=field.name, kind=field.kind, label=field.label, help=field.help, items=field)


def _set(text: str, rtype: RecordType, path: FieldPath, value: Any) -> str:
    source = read_source(text)
    _, node = find_node(source, path)
    if node is not None and path:
        return _replace(text, rtype, path, value)
    if not path:
        raise EditError("no field is named")
    _, holder = find_node(source, path[:-1])
    name = path[-1]
    if holder is None or (holder.kind == "scalar" and not holder.text):
        if len(path) == 1:
            return _fill_empty(source, rtype, path, value)
        if isinstance(name, int) and name:
            raise EditError(f"there is no place for item {name}")
        made = {name: value} if isinstance(name, str) else [value]
        return _set(text, rtype, path[:-1], made)
    field = field_at(rtype, path)
    if isinstance(name, int):
        if holder.kind != "list" or name != len(holder.items):
            raise EditError(f"there is no place for item {name}")
        new = _append(source, holder, value, field)
    else:
        if holder.kind != "map":
            raise EditError(f"{path[-2]} holds no fields")
        new = _insert(source, holder, name, value, _siblings(rtype, path))
    return _checked(source, new, path, value, field)


def _fill_empty(source: Source, rtype: RecordType, path: FieldPath, value: Any) -> str:
    field = field_at(rtype, path)
    new = source.splice(len(source.front), len(source.front), f"{path[0]}:{render_value(value, field)}\n")
    return _checked(source, new, path, value, field)


def _insert(source: Source, holder: Node, name: str, value: Any, siblings: Sequence[Field]) -> str:
    field = next((f for f in siblings if f.name == name), None)
    if holder.flow:
        return _insert_in_flow(source, holder, f"{name}:{render_value(value, field, flow=True)}", name, siblings)
    before = _pair_before(holder, name, siblings)
    column = holder.pairs[0][0].column - 1
    line = f"{' ' * column}{name}:{render_value(value, field, indent=' ' * column)}\n"
    first = holder.pairs[0][0]
    if before is None and source.front[source.line_start(first.start) : first.start].strip():
        before = holder.pairs[0]
    if before is None:
        start = source.line_start(first.start)
        return source.splice(start, start, line)
    end = source.line_end(max(_end(before[1], source), before[0].end))
    if end and source.front[end - 1] != "\n":
        line = f"\n{line}"
    return source.splice(end, end, line)


def _insert_in_flow(source: Source, holder: Node, entry: str, name: str, siblings: Sequence[Field]) -> str:
    before = _pair_before(holder, name, siblings)
    if before is not None:
        end = max(before[0].end, before[1].end)
        return source.splice(end, end, f", {entry}")
    start = holder.start + 1
    return source.splice(start, start, f"{entry}, " if holder.pairs else entry)


def _pair_before(holder: Node, name: str, siblings: Sequence[Field]) -> tuple[Node, Node] | None:
    """The last pair that stands before the new one in the schema's order; the very last for a name it does not know."""
    order = {f.name: i for i, f in enumerate(siblings)}
    place = order.get(name, len(order))
    found = None
    for pair in holder.pairs:
        if order.get(pair[0].text, len(order)) < place or name not in order:
            found = pair
    return found


def _append(source: Source, holder: Node, value: Any, field: Field | None) -> str:
    if holder.flow:
        rendered = render_value(value, field, flow=True)[1:]
        if holder.items:
            end = _end(holder.items[-1], source)
            return source.splice(end, end, f", {rendered}")
        return source.splice(holder.start + 1, holder.start + 1, rendered)
    end = source.line_end(_end(holder, source))
    line = _item_text(value, field, " " * (holder.column - 1)) + "\n"
    return source.splice(end, end, line if source.front[end - 1] == "\n" else f"\n{line}")


def _remove(text: str, path: FieldPath) -> str:
    source = read_source(text)
    key, node = find_node(source, path)
    if node is None or not path:
        raise EditError(f"there is no value at {path}")
    _, holder = find_node(source, path[:-1])
    if holder is None:
        raise EditError(f"there is no value at {path}")
    if len(holder.pairs) + len(holder.items) == 1 and len(path) > 1:
        return _remove(text, path[:-1])
    if holder.flow:
        index = holder.items.index(node) if key is None else [p[0] for p in holder.pairs].index(key)
        new = source.splice(*_flow_span(source, holder, index), "")
    else:
        new = source.splice(*_block_span(source, holder, key, node), "")
    assert_only_changed(source, new, path, GONE)
    return new


def _flow_span(source: Source, holder: Node, index: int) -> tuple[int, int]:
    spans = [(key.start, max(key.end, value.end)) for key, value in holder.pairs]
    spans = spans or [(item.start, item.end) for item in holder.items]
    if index:
        return spans[index - 1][1], spans[index][1]
    return spans[0][0], spans[1][0] if len(spans) > 1 else spans[0][1]


def _block_span(source: Source, holder: Node, key: Node | None, node: Node) -> tuple[int, int]:
    if key is None:
        start = source.line_start(node.start)
        if source.front[start : source.front.rfind("-", start, node.start)].strip(" "):
            raise EditError("the item shares its line with another list")
        return start, source.line_end(_end(node, source))
    end = source.line_end(max(key.end, _end(node, source)))
    start = source.line_start(key.start)
    if source.front[start : key.start].strip():
        following = holder.pairs[1][0] if len(holder.pairs) > 1 else None
        return key.start, following.start if following else end
    return start, end


def _checked(source: Source, new: str, path: FieldPath, value: Any, field: Field | None) -> str:
    probe = parse_tree(f"probe:{render_value(value, field)}\n", 1)
    made = plain_value(probe.root).get("probe") if probe.root else None
    assert_only_changed(source, new, path, made)
    return new


def _end(node: Node, source: Source) -> int:
    return last_character(node, source.front)


def _is_in_flow(source: Source, path: FieldPath) -> bool:
    return any(node is not None and node.flow for node in (find_node(source, path[:i])[1] for i in range(len(path))))


def field_at(rtype: RecordType, path: FieldPath) -> Field | None:
    """The field that ``path`` leads to; for an item of a list, the list's items."""
    fields = {f.name: f for f in rtype.fields}
    if rtype.layout == "ledger":
        path = path[2:]
    found: Field | None = None
    for part in path:
        found = (found.items if found else None) if isinstance(part, int) else fields.get(part)
        fields = dict(found.by_name) if found else {}
    return found


def _siblings(rtype: RecordType, path: FieldPath) -> Sequence[Field]:
    above = path[:-1]
    if not above or (rtype.layout == "ledger" and len(above) == 2):
        return rtype.fields
    field = field_at(rtype, above)
    return tuple(field.by_name.values()) if field else ()
