"""What is open and what needs attention, read off the records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from kam.model.record import Data, Record
from kam.model.schema import Field, RecordType
from kam.site.cards import is_open
from kam.site.places import Places, account_page, relative
from kam.site.snapshot import Snapshot

ENDING_WITHIN = timedelta(days=90)
"""A contract that ends, or must be given notice of, within this time needs attention."""
SEVERE = ("critical", "high")
RUNNING = ("signed", "in_force", "active")


@dataclass(frozen=True, slots=True)
class Action:
    """An open action and the record it stands in. ``due`` may be empty."""

    record: Record
    what: str
    owner: str
    due: str
    is_overdue: bool

    def href(self, page: str, places: Places) -> str:
        """The way from ``page`` to the record; the profile's actions stand with the open work."""
        found = places.href(page, self.record.id)
        return found or f"{relative(page, account_page(self.record.account))}#open-work"


@dataclass(frozen=True, slots=True)
class Ending:
    """A contract in force that ends soon; ``notice`` is the last day to give notice, where there is one."""

    record: Record
    end: str
    notice: str


def open_actions(snapshot: Snapshot, account: str) -> list[Action]:
    """The open actions of an account's records, the longest overdue first."""
    today = snapshot.as_of.isoformat()
    found: list[Action] = []
    for record, rtype in _records(snapshot, account):
        for row in _actions(record.data, rtype.fields):
            if row.get("status", "open") == "open":
                due = str(row.get("due", ""))
                what, owner = str(row.get("what", "")), str(row.get("owner", ""))
                found.append(Action(record, what, owner, due, bool(due) and due < today))
    return sorted(found, key=lambda a: (a.due or "9999", a.record.id, a.what))


def ending_contracts(snapshot: Snapshot, account: str) -> list[Ending]:
    """Contracts in force whose end or last day of notice lies within the next three months."""
    last = (snapshot.as_of + ENDING_WITHIN).isoformat()
    found = []
    for record in snapshot.records(account, "contract"):
        end, notice_days = str(record.data.get("end", "")), record.data.get("notice_days")
        if not end or record.data.get("status") not in RUNNING or end < snapshot.as_of.isoformat():
            continue
        notice = _notice(end, notice_days)
        if min(end, notice or end) <= last:
            found.append(Ending(record, end, notice))
    return sorted(found, key=lambda e: (min(e.end, e.notice or e.end), e.record.id))


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


def _records(snapshot: Snapshot, account: str) -> Iterator[tuple[Record, RecordType]]:
    profile = snapshot.profiles.get(account)
    if profile:
        yield profile, snapshot.types[profile.type]
    for name, records in snapshot.by_account.get(account, {}).items():
        for record in records:
            yield record, snapshot.types[name]


def _actions(data: Data, fields: tuple[Field, ...]) -> Iterator[Data]:
    for each in fields:
        value = data.get(each.name)
        if each.shape == "action" and isinstance(value, list):
            yield from (row for row in value if isinstance(row, dict))


def _notice(end: str, days: object) -> str:
    """The last day to give notice, where the contract names a period."""
    if not isinstance(days, int) or isinstance(days, bool):
        return ""
    return (date.fromisoformat(end) - timedelta(days=days)).isoformat()
