"""One ledger entry in two files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.rules.contract import AccountRecords

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "duplicate-entry"
LEVEL = Level.ERROR


def check_account(records: AccountRecords, settings: Settings) -> Iterator[Finding]:
    """Entries with the id of one of the same type in an earlier file (twice in one file is a matter of the file)."""
    for name in records.by_type:
        rtype = settings.types[name]
        if rtype.layout != "ledger":
            continue
        first: dict[str, Record] = {}
        for record in records.of(name):
            number = record.id.partition("#")[2]
            other = first.setdefault(number, record)
            if other.path != record.path:
                args = {"id": number, "other": other.path}
                yield Finding((rtype.title_field,), args=args, record=record.id)
