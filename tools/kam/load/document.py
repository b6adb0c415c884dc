"""One file becomes a Document: records, and everything about them that the file alone can tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kam.load.fast import REFUSALS, locate_fast, read_fast
from kam.load.way import ENTRIES, Way, way_of
from kam.model.problem import FieldPath
from kam.model.record import Data, Document, Record
from kam.model.schema import RecordType


def load_document(
    path: str, raw: bytes, rtype: RecordType, *, account: str, types: Mapping[str, RecordType] | None = None
) -> Document:
    """Read the file ``path`` (from the portfolio's root) with the content ``raw`` as ``rtype``.

    ``types`` are the record types that there are, so that a record in the wrong folder is recognised.
    Never raises, whatever the bytes. A record layout always gives one record, if need be an empty and faulty one, so
    that references to it can be told from references to nothing.
    """
    way = way_of(rtype)
    name = path.removeprefix("accounts/").removesuffix(".md")
    if len(raw) <= way.limit:
        try:
            read = read_fast(raw, way.reader)
        except REFUSALS:
            pass
        else:
            records = _fast_records(way, read, name, account, path)
            if records is not None:
                return Document(path, records)
    from kam.load.careful import load_carefully

    return load_carefully(path, name, raw, way, account, types or {})


def locate(path: str, raw: bytes, rtype: RecordType) -> Mapping[FieldPath, tuple[int, int]]:
    """Line and column of every value; empty where the file cannot be read. In a ledger paths begin with ``entries``."""
    from kam.load.careful import locate_values

    return locate_values(raw, way_of(rtype))


def locate_field(raw: bytes, rtype: RecordType, name: str) -> tuple[int, int] | None:
    """Line and column of one of a record's own values where it is found at once, as nearly always; else None."""
    way = way_of(rtype)
    if way.is_ledger or len(raw) > way.limit:
        return None
    try:
        return locate_fast(raw, way.reader, name)
    except REFUSALS:
        return None


def _fast_records(way: Way, read: tuple[Data, str], name: str, account: str, path: str) -> list[Record] | None:
    kind = way.rtype.name
    data, body = read
    if not way.is_ledger:
        return [Record(name, kind, account, path, data, body)] if way.is_valid(data) else None
    entries: Any = data.get(ENTRIES)
    if entries is None:
        return None
    ids = [entry.get("id") for entry in entries]
    if not all(map(way.is_valid, entries)) or None in ids or ids != sorted(ids):
        return None
    return [Record(f"{name}#{i}", kind, account, path, entry) for i, entry in zip(ids, entries, strict=True)]
