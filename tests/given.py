"""Records written down in a test, loaded as files would be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kam.load import load_document
from kam.model.problem import Level
from kam.model.record import Record
from kam.portfolio.history import Origin
from kam.settings import Settings
from kam.write import render_record


@dataclass
class Given:
    """A portfolio of a few records; a ``RecordSource`` for tables and KPIs."""

    root: Path
    settings: Settings
    records: list[Record]
    digest: str = ""
    origin: Origin | None = None

    def iter_records(self, type: str | None = None, *, span: tuple[str, str] = ("", "")) -> Iterator[Record]:
        assert span == ("", ""), "so few records are never split"
        return iter(sorted((r for r in self.records if type in (None, r.type)), key=lambda r: r.id))

    def split(self, type: str, size: int) -> list[tuple[str, str]]:
        return [("", "")]

    def reopen(self) -> Given:
        return self


def load_given(settings: Settings, records: Mapping[str, Mapping[str, Any]]) -> Given:
    """Write each record (``acme/orders/2026-03#SO-1`` is a ledger's entry) and load it; errors fail the test."""
    files: dict[str, Any] = {}
    for record_id, data in records.items():
        path, _, entry = record_id.partition("#")
        if entry:
            files.setdefault(path, {"entries": []})["entries"].append({"id": entry, **data})
        else:
            files[path] = data
    found: list[Record] = []
    for path, data in files.items():
        full = f"accounts/{path}.md"
        rtype = settings.type_of_path(full)
        assert rtype is not None, path
        raw = render_record(rtype, data).encode()
        document = load_document(full, raw, rtype, account=path.split("/")[0])
        errors = [p for p in document.problems if p.level is Level.ERROR]
        assert not errors, errors
        found += document.records
    return Given(settings.root, settings, found, digest=str(hash(repr(found))))
