"""Fields that name a person who is not among the people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.rules.nearest import nearest
from kam.rules.values import are_known, find_references, reference_fields

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "unknown-person"
LEVEL = Level.ERROR


def fields(rtype: RecordType) -> Iterable[str]:
    """All that names persons."""
    return reference_fields(rtype, "person")


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """Each name that is no key of ``people.yml``."""
    if are_known(record.data, rtype, "person", settings.people):
        return
    for path, value in find_references(record.data, rtype, "person"):
        if value not in settings.people:
            near = nearest_person(value, settings)
            yield Finding(path, "near" if near else "default", {"value": value, "near": near})


def nearest_person(value: str, settings: Settings) -> str:
    """The key of the person who is called so, or nearly so; empty where nobody is."""
    person = settings.find_person(value)
    near = person.id if person else nearest(value, settings.people)
    if near:
        return near
    words = [word for each in settings.people.values() for word in (*each.names.values(), *each.aliases)]
    person = settings.find_person(nearest(value, dict.fromkeys(words)))
    return person.id if person else ""
