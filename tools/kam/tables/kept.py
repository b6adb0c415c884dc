"""Rows of tables filled late, kept between runs in ``.kam/cache/late-….arrow``: an Arrow file a table, a part a day.

They are an aid only. Found again by all that they were made from, they are believed only while their seal holds; what
is missing, damaged or of anything else is made anew, and where none can be kept there are none.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from kam.portfolio.history import History
from kam.portfolio.store import CODE, code_stamp
from kam.settings.cache import FOLDER, make_cache_folder
from kam.settings.files import digest_files, read_files
from kam.tables.sealed import put_sealed, read_sealed, remove_sealed

if TYPE_CHECKING:
    import pyarrow as pa

    from kam.tables.source import RecordSource

    Parts = dict[str, pa.Table]

PARTS = (*CODE, "git", "settings", "value", "health", "tables", "kpi", "kpi/derived")
"""The code that rows follow from."""
LIBRARIES = ("duckdb", "numpy", "scipy", "pyarrow", "holidays")
MOST_DAYS = 64
"""Days kept of a table; the first to come is the first to go."""
MOST_FILES = 2
"""Files kept of a table: that of the contents of now, and the one before."""


@dataclass
class KeptRows:
    """The rows that are kept of a portfolio, as of a day."""

    portfolio: RecordSource
    as_of: date
    _first: str = field(default="", init=False)

    def open(self, table: str) -> KeptTable:
        """What is kept of a table. Settings and history are looked at anew: they may change while tables are open."""
        folder = self.portfolio.root / FOLDER / "cache"
        if not self._first or any(folder.glob(f"late-{table}-*.arrow")):
            key = self.key()
            self._first = self._first or key
            return KeptTable(self, table, key, read_sealed(folder / _name(table, key)))
        return KeptTable(self, table, self._first)

    def key(self) -> str:
        """All that rows follow from: code, records, settings, definitions of KPIs, the day, and the history."""
        source, settings, origin = self.portfolio, self.portfolio.settings, self.portfolio.origin
        history = History(origin.root if origin else source.root, settings.site.time_zone, self.as_of).state
        definitions = digest_files(read_files(settings.root))
        made_of = (_code(), source.digest, settings.digest, definitions, history, origin.commit if origin else "")
        return hashlib.sha256("\0".join(made_of).encode()).hexdigest()[:32]


class KeptTable:
    """The rows that are kept of a table: parts named by their day (ISO), or one without a day, named by nothing."""

    def __init__(self, kept: KeptRows, table: str, key: str, raw: bytes | None = None) -> None:
        self._kept, self._table, self._key = kept, table, key
        self._reader: pa.ipc.RecordBatchFileReader | None = None
        self._places: dict[str, range] = {}
        if raw is not None:
            import pyarrow as pa

            self._reader, at = pa.ipc.open_file(pa.BufferReader(raw)), 0
            for part, count in json.loads(self._reader.schema.metadata[b"parts"]):
                self._places[part] = range(at, at := at + count)

    def read(self, parts: Iterable[str]) -> Parts:
        """The rows of these parts, as far as they are kept."""
        if self._reader is None:
            return {}
        import pyarrow as pa

        found = {}
        for part in parts:
            if part in self._places:
                batches = [self._reader.get_batch(at) for at in self._places[part]]
                found[part] = pa.Table.from_batches(batches, self._reader.schema)
        return found

    def add(self, parts: Parts) -> None:
        """Keep further parts, unless what they follow from has changed since the table was opened."""
        if self._kept.key() != self._key:
            return
        listed = list((self.read(self._places) | parts).items())[-MOST_DAYS:]
        with suppress(OSError):
            folder = make_cache_folder(self._kept.portfolio.root)
            path = folder / _name(self._table, self._key)
            draft = path.with_suffix(f".{os.getpid()}.new")
            try:
                _write(draft, dict(listed))
                put_sealed(draft, path)
            finally:
                draft.unlink(missing_ok=True)
            _remove_older(folder, self._table)


def _name(table: str, key: str) -> str:
    return f"late-{table}-{key}.arrow"


@cache
def _code() -> str:
    return " ".join((code_stamp(PARTS), *map(version, LIBRARIES)))


def _write(path: Path, parts: Parts) -> None:
    import pyarrow as pa

    batches = {part: rows.to_batches() for part, rows in parts.items()}
    counts = json.dumps([(part, len(each)) for part, each in batches.items()])
    schema = next(iter(parts.values())).schema.with_metadata({"parts": counts})
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with path.open("xb") as file, pa.ipc.new_file(file, schema, options=options) as writer:
        for each in batches.values():
            for batch in each:
                writer.write_batch(batch)


def _remove_older(folder: Path, table: str) -> None:
    """Keep only the newest files of a table."""
    found = []
    for other in folder.glob(f"late-{table}-*.arrow"):
        with suppress(OSError):
            found.append((other.stat().st_mtime_ns, other))
    for _, other in sorted(found)[:-MOST_FILES]:
        remove_sealed(other)
