"""Spans of the calendar: days, weeks, months, quarters and years, and days counted by them."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import NamedTuple

UNITS = {
    "day": (1, 0),
    "week": (7, 0),
    "month": (0, 1),
    "quarter": (0, 3),
    "half_year": (0, 6),
    "year": (0, 12),
}
"""Unit → days and months."""
SPAN = re.compile(r"(?:(0|[1-9][0-9]{0,3})[ _])?(day|week|month|quarter|half_year|year)s?\Z")
WORDS = {"two": "2"}
SHORTEST = 28
"""Days that every month has."""


class Span(NamedTuple):
    """So many days and months. Months are counted from a day to the same day of the month, or to that month's last."""

    days: int = 0
    months: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether it is no time at all."""
        return self.days == 0 and self.months == 0

    @property
    def length(self) -> int:
        """Days, a month taken as thirty: for comparing one span with another only."""
        return self.days + 30 * self.months

    def after(self, day: date, times: int = 1) -> date:
        """The day so many spans later, counted from ``day``: months after 31 January end on 28 February, 31 March."""
        try:
            return add_months(day, self.months * times) + timedelta(days=self.days * times)
        except (OverflowError, ValueError):
            return date.max


def parse_span(text: str) -> Span | None:
    """``month``, ``2 weeks``, ``two_weeks``, ``90 days``, ``half_year`` as a span; None for anything else."""
    first, joint, rest = text.partition("_")
    found = SPAN.match(WORDS[first] + joint + rest if first in WORDS else text)
    if found is None:
        return None
    days, months = UNITS[found[2]]
    count = int(found[1] or 1)
    return Span(days * count, months * count)


def add_months(day: date, months: int) -> date:
    """The same day of the month so many months later (or earlier), or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, day.day if day.day <= SHORTEST else min(day.day, monthrange(year, month + 1)[1]))
