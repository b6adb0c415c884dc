"""What tables are made from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from kam.model.record import Record

if TYPE_CHECKING:
    from kam.settings import Settings


class RecordSource(Protocol):
    """Records with their settings; ``kam.portfolio.Portfolio`` is one. ``digest`` changes with the records."""

    root: Path
    settings: Settings
    digest: str

    def iter_records(self, type: str | None = None) -> Iterator[Record]:
        """The records without errors, of one type if asked, sorted by id."""
        ...


@dataclass
class NoRecords:
    """A portfolio without any record: gives the tables and their columns, empty."""

    root: Path
    settings: Settings
    digest: str = ""

    def iter_records(self, type: str | None = None) -> Iterator[Record]:
        """Nothing."""
        return iter(())
