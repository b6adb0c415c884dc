"""Things that are said to have happened, dated after today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.rules.contract import AccountRecords

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "future-event"
LEVEL = Level.WARNING

HAPPENED: Mapping[str, tuple[str, ...]] = {
    "meeting": ("at",),
    "order": ("date",),
    "invoice": ("date",),
    "payment": ("date",),
    "expense": ("date",),
    "feedback": ("on", "closed_on"),
    "issue": ("reported_at", "first_response_at", "resolved_at", "closed_at"),
    "opportunity": ("created_on", "engaged_on", "closed_on"),
    "contract": ("signed_on",),
    "service": ("on",),
}
"""Type → dates that only what has happened has."""
STILL_TO_COME = {"service": "planned"}
"""Type → the status of what is yet to happen."""
REVIEWED = "reviewed"


def check_account(records: AccountRecords, settings: Settings, as_of: date) -> Iterator[Finding]:
    """Each such date that lies after the day looked from, by the calendar."""
    today = as_of.isoformat()
    for type_name, group in records.by_type.items():
        names, to_come = (*HAPPENED.get(type_name, ()), REVIEWED), STILL_TO_COME.get(type_name)
        for record in group:
            value_of = record.data.get
            if to_come == value_of("status", ""):
                continue
            for name in names:
                day = value_of(name)
                if day and isinstance(day, str) and day[:10] > today:
                    yield Finding((name,), args={"field": name, "day": day[:10], "today": today}, record=record.id)
