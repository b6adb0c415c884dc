"""More than one primary contact."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.rules.values import iter_maps, text_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "primary-contact"
LEVEL = Level.ERROR
TYPES = ("profile",)


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """Every primary contact after the first."""
    primary = [(path, entry) for path, entry in iter_maps(record.data, "contacts") if entry.get("primary") is True]
    for path, entry in primary[1:]:
        args = {"name": text_of(entry, "name"), "first": text_of(primary[0][1], "name")}
        yield Finding((*path, "primary"), args=args)
