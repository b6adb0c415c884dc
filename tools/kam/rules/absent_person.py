"""Work that falls due while the person is away and nobody acts instead."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.policy.duty import iter_duties
from kam.policy.people import find_stand_in
from kam.rules.contract import AccountRecords

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "absent-person"
LEVEL = Level.WARNING


def check_account(records: AccountRecords, settings: Settings, as_of: date) -> Iterator[Finding]:
    """One finding for each record and person: the first thing that is due before the person is back."""
    away = {
        name: absence
        for name, each in settings.people.items()
        if (absence := each.absence(as_of)) and not find_stand_in(name, settings.people, as_of)
    }
    if not away:
        return
    for record in records:
        told: set[str] = set()
        duties = iter_duties(record, settings.types[record.type], as_of)
        for duty in sorted(duties, key=lambda each: each.due):
            absence = away.get(duty.person)
            if absence and duty.due and duty.due <= absence.to and duty.person not in told:
                told.add(duty.person)
                words = {"person": duty.person, "back": absence.to, "due": duty.due, "what": duty.what}
                yield Finding(duty.path, args=words, record=record.id)
