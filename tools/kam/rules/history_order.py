"""Entries of a history or log that are not in the order of their dates."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.rules.moments import is_after
from kam.rules.quick import dated_lists_of, has_orderly_lists

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "history-order"
LEVEL = Level.ERROR


quick = has_orderly_lists


def fields(rtype: RecordType) -> Iterable[str]:
    """The lists that grow at their end."""
    return [name for name, _ in dated_lists_of(rtype)]


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterable[Finding]:
    """Each entry that lies before the one above it."""
    found: list[Finding] = []
    for name, dated in dated_lists_of(rtype):
        entries = record.data.get(name)
        if not isinstance(entries, list):
            continue
        before = ""
        for number, entry in enumerate(entries):
            at = entry.get(dated) if isinstance(entry, dict) else None
            if at and isinstance(at, str):
                if before and is_after(before, at):
                    found.append(Finding((name, number, dated), args={"list": name, "at": at, "before": before}))
                before = at
    return found
