"""The slow way through a file: everything with its place, for a file that is not plainly in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kam.load.body import check_body
from kam.load.characters import HARMLESS, find_characters
from kam.load.decode import decode
from kam.load.fences import Parts, find_conflict, split_front_matter
from kam.load.mend import read_front
from kam.load.misplaced import NO_TYPES, Types, find_misplaced
from kam.load.resolve import Resolved
from kam.load.slip import Slip
from kam.load.tree import Node
from kam.load.way import ENTRIES, Way
from kam.model.problem import FieldPath, Level, Problem, field_text
from kam.model.record import Data, Document, Record
from kam.schema_check import SchemaSlip, find_schema_slips, unknown_field

MAX_GUESSES = 50
"""For so many unknown fields of a file the name that was probably meant is looked for."""


def load_carefully(path: str, name: str, raw: bytes, way: Way, account: str, types: Types = NO_TYPES) -> Document:
    """Records and problems of the file ``path``; ``name`` is the record's id and ``types`` what else it could be."""
    return _Careful(path, name, raw, way, account, types).load()


def locate_values(raw: bytes, way: Way) -> Mapping[FieldPath, tuple[int, int]]:
    """Line and column of every value; empty where the file cannot be read."""
    text, _ = decode(raw, way.limit)
    parts = split_front_matter(text) if text is not None else Parts()
    if parts.front is None:
        return {}
    front = parts.front.translate(HARMLESS)
    resolved = read_front(front, parts.front_line, way.plan).resolved
    return resolved.places if resolved else {}


