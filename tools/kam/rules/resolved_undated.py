"""Issues that are solved, without a day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.rules.values import text_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "resolved-undated"
LEVEL = Level.WARNING
TYPES = ("issue",)
SOLVED = ("resolved", "closed")


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """The status, where it says that the issue is solved and neither a field nor the history says when."""
    status = text_of(record.data, "status")
    if status not in SOLVED or record.data.get("resolved_at"):
        return
    history = record.data.get("history")
    entries = history if isinstance(history, list) else []
    if not any(isinstance(each, dict) and each.get("to") in SOLVED for each in entries):
        yield Finding(("status",), args={"status": status, "record": record.id})
