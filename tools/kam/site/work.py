"""What is open, read off the records that may be seen. What is due comes from ``kam.due``."""

from __future__ import annotations

from kam.model.record import Record
from kam.site.cards import is_open
from kam.site.snapshot import Snapshot

SEVERE = ("critical", "high")


def open_records(snapshot: Snapshot, account: str, name: str) -> list[Record]:
    """The records of a type that are in one of its open states, newest first."""
    rtype = snapshot.types.get(name)
    return [r for r in snapshot.records(account, name) if rtype and is_open(r, rtype)]


def severe_issues(snapshot: Snapshot, account: str) -> list[Record]:
    """Open issues of high or critical severity."""
    return [r for r in open_records(snapshot, account, "issue") if r.data.get("severity") in SEVERE]


def last_contact(snapshot: Snapshot, account: str) -> str:
    """The day of the last meeting or service on or before the day looked from; empty where there is none."""
    today = snapshot.as_of.isoformat()
    days = [
        str(r.data.get("at") or r.data.get("on") or "")[:10]
        for name in ("meeting", "service")
        for r in snapshot.records(account, name)
    ]
    return max((day for day in days if day and day <= today), default="")
