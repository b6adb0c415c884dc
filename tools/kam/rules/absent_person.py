"""Work that falls due while the person is away and nobody acts instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

from kam.model.per_type import once_for_each
from kam.model.problem import Finding, Level
from kam.policy.duty import iter_duties
from kam.policy.people import find_stand_in
from kam.rules.contract import AccountRecords

if TYPE_CHECKING:
    from kam.settings import Settings
    from kam.settings.values import Absence, Person

NAME = "absent-person"
LEVEL = Level.WARNING


def _find_away(people: Mapping[str, Person], as_of: date) -> dict[str, Absence]:
    """People who are away on a day and for whom nobody acts, with their absences."""
    return {
        name: absence
        for name, each in people.items()
        if (absence := each.absence(as_of)) and not find_stand_in(name, people, as_of)
    }


def _no_days(people: Mapping[str, Person]) -> dict[date, dict[str, Absence]]:
    return {}


known_away = once_for_each(_no_days)
"""Those people by day, as every account asks for them."""


def check_account(records: AccountRecords, settings: Settings, as_of: date) -> Iterator[Finding]:
    """One finding for each record and person: the first thing that is due before the person is back."""
    known = known_away(settings.people)
    if as_of not in known:
        known[as_of] = _find_away(settings.people, as_of)
    away = known[as_of]
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
