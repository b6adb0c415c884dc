"""Which contacts with an account are due next, by the cadence of its tier and its own care plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from kam.model.record import Record
from kam.policy.cadence import NextContact, find_next, find_person, is_contact, promises_on, sort_contacts
from kam.rules.contract import AccountRecords
from kam.settings.cadence import Cadence, ContactKind

if TYPE_CHECKING:
    from kam.settings import Settings


@dataclass(frozen=True, slots=True)
class Care:
    """A kind of contact with what is due next of it, by whom (a person's id, perhaps empty), and its state."""

    kind: ContactKind
    next: NextContact
    person: str
    state: str


def find_care(records: AccountRecords, settings: Settings, as_of: date) -> list[Care]:
    """What is due of each kind that the account is promised, the longest overdue first."""
    profile, cadence = records.profile, settings.part(Cadence)
    if profile is None or not cadence.kinds:
        return []
    promised = promises_on(profile.data, cadence, as_of)
    wanted = [kind for kind in cadence.kinds if kind.id in promised]
    found = [care for kind in wanted if (care := _find(profile, kind, records, settings, as_of))]
    return sorted(found, key=lambda each: (each.next.period.due, each.kind.id))


def _find(profile: Record, kind: ContactKind, records: AccountRecords, settings: Settings, as_of: date) -> Care | None:
    made = [
        (record.id, str(record.data.get(settings.types[name].date_field, "")))
        for name in {each.type for each in kind.counts}
        for record in records.of(name)
        if is_contact(kind, name, record.data)
    ]
    contacts = sort_contacts(made, ZoneInfo(settings.site.time_zone))
    found = find_next(profile.data, settings.part(Cadence), kind.id, contacts, as_of)
    if found is None:
        return None
    return Care(
        kind, found, find_person(profile.data, found.promise, settings.people, as_of), found.period.state(as_of)
    )
