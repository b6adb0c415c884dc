"""The records of a portfolio with assumptions laid over them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from heapq import merge
from pathlib import Path
from typing import TYPE_CHECKING

from kam.model.record import Record
from kam.settings.figures import Figures
from kam.tables.source import RecordSource, Span

if TYPE_CHECKING:
    from kam.portfolio.history import Origin
    from kam.settings import Settings


@dataclass
class AssumedRecords:
    """A ``RecordSource``: the records of another, of which some are replaced (None: taken away) and some are added.

    Nothing is copied: records are exchanged while they are read. ``digest`` tells apart what is assumed, so that no
    tables of the portfolio itself are taken for these.
    """

    below: RecordSource
    instead: Mapping[str, Record | None]
    settings: Settings
    root: Path = field(init=False)
    origin: Origin | None = field(init=False)
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        self.root, self.origin = self.below.root, self.below.origin
        records = sorted(self.instead.items(), key=lambda each: each[0])
        assumed = repr((records, self.settings.currencies, self.settings.part(Figures)))
        self.digest = f"{self.below.digest}+{blake2b(assumed.encode(), digest_size=16).hexdigest()}"

    def iter_records(self, type: str | None = None, *, span: Span = ("", "")) -> Iterator[Record]:
        """The records without errors, of one type and one span if asked, sorted by id."""
        first, beyond = span
        found = (record for record in self.below.iter_records(type, span=span) if record.id not in self.instead)
        assumed = [
            record
            for record in self.instead.values()
            if record is not None and type in (None, record.type)
            and record.id >= first and (not beyond or record.id < beyond)
        ]  # fmt: skip
        return merge(found, sorted(assumed, key=_id_of), key=_id_of)

    def split(self, type: str, size: int) -> list[Span]:
        """Spans that hold all records of a type, also such as lie before the first or after the last that is there."""
        spans: Sequence[Span] = self.below.split(type, size)
        if not spans:
            return [("", "")] if any(r is not None and r.type == type for r in self.instead.values()) else []
        return [("", spans[0][1]), *spans[1:]]

    def reopen(self) -> AssumedRecords | None:
        """The same for a process forked from this one."""
        below = self.below.reopen()
        return None if below is None else AssumedRecords(below, self.instead, self.settings)


def _id_of(record: Record) -> str:
    return record.id
