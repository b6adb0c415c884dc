"""Open work of people who have left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.policy.duty import Duty, DutyKind, iter_duties
from kam.policy.people import find_heir
from kam.rules.contract import AccountRecords

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "left-person"
LEVEL = Level.WARNING


def check_account(records: AccountRecords, settings: Settings, as_of: date) -> Iterator[Finding]:
    """One finding for each record and person, at the first place that names the person."""
    gone = {name: each for name, each in settings.people.items() if each.has_left(as_of)}
    if not gone:
        return
    for record in records:
        by_person: dict[str, list[Duty]] = {}
        for duty in iter_duties(record, settings.types[record.type], as_of):
            if duty.person in gone:
                by_person.setdefault(duty.person, []).append(duty)
        for person, duties in by_person.items():
            heir = find_heir(person, settings.people, as_of)
            words = {
                "person": person,
                "last": gone[person].to,
                "what": spell_duties(duties),
                "heir": heir,
                "record": record.id,
                "field": duties[0].what,
            }
            key = "default" if not heir else "holder" if duties[0].kind is DutyKind.HOLDER else "heir"
            yield Finding(duties[0].path, key, words, record.id)


def spell_duties(duties: Sequence[Duty]) -> str:
    """What a person has to do with a record, in the words of its fields: ``owner, actions (2)``."""
    counts = Counter(str(duty.path[0]) for duty in duties)
    return ", ".join(name if count == 1 else f"{name} ({count})" for name, count in counts.items())
