"""A record's text with its YAML nodes, and changes of a few characters in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kam.load.fences import split_front_matter
from kam.load.tree import Node, parse_tree
from kam.model.problem import FieldPath, field_text


class EditError(Exception):
    """A value could not be changed without touching anything else; the message says why."""


@dataclass(slots=True)
class Source:
    """The front matter of a file as nodes.

    ``text`` has plain line feeds; ``offset`` is the character at which the front matter begins.
    """

    text: str
    front: str
    offset: int
    root: Node | None

    def line_start(self, index: int) -> int:
        """The first character of the line that holds the character ``index`` of the front matter."""
        return self.front.rfind("\n", 0, index) + 1

    def line_end(self, index: int) -> int:
        """The character behind the line that holds ``index``, its line feed included."""
        found = self.front.find("\n", index)
        return len(self.front) if found < 0 else found + 1

    def splice(self, start: int, end: int, new: str) -> str:
        """The whole text with the characters from ``start`` to ``end`` of the front matter replaced."""
        return self.text[: self.offset + start] + new + self.text[self.offset + end :]


def read_source(text: str) -> Source:
    """Parse the front matter of ``text``; raises EditError where it cannot be read."""
    parts = split_front_matter(text)
    if parts.front is None:
        raise EditError("the file has no front matter")
    tree = parse_tree(parts.front, parts.front_line)
    if tree.error is not None or tree.slips or (tree.root is not None and tree.root.kind != "map"):
        raise EditError("the front matter cannot be read; mend it first")
    return Source(text, parts.front, parts.front_at, tree.root)


def find_node(source: Source, path: FieldPath) -> tuple[Node | None, Node | None]:
    """Key node and value node at ``path`` (no key for an item of a list); None where there is no such value."""
    key: Node | None = None
    node = source.root
    for part in path:
        if node is None:
            return None, None
        key, node = _step(node, part)
    return key, node


def _step(node: Node, part: str | int) -> tuple[Node | None, Node | None]:
    if isinstance(part, int):
        items = node.items if node.kind == "list" else []
        return None, items[part] if 0 <= part < len(items) else None
    if node.kind == "map":
        for key, value in node.pairs:
            if key.text == part:
                return key, value
    return None, None


def last_character(node: Node, front: str) -> int:
    """Where a value really ends; the parser's end of a block includes the comments and empty lines behind it."""
    if node.kind == "scalar":
        if node.style in ("|", ">"):
            return node.start + len(front[node.start : node.end].rstrip())
        return node.end
    if node.flow:
        return node.end
    children = node.items or [value if value.end > key.end else key for key, value in node.pairs]
    ends = [last_character(child, front) for child in children]
    if node.kind == "map" and node.pairs:
        key, value = node.pairs[-1]
        if value.kind == "scalar" and value.start == value.end:
            ends.append(front.find(":", key.end) + 1)
    return max([node.start, *ends])


def plain_value(node: Node | None) -> Any:
    """The tree as texts, lists and maps, to compare two versions of a file."""
    if node is None:
        return {}
    if node.kind == "map":
        return {key.text: plain_value(value) for key, value in node.pairs}
    if node.kind == "list":
        return [plain_value(item) for item in node.items]
    return node.text if node.text or node.style else None


def assert_only_changed(before: Source, after_text: str, path: FieldPath, new: Any) -> None:
    """Parse ``after_text`` and make sure that it differs from ``before`` in the value at ``path`` alone.

    ``new`` is a parsed tree's plain value, or ``GONE``.
    """
    wanted = put(plain_value(before.root), path, new)
    found = plain_value(read_source(after_text).root)
    if wanted != found:
        raise EditError(f"{field_text(path)} cannot be changed without changing something else")


GONE = object()


def put(holder: Any, path: FieldPath, new: Any) -> Any:
    """``holder`` with the value at ``path`` set, appended or (for ``GONE``) taken out."""
    if not path:
        return new
    first, rest = path[0], path[1:]
    if isinstance(first, int):
        items = list(holder) if isinstance(holder, list) else []
        if rest:
            items[first] = put(items[first], rest, new)
        elif new is GONE:
            del items[first]
        elif first == len(items):
            items.append(new)
        else:
            items[first] = new
        return items
    data = dict(holder) if isinstance(holder, dict) else {}
    if not rest and new is GONE:
        data.pop(first, None)
    else:
        data[first] = put(data.get(first, {}), rest, new)
    return data
