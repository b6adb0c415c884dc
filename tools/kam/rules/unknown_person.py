"""Fields that name a person who is not among the people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.rules.nearest import nearest
from kam.rules.quick import has_known_values
from kam.rules.values import find_unknown, reference_fields, references_to

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "unknown-person"
LEVEL = Level.ERROR


quick = has_known_values


def fields(rtype: RecordType) -> Iterable[str]:
    """All that names persons."""
    return reference_fields(rtype, "person")


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterable[Finding]:
    """Each name that is no key of ``people.yml``."""
    return [
        Finding(path, "near" if near else "default", {"value": value, "near": near})
        for path, value in find_unknown(record.data, references_to(rtype, "person"), settings.people)
        for near in [nearest_person(value, settings)]
    ]


def nearest_person(value: str, settings: Settings) -> str:
    """The key of the person who is called so, or nearly so; empty where nobody is."""
    person = settings.find_person(value)
    near = person.id if person else nearest(value, settings.people)
    if near:
        return near
    words = [word for each in settings.people.values() for word in (*each.names.values(), *each.aliases)]
    person = settings.find_person(nearest(value, dict.fromkeys(words)))
    return person.id if person else ""
