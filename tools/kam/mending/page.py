"""A file as fixes see it: its text, the values with their places, and what is around it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kam.load import load_document
from kam.load.characters import HARMLESS
from kam.load.fences import Parts, find_conflict, split_front_matter
from kam.load.mend import Reading, read_front
from kam.load.resolve import Resolved, resolve
from kam.load.tree import Node, parse_tree
from kam.load.way import ENTRIES, Way, way_of
from kam.mending.patch import Patch, Span, replace_spans
from kam.model.problem import FieldPath, Problem
from kam.model.schema import Field, RecordType
from kam.write.edit import field_at

if TYPE_CHECKING:
    from kam.settings import Settings

BOM = "\ufeff"
STEP = re.compile(r"([^.\[\]]+)|\[([0-9]+)\]")


@dataclass(frozen=True)
class Around:
    """What of the portfolio a fix may need: the settings, and the contacts (id → name) of an account."""

    settings: Settings
    contacts: Callable[[str], Mapping[str, str]] = lambda account: {}


@dataclass(frozen=True)
class Page:
    """The file ``path`` of the type ``rtype``, with the content ``raw``."""

    path: str
    raw: bytes
    rtype: RecordType
    around: Around

    @property
    def account(self) -> str:
        """The account whose folder the file is in."""
        return self.path.split("/")[1]

    @property
    def settings(self) -> Settings:
        """The settings of the portfolio."""
        return self.around.settings

    @cached_property
    def full(self) -> str | None:
        """The content as text with its own line ends and byte order mark; None where it is not UTF-8."""
        try:
            return None if len(self.raw) > self.way.limit else self.raw.decode("utf-8")
        except UnicodeDecodeError:
            return None

    @cached_property
    def text(self) -> str:
        """The text as the loader reads it: plain line feeds, no byte order mark."""
        full = (self.full or "").removeprefix(BOM)
        return full.replace("\r\n", "\n").replace("\r", "\n") if "\r" in full else full

    @cached_property
    def way(self) -> Way:
        """How files of this type are read."""
        return way_of(self.rtype)

    @cached_property
    def parts(self) -> Parts:
        """The text cut at its fences."""
        return split_front_matter(self.text)

    @cached_property
    def problems(self) -> Sequence[Problem]:
        """What the loader says of the file."""
        types = self.settings.types
        return load_document(self.path, self.raw, self.rtype, account=self.account, types=types).problems

    @cached_property
    def is_in_conflict(self) -> bool:
        """Whether a merge waits for somebody to choose."""
        return find_conflict(self.text) is not None

    @cached_property
    def reading(self) -> Reading | None:
        """The front matter as the loader reads it, slips mended; None where there is none."""
        if self.parts.front is None:
            return None
        return read_front(self.parts.front.translate(HARMLESS), self.parts.front_line, self.way.plan)

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """All values that can be read, with None for those in a list that cannot."""
        return self.reading.resolved.data if self.reading and self.reading.resolved else {}

    @cached_property
    def resolved(self) -> Resolved | None:
        """The values with their nodes as the text stands there; None where its YAML has to be mended first."""
        if self.parts.front is None or self.reading is None or self.reading.mended:
            return None
        front = self.parts.front.translate(HARMLESS)
        tree = parse_tree(front, self.parts.front_line)
        if tree.error is not None or tree.root is None or tree.root.kind != "map":
            return None
        return resolve(tree.root, self.way.plan, front)

    @cached_property
    def _lines(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    def line_span(self, number: int) -> tuple[int, int]:
        """Where line ``number`` (from 1) of the text begins and ends, without its line feed."""
        start = self._lines[number - 1]
        end = self._lines[number] - 1 if number < len(self._lines) else len(self.text)
        return start, end

    def line(self, number: int) -> str:
        """Line ``number``, from 1; empty where there is none."""
        if not 1 <= number <= len(self._lines):
            return ""
        start, end = self.line_span(number)
        return self.text[start:end]

    def line_of(self, index: int) -> int:
        """The line, from 1, of the character at ``index`` of the text."""
        return bisect_left(self._lines, index + 1)

    def path_of(self, problem: Problem) -> FieldPath:
        """The path of the value that a problem is about, from the top of the file; empty where it names none."""
        steps: list[str | int] = [int(m[2]) if m[2] else m[1] for m in STEP.finditer(problem.field)]
        if not self.way.is_ledger or not steps or steps[0] == ENTRIES:
            return tuple(steps)
        index = self._entries.get(problem.record.rpartition("#")[2])
        return () if index is None else (ENTRIES, index, *steps)

    @cached_property
    def _entries(self) -> Mapping[str, int]:
        """Id → place of the entries of a ledger; those that share an id are not told apart."""
        entries = self.values.get(ENTRIES)
        named = [
            (entry["id"], index)
            for index, entry in enumerate(entries if isinstance(entries, list) else ())
            if isinstance(entry, dict) and isinstance(entry.get("id"), str)
        ]
        counts = Counter(name for name, _ in named)
        return {name: index for name, index in named if counts[name] == 1}

    def node(self, path: FieldPath) -> Node | None:
        """The value at ``path``; None where it cannot be read, or is no single value in one line."""
        node = self.resolved.nodes.get(path) if self.resolved and path else None
        if node is None or node.kind != "scalar" or node.broken or node.style in ("|", ">"):
            return None
        return None if "\n" in self.source_of(node) else node

    def is_in_brackets(self, path: FieldPath) -> bool:
        """Whether the list that an item belongs to stands between brackets."""
        holder = self.resolved.nodes.get(path[:-1]) if self.resolved else None
        return holder is not None and holder.flow

    def source_of(self, node: Node) -> str:
        """The characters of a value as they stand there, quotes included."""
        return (self.parts.front or "")[node.start : node.end]

    def field(self, path: FieldPath) -> Field | None:
        """What the schema says of the value at ``path``."""
        return field_at(self.rtype, path)

    def value(self, path: FieldPath) -> Any:
        """The value at ``path`` as it was read; None where there is none."""
        found: Any = self.values
        for part in path:
            try:
                found = found[part]
            except (KeyError, IndexError, TypeError):
                return None
        return found

    def replace(self, path: FieldPath, written: str, *, note: tuple[str, str] = ("", "")) -> Patch | None:
        """The patch that writes ``written`` in place of the value at ``path``."""
        node = self.node(path)
        if node is None or not written or self.source_of(node) == written:
            return None
        at = self.parts.front_at
        return Patch((Span(at + node.start, at + node.end, written),), (path,), note=note)

    def apply(self, spans: Iterable[Span]) -> Page:
        """The page with spans of its text replaced; its line ends and byte order mark stay as they are."""
        return self.with_raw(replace_spans(self.full or "", map(self._own_span, spans)).encode("utf-8"))

    def with_raw(self, raw: bytes) -> Page:
        """The page with another content."""
        return Page(self.path, raw, self.rtype, self.around)

    @cached_property
    def _returns(self) -> list[int]:
        """The line feeds of the text that are two characters in the file."""
        full = (self.full or "").removeprefix(BOM)
        return [match.start() - count for count, match in enumerate(re.finditer("\r\n", full))]

    def _own_span(self, span: Span) -> Span:
        new = span.new.replace("\n", "\r\n") if self._returns else span.new
        return Span(self.own_index(span.start), self.own_index(span.end), new)

    def own_index(self, index: int) -> int:
        """Where the character at ``index`` of the text stands in the file's own text."""
        return index + bisect_left(self._returns, index) + (self.full or "").startswith(BOM)
