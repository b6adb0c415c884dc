"""The YAML of a front matter as nodes that know where they stand. Used where a file has a problem or is to be edited.

Only events of the C parser are taken, one at a time, so that neither depth nor size can hurt.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import Any

from yaml import YAMLError
from yaml.cyaml import CParser  # type: ignore[attr-defined]
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from kam.load.slip import Slip

MAX_DEPTH = 24
MAX_NODES = 250_000
NULL_KEYS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(slots=True)
class Node:
    """One value or key. ``line`` and ``column`` count from 1 in the file, ``start`` and ``end`` are characters of the
    front matter. ``style`` is empty for plain text, else the quote or block sign; ``broken`` values were reported.
    """

    kind: str
    line: int
    column: int
    start: int
    end: int
    text: str = ""
    style: str = ""
    flow: bool = False
    broken: bool = False
    items: list[Node] = field(default_factory=list)
    pairs: list[tuple[Node, Node]] = field(default_factory=list)


@dataclass(slots=True)
class Tree:
    """``root`` is None where the YAML could not be read to its end; ``error`` then says what the parser met and
    ``reached`` the last line (in the front matter, from 0) that it had understood. ``blocks`` are the first and last
    lines of quoted and block texts."""

    root: Node | None = None
    slips: list[Slip] = field(default_factory=list)
    error: YAMLError | None = None
    reached: int = 0
    blocks: list[tuple[int, int]] = field(default_factory=list)


class _Stop(Exception):
    """A limit was passed."""


def parse_tree(front: str, first_line: int) -> Tree:
    """Read the front matter ``front``, whose first line is line ``first_line`` of the file."""
    return _Builder(front, first_line).build()


class _Builder:
    def __init__(self, front: str, first_line: int) -> None:
        self.front, self.first_line = front, first_line
        self.tree = Tree()
        self.stack: list[Node] = []
        self.keys: list[Node | None] = []
        self.count = 0
        self.documents = 0

    def build(self) -> Tree:
        parser = CParser(self.front)
        try:
            while (event := parser.get_event()) is not None:
                self._take(event)
        except YAMLError as error:
            self.tree.error, self.tree.root = error, None
        except _Stop:
            self.tree.root = None
        finally:
            parser.dispose()
        return self.tree

    def _take(self, event: Any) -> None:
        kind = type(event)
        if kind in (StreamStartEvent, StreamEndEvent, DocumentEndEvent):
            return
        self.tree.reached = event.end_mark.line
        if kind is DocumentStartEvent:
            self.documents += 1
            if self.documents > 1 or event.explicit:
                self._slip("not-a-mapping", event, "second")
                raise _Stop
        elif kind is ScalarEvent:
            self._take_scalar(event)
        elif kind is AliasEvent:
            self._slip("anchor", event, "alias", name=str(event.anchor))
            self._put(self._node("scalar", event, broken=True))
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            self._open(event, "map" if kind is MappingStartEvent else "list")
        else:
            node = self.stack.pop()
            self.keys.pop()
            node.end = event.end_mark.index
            if kind is MappingEndEvent:
                self._check_keys(node)

    def _take_scalar(self, event: Any) -> None:
        broken = self._check_marks(event)
        node = self._node("scalar", event, text=event.value, style=event.style or "", broken=broken)
        if event.style and event.end_mark.line > event.start_mark.line:
            self.tree.blocks.append((event.start_mark.line, event.end_mark.line))
        self._put(node)

    def _open(self, event: Any, kind: str) -> None:
        node = self._node(kind, event, flow=bool(event.flow_style), broken=self._check_marks(event))
        if len(self.stack) >= MAX_DEPTH:
            self._slip("too-deep", event, limit=str(MAX_DEPTH))
            raise _Stop
        self._put(node)
        self.stack.append(node)
        self.keys.append(None)

    def _put(self, node: Node) -> None:
        self.count += 1
        if self.count > MAX_NODES:
            self.tree.slips.append(Slip("too-large", node.line, node.column, "nodes", {"limit": f"{MAX_NODES:,}"}))
            raise _Stop
        if not self.stack:
            self.tree.root = node
            return
        holder = self.stack[-1]
        if holder.kind == "list":
            holder.items.append(node)
            return
        key = self.keys[-1]
        if key is None:
            self.keys[-1] = node
        else:
            holder.pairs.append((key, node))
            self.keys[-1] = None

    def _node(self, kind: str, event: Any, **more: Any) -> Node:
        start, end = event.start_mark, event.end_mark
        return Node(kind, start.line + self.first_line, start.column + 1, start.index, end.index, **more)

    def _check_marks(self, event: Any | MappingStartEvent | SequenceStartEvent) -> bool:
        if event.tag is not None:
            self._slip("tag", event, tag=self._word_at(event))
            return True
        if event.anchor is not None:
            self._slip("anchor", event, name=str(event.anchor))
            return True
        return False

    def _word_at(self, event: Any) -> str:
        word = self.front[event.start_mark.index :].split("\n", 1)[0].split(" ", 1)[0]
        return word[:60]

    def _check_keys(self, node: Node) -> None:
        seen: dict[str, Node] = {}
        kept = []
        for key, value in node.pairs:
            if not self._is_text_key(key):
                continue
            first = seen.get(key.text)
            if first is not None:
                args = {"name": key.text[:60], "first": str(first.line)}
                self.tree.slips.append(Slip("duplicate-key", key.line, key.column, args=args))
                continue
            seen[key.text] = key
            kept.append((key, value))
        node.pairs = kept

    def _is_text_key(self, key: Node) -> bool:
        if key.broken:
            return False
        if key.kind != "scalar":
            words = "braces" if key.flow and self.front.startswith("{", key.start) else "default"
            self.tree.slips.append(Slip("key-not-text", key.line, key.column, words))
            return False
        if not key.style and key.text in NULL_KEYS:
            self.tree.slips.append(Slip("key-not-text", key.line, key.column, "null"))
            return False
        if not key.style and key.text == "<<":
            self.tree.slips.append(Slip("merge-key", key.line, key.column))
            return False
        plain = unicodedata.normalize("NFKC", key.text).strip()
        if plain != key.text:
            args = {"name": key.text[:60], "fixed": plain[:60]}
            rule = "odd-space" if key.text.strip("\u3000\xa0") == plain else "odd-key"
            self.tree.slips.append(Slip(rule, key.line, key.column, "key" if rule == "odd-space" else "default", args))
            return False
        return True

    def _slip(self, rule: str, event: Any, key: str = "default", **args: str) -> None:
        mark = event.start_mark
        slip = Slip(rule, mark.line + self.first_line, mark.column + 1, key, args)
        last = self.tree.slips[-1] if self.tree.slips else None
        if last is None or (last.rule, last.line) != (slip.rule, slip.line):
            self.tree.slips.append(slip)
