"""What people have to do, summed up: for the list of people, and for handing over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kam.model.record import Record
from kam.model.schema import RecordType
from kam.policy.duty import Duty, DutyKind, iter_duties
from kam.settings.values import Person

FULL_TIME = Decimal(40)
"""Hours a week of the measure that workloads of people with different hours are compared by."""
COUNTED = frozenset({DutyKind.HOLDER, DutyKind.ACTION, DutyKind.MILESTONE})
"""What is work to be done and ends; roles and care go on."""
PROFILE = "profile"


@dataclass(frozen=True)
class Workload:
    """One person: ids of the accounts owned, open pieces of work and those overdue.

    ``load`` is open work for each 40 hours of capacity a week; None where the capacity is not known.
    """

    person: Person
    accounts: tuple[str, ...]
    open: int
    overdue: int
    load: Decimal | None


def collect_duties(records: Iterable[Record], types: Mapping[str, RecordType], as_of: date) -> list[Duty]:
    """All open duties of all records of these types."""
    return [
        duty for record in records if record.type in types for duty in iter_duties(record, types[record.type], as_of)
    ]


def measure_workload(duties: Iterable[Duty], people: Mapping[str, Person], as_of: date) -> list[Workload]:
    """Everybody who is with us or still has open work, in the order of the people file."""
    owned: dict[str, set[str]] = defaultdict(set)
    work: dict[str, list[Duty]] = defaultdict(list)
    for duty in duties:
        if duty.type == PROFILE and duty.path == ("owner",):
            owned[duty.person].add(duty.record.partition("/")[0])
        elif duty.kind in COUNTED:
            work[duty.person].append(duty)
    today = as_of.isoformat()
    found = []
    for name, person in people.items():
        mine = work[name]
        if person.has_left(as_of) and not mine and not owned[name]:
            continue
        overdue = sum(bool(duty.due) and duty.due < today for duty in mine)
        load = len(mine) * FULL_TIME / person.capacity if person.capacity else None
        found.append(Workload(person, tuple(sorted(owned[name])), len(mine), overdue, load))
    return found
