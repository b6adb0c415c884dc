"""A contact that the tier or the care plan promises, and that was not made in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from kam.model.problem import FieldPath, Finding, Level
from kam.model.record import Record
from kam.policy.cadence import (
    MISSED,
    Contact,
    NextContact,
    every_words,
    find_next,
    find_person,
    is_contact,
    log_command,
    promises_on,
    sort_contacts,
)
from kam.rules.contract import AccountRecords
from kam.settings.cadence import Cadence, ContactKind

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "cadence-missed"
LEVEL = Level.WARNING


def check_account(records: AccountRecords, settings: Settings, as_of: date) -> Iterator[Finding]:
    """One finding for each kind of contact that is overdue, the grace time included."""
    profile, cadence = records.profile, settings.part(Cadence)
    if profile is None or not cadence.kinds or profile.faulty:
        return
    promised = promises_on(profile.data, cadence, as_of)
    for kind in cadence.kinds:
        if kind.id in promised:
            contacts = _contacts(kind, records, settings)
            found = find_next(profile.data, cadence, kind.id, contacts, as_of)
            if found is not None and found.period.state(as_of) == MISSED:
                yield _finding(profile, kind, found, settings, as_of)


def _contacts(kind: ContactKind, records: AccountRecords, settings: Settings) -> list[Contact]:
    found = []
    for name in {each.type for each in kind.counts}:
        date_field = settings.types[name].date_field
        for record in records.of(name):
            if is_contact(kind, name, record.data):
                found.append((record.id, str(record.data.get(date_field, ""))))
    return sort_contacts(found, ZoneInfo(settings.site.time_zone))


def _finding(profile: Record, kind: ContactKind, found: NextContact, settings: Settings, as_of: date) -> Finding:
    person = find_person(profile.data, found.promise, settings.people, as_of)
    known = settings.people.get(person)
    every = every_words(found.promise.every)
    args = {
        "last": found.last.day.isoformat() if found.last else "",
        "due": found.period.due.isoformat(),
        "command": log_command(kind, profile.account),
    }
    for lang in ("en", "zh"):
        args[f"kind_{lang}"] = kind.label.get(lang, kind.id)
        args[f"every_{lang}"] = every[lang]
        args[f"person_{lang}"] = known.names.get(lang, person) if known else person
    key = ("since" if found.last else "never") + ("" if person else "-nobody")
    return Finding(_path(profile, found), key, args, profile.id)


def _path(profile: Record, found: NextContact) -> FieldPath:
    """Where the promise stands: in the care plan, else the tier it follows from."""
    entries = profile.data.get("care")
    if found.promise.is_own and isinstance(entries, list):
        for at, entry in enumerate(entries):
            if isinstance(entry, dict) and entry.get("kind") == found.promise.kind:
                return ("care", at)
    return ("tier",)
