"""When somebody last looked at a record, and until when that is good enough."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from kam.model.record import Record

REVIEWED = "reviewed"
"""The field with the day on which somebody confirmed the record."""


def touched_on(record: Record, changed_on: Callable[[str], str], as_of: date) -> date | None:
    """The day of the last review, else of the last commit; None where neither is known up to that day."""
    reviewed = _day(str(record.data.get(REVIEWED, "")))
    return reviewed if reviewed and reviewed <= as_of else _day(changed_on(record.path))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
