"""What tables are made from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from kam.model.record import Record
from kam.portfolio.history import Origin

if TYPE_CHECKING:
    from kam.settings import Settings


Span = tuple[str, str]
"""Ids from the first on, up to but without the second; an empty one is no bound."""


class RecordSource(Protocol):
    """Records with their settings; ``kam.portfolio.Portfolio`` is one.

    ``digest`` changes with the records. ``origin`` says where their history is, unless it is that of ``root`` itself.
    """

    root: Path
    settings: Settings
    digest: str
    origin: Origin | None

    def iter_records(self, type: str | None = None, *, span: Span = ("", "")) -> Iterator[Record]:
        """The records without errors, of one type and one span if asked, sorted by id."""
        ...

    def split(self, type: str, size: int) -> list[Span]:
        """Spans that hold all records of a type, in order, about ``size`` in each but the last."""
        ...

    def reopen(self) -> RecordSource | None:
        """The same records for a process forked from this one; None where it cannot read them."""
        ...


@dataclass
class NoRecords:
    """A portfolio without any record: gives the tables and their columns, empty."""

    root: Path
    settings: Settings
    digest: str = ""
    origin: Origin | None = None

    def iter_records(self, type: str | None = None, *, span: Span = ("", "")) -> Iterator[Record]:
        """Nothing."""
        return iter(())

    def split(self, type: str, size: int) -> list[Span]:
        """Nothing."""
        return []

    def reopen(self) -> NoRecords:
        """Itself."""
        return self
