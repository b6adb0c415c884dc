"""Which contacts with an account are due next, by the cadence of its tier and its own care plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from kam.model.record import Record
from kam.policy.cadence import (
    NextContact,
    find_next,
    find_person,
    is_contact,
    promises_on,
    sort_contacts,
)
from kam.settings.cadence import Cadence, ContactKind

if TYPE_CHECKING:
    from kam.settings import Settings


@dataclass(frozen=True, slots=True)
class Due:
    """A kind of contact with what is due next of it, by whom (a person's id, perhaps empty), and its state."""

    kind: ContactKind
    next: NextContact
    person: str
    state: str


class CareFinder:
    """Gathers profiles and contacts while the records go by; then tells what is due for each account."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.cadence = settings, settings.part(Cadence)
        self._profiles: dict[str, Record] = {}
        self._contacts: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        self._types = {each.type for kind in self.cadence.kinds for each in kind.counts}

    def add(self, record: Record) -> None:
        """Note a record, as it is and not only what may be seen of it."""
        if record.type == "profile":
            self._profiles[record.account] = record
        if record.type in self._types:
            day = str(record.data.get(self.settings.types[record.type].date_field, ""))
            for kind in self.cadence.kinds:
                if is_contact(kind, record.type, record.data):
                    self._contacts[record.account, kind.id].append((record.id, day))

    def find(self, as_of: date) -> Mapping[str, Sequence[Due]]:
        """What is due for each account that is promised anything, the longest overdue first."""
        found: dict[str, list[Due]] = {}
        for account, profile in self._profiles.items():
            promised = promises_on(profile.data, self.cadence, as_of) if self.cadence.kinds else {}
            listed = [
                due for kind in self.cadence.kinds if kind.id in promised and (due := self._due(profile, kind, as_of))
            ]
            if listed:
                found[account] = sorted(listed, key=lambda each: (each.next.period.due, each.kind.id))
        return found

    def _due(self, profile: Record, kind: ContactKind, as_of: date) -> Due | None:
        made = self._contacts.get((profile.account, kind.id), [])
        contacts = sort_contacts(made, ZoneInfo(self.settings.site.time_zone))
        found = find_next(profile.data, self.cadence, kind.id, contacts, as_of)
        if found is None:
            return None
        person = find_person(profile.data, found.promise, self.settings.people, as_of)
        return Due(kind, found, person, found.period.state(as_of))
