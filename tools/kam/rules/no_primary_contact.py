"""Contacts, but none of them the primary one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.rules.values import iter_maps

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "no-primary-contact"
LEVEL = Level.WARNING
TYPES = ("profile",)


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """The list of contacts, where no entry is the primary one."""
    contacts = [entry for _, entry in iter_maps(record.data, "contacts")]
    if contacts and not any(entry.get("primary") is True for entry in contacts):
        yield Finding(("contacts",))