class _Careful:
    def __init__(self, path: str, name: str, raw: bytes, way: Way, account: str, types: Types) -> None:
        self.types = types
        self.path, self.name, self.raw, self.way, self.account = path, name, raw, way, account
        self.slips: list[Slip] = []
        self.body = ""
        self.resolved: Resolved | None = None

    def load(self) -> Document:
        text, slips = decode(self.raw, self.way.limit)
        self.slips += slips
        if text is not None:
            self._read(text)
        records = self._ledger_records() if self.way.is_ledger else [self._record()]
        document = Document(self.path, records)
        document.problems = sorted(self._problems(), key=lambda p: p.sort_key)
        return document

    def _read(self, text: str) -> None:
        parts = split_front_matter(text)
        self.slips += parts.slips
        self.slips += find_characters(text, parts.body_line)
        conflict = find_conflict(text)
        if conflict:
            self.slips.append(conflict)
        self.body = parts.body.strip("\n") if parts.front is not None else ""
        if parts.front is None or (conflict and conflict.line < parts.body_line):
            return
        self.slips += check_body(parts.body, parts.body_line)
        self._read_front(parts)

    def _read_front(self, parts: Parts) -> None:
        front = (parts.front or "").translate(HARMLESS)
        reading = read_front(front, parts.front_line, self.way.plan)
        self.slips += reading.slips
        root = reading.tree.root
        if root is not None and reading.resolved is not None and self._is_misplaced(root):
            return
        self.resolved = reading.resolved
        if self.resolved is not None:
            self.slips += self.resolved.slips
            self._check_schema(self.resolved)
        elif root is not None:
            key = "list" if root.kind == "list" else "default"
            self.slips.append(Slip("not-a-mapping", root.line, root.column, key))
        elif not reading.slips:
            self.slips.append(Slip("no-front-matter", 1, 1, "nothing-in-it"))

    def _is_misplaced(self, root: Node) -> bool:
        """Say so where these are the fields of another record type."""
        found = find_misplaced(self.way.rtype, root, self.types)
        if found is not None:
            self.slips.append(Slip("wrong-folder", 2, 1, args=found))
        return found is not None

    def _check_schema(self, resolved: Resolved) -> None:
        meant = set()
        entries = resolved.data.get(ENTRIES) if self.way.is_ledger else None
        bare = self.way.is_ledger and entries is None and (ENTRIES,) not in resolved.left_out
        if bare:
            known = any(self._inner(path)[0] in self.way.rtype.by_name for path in resolved.unknown)
            self.slips.append(Slip("no-entries", 2, 1, "bare" if known else "default"))
        for count, path in enumerate(resolved.unknown):
            if bare and path[0] in self.way.rtype.by_name:
                continue
            slip = unknown_field(self.way.rtype, self._inner(path), guess=count < MAX_GUESSES)
            if "near" in slip.args:
                meant.add((*path[:-1], slip.args["near"]))
            self._add_schema(slip, self._prefix(path), resolved)
        resolved.left_out |= meant - resolved.places.keys()
        if not self.way.is_ledger:
            self._check_record(resolved.data, (), resolved)
        elif entries is not None:
            self._check_entries(entries, resolved)

    def _check_entries(self, entries: Any, resolved: Resolved) -> None:
        for index, entry in enumerate(entries):
            if entry is not None:
                self._check_record(entry, (ENTRIES, index), resolved)
        self._check_order(entries, resolved)

    def _check_record(self, data: Data, prefix: FieldPath, resolved: Resolved) -> None:
        for slip in find_schema_slips(self.way.rtype, data):
            self._add_schema(slip, prefix, resolved)

    def _add_schema(self, slip: SchemaSlip, prefix: FieldPath, resolved: Resolved) -> None:
        path = (*prefix, *slip.path)
        if _is_under(path, resolved.left_out):
            return
        line, column = _place(path, resolved, of_key=slip.rule == "unknown-field")
        self.slips.append(Slip(slip.rule, line, column, slip.key, slip.args, path))

    def _check_order(self, entries: list[Any], resolved: Resolved) -> None:
        seen: dict[str, int] = {}
        last = ""
        for index, entry in enumerate(entries):
            name = entry.get("id") if entry is not None else None
            if not isinstance(name, str):
                continue
            line, column = resolved.places[(ENTRIES, index, "id")]
            path = (ENTRIES, index, "id")
            if name in seen:
                first = resolved.places[(ENTRIES, seen[name], "id")][0]
                args = {"value": name, "name": "id", "first": str(first)}
                self.slips.append(Slip("duplicate-id", line, column, args=args, path=path))
            elif name < last:
                self.slips.append(Slip("ledger-order", line, column, args={"value": name, "before": last}, path=path))
            seen.setdefault(name, index)
            last = max(last, name)

    def _inner(self, path: FieldPath) -> FieldPath:
        return path[2:] if self.way.is_ledger and len(path) > 2 else path

    def _prefix(self, path: FieldPath) -> FieldPath:
        return path[:2] if self.way.is_ledger and len(path) > 2 else ()

    def _record(self) -> Record:
        data = _prune(self.resolved.data) if self.resolved else {}
        faulty = any(s.weight is Level.ERROR for s in self.slips)
        return Record(self.name, self.way.rtype.name, self.account, self.path, data, self.body, faulty)

    def _ledger_records(self) -> list[Record]:
        entries: Any = self.resolved.data.get(ENTRIES, []) if self.resolved else []
        wrong = [s for s in self.slips if s.weight is Level.ERROR]
        whole = any(s.path[:1] != (ENTRIES,) or len(s.path) < 2 for s in wrong)
        faulty = {s.path[1] for s in wrong if len(s.path) > 1}
        records, seen = [], set()
        for index, entry in enumerate(entries):
            name = entry.get("id") if entry is not None else None
            if isinstance(name, str) and name not in seen:
                seen.add(name)
                bad = whole or index in faulty
                record = Record(
                    f"{self.name}#{name}", self.way.rtype.name, self.account, self.path, _prune(entry), "", bad
                )
                records.append(record)
        return records

    def _problems(self) -> Iterator[Problem]:
        for slip in self.slips:
            yield Problem(
                self.path, slip.line, slip.column, slip.rule, slip.weight, slip.key, slip.args,
                self._record_id(slip.path), field_text(self._inner(slip.path)),
            )  # fmt: skip

    def _record_id(self, path: FieldPath) -> str:
        if not self.way.is_ledger:
            return self.name
        if len(path) > 1 and self.resolved:
            entry: Any = self.resolved.data.get(ENTRIES, [])
            entry = entry[path[1]] if isinstance(path[1], int) and path[1] < len(entry) else None
            if isinstance(entry, dict) and isinstance(entry.get("id"), str):
                return f"{self.name}#{entry['id']}"
        return self.name


def _is_under(path: FieldPath, left_out: set[FieldPath]) -> bool:
    return any(path[:length] in left_out for length in range(1, len(path) + 1))


def _place(path: FieldPath, resolved: Resolved, *, of_key: bool) -> tuple[int, int]:
    if of_key and path in resolved.keys:
        return resolved.keys[path]
    for length in range(len(path), -1, -1):
        found = resolved.places.get(path[:length])
        if found:
            return found
    return (2, 1)


def _prune(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _prune(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_prune(inner) for inner in value if inner is not None]
    return value
