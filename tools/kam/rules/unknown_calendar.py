"""Service levels of an account that name a calendar nobody has set up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.policy.service_terms import EXCEPTIONS
from kam.rules.nearest import nearest
from kam.rules.values import iter_maps, text_of
from kam.settings.service_levels import ServiceLevels

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "unknown-calendar"
LEVEL = Level.ERROR
TYPES = ("profile",)


def fields(rtype: RecordType) -> Iterable[str]:
    """The field without which there is nothing to say."""
    return (EXCEPTIONS,)


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """Calendars that ``service-levels.yml`` does not have."""
    for path, entry in iter_maps(record.data, EXCEPTIONS):
        name = text_of(entry, "calendar")
        known = settings.part(ServiceLevels).calendars
        if name and name not in known:
            near = nearest(name, known)
            args = {"found": name, "near": near, "known": ", ".join(known) or "–"}
            yield Finding((*path, "calendar"), "near" if near else "default", args)
