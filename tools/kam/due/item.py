"""One thing that is due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from kam.model.schema import Label, RecordType
from kam.policy.people import find_heir, find_stand_in
from kam.settings.values import Person

FieldNames = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Due:
    """Something to be done by a day.

    ``due`` is an ISO date, empty where nobody set one. ``at`` is the moment where it is due to the minute. ``people``
    are those who are to do it (ids; empty: nobody is named). ``key`` tells apart what is due of a kind in one record.
    ``command`` writes down that it was done, where one command can. ``reads`` names the fields it tells of. ``end`` is
    the last day on which it is still in time, where that is later than ``due``. ``also`` is the same task
    in other records.
    """

    kind: str
    record: str
    type: str
    account: str
    due: str
    people: tuple[str, ...]
    what: Label
    title: str = ""
    key: str = ""
    at: str = ""
    end: str = ""
    command: str = ""
    reads: tuple[FieldNames, ...] = ()
    also: tuple[Due, ...] = ()

    @property
    def id(self) -> str:
        """The same on every run, for as long as it is due: kind, record, and what stands in it."""
        return f"{self.kind}:{self.record}" + (f":{self.key}" if self.key else "")

    @property
    def places(self) -> tuple[Due, ...]:
        """It, and the same task in other records."""
        return (self, *self.also)

    @property
    def person(self) -> str:
        """Who is to do it, the first of several; empty where nobody is named."""
        return self.people[0] if self.people else ""

    def days(self, as_of: date) -> int:
        """Days left on a day; negative where it is overdue. Only for what has a day."""
        return (date.fromisoformat(self.due) - as_of).days

    def is_overdue(self, as_of: date) -> bool:
        """Whether its day has passed; the day itself is still in time."""
        return bool(self.due) and self.due < as_of.isoformat()


def is_shown(item: Due, types: Mapping[str, RecordType]) -> bool:
    """Whether readers may see it who may see these types: the record's type and every field that it tells of."""
    rtype = types.get(item.type)
    return rtype is not None and all(rtype.has_field(names) for names in item.reads)


def find_acting(person: str, people: Mapping[str, Person], on: date) -> str:
    """Who does a person's work on a day: the person, who stands in while away, or who takes over after leaving."""
    known = people.get(person)
    if known is None or known.is_there(on):
        return person
    found = find_heir(person, people, on) if known.has_left(on) else find_stand_in(person, people, on)
    return found or person


def is_for(item: Due, person: str, people: Mapping[str, Person], on: date) -> bool:
    """Whether it is that person's to do: as named, or in place of somebody who is away or gone."""
    return any(each == person or find_acting(each, people, on) == person for each in item.people)
