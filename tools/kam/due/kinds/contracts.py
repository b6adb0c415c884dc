"""Contracts that end, or of which notice must be given, with nothing agreed for afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from kam.due.item import Due
from kam.due.look import Look, person_of, text_of
from kam.due.words import say
from kam.model.record import Record

KIND, TYPE = "contract", "contract"
RUNNING = ("signed", "in_force", "active")
DEAD = ("terminated", "withdrawn", "expired")
AUTOMATIC = "automatic"


def find(look: Look) -> Iterator[Due]:
    """Each running contract with an end: the last day to give notice, after that the end itself.

    One that renews by itself is over with once the day of notice has passed, one with a successor at once.
    """
    contracts = look.records.of(TYPE)
    followed = {text_of(each.data, "predecessor") for each in contracts if each.data.get("status") not in DEAD}
    for record in contracts:
        if record.data.get("status") in RUNNING and record.id not in followed:
            found = _next_day(record, look)
            if found:
                key, due = found
                yield Due(
                    KIND,
                    record.id,
                    record.type,
                    record.account,
                    due=due,
                    people=person_of(record.data, "owner") or look.responsible(TYPE),
                    what=say(KIND, key, end=text_of(record.data, "end")),
                    title=look.title(record),
                    reads=(("end",), ("status",)),
                )


def _next_day(record: Record, look: Look) -> tuple[str, str] | None:
    end = text_of(record.data, "end")
    if not end:
        return None
    renews = record.data.get("renewal") == AUTOMATIC
    notice = notice_day(record)
    if notice and notice >= look.today:
        return ("automatic" if renews else "notice"), notice
    if renews:
        return None
    return ("ends", end) if end >= look.today else ("ended", end)


def notice_day(record: Record) -> str:
    """The last day to give notice of a contract; empty where it names no end or no period of notice."""
    end, days = text_of(record.data, "end"), record.data.get("notice_days")
    if not end or not isinstance(days, int) or isinstance(days, bool):
        return ""
    return (date.fromisoformat(end) - timedelta(days=days)).isoformat()
