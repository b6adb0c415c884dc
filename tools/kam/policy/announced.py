"""Warns of a year whose moved working days nobody has told yet: deadlines in it would be counted wrongly."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from kam.model.problem import Level, Problem
from kam.policy.calendar import is_announced
from kam.settings.files import CONFIG
from kam.settings.service_levels import FILE, ServiceLevels, iter_calendars_used

if TYPE_CHECKING:
    from kam.settings import Settings

RULE = "unannounced-holidays"
DECEMBER = 12
"""Governments announce the moved working days of a year by the end of November before it."""


def find_unannounced(settings: Settings, as_of: date) -> list[Problem]:
    """One warning for each country and year: this year, and from December on the next."""
    levels = settings.part(ServiceLevels)
    years = (as_of.year, as_of.year + 1) if as_of.month == DECEMBER else (as_of.year,)
    found: dict[tuple[str, int], Problem] = {}
    for calendar in iter_calendars_used(levels):
        for year in years:
            if calendar.country and not is_announced(calendar, year):
                args = {"year": str(year), "country": calendar.country, "calendar": calendar.id}
                problem = Problem(f"{CONFIG}/{FILE}", calendar.line, 3, RULE, Level.WARNING, args=args)
                found.setdefault((calendar.country, year), problem)
    return list(found.values())
