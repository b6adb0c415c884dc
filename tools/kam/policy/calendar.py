"""Working time: adding it to a moment, and measuring it between two.

For each year a table of the working spans is made once, in microseconds since 1970 (UTC), with the working time up to
each of them; every question is then a search in sorted numbers. Times of the clock that a change to summer time skips
or repeats are taken as ``zoneinfo`` does: each day has the working hours that its clocks show.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from kam.settings.calendars import MIDNIGHT, Calendar, public_days

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
DAY = timedelta(days=1)
FIRST_YEAR, LAST_YEAR = 1970, 2150
"""Outside of these years no time passes: nothing in a record lies there but mistakes."""
SEEN_YEARS, MOVING_YEARS = range(2010, 2025), 3
"""A country that moved working days in so many of the years seen moves them every year."""


class YearTable(NamedTuple):
    """The working spans of a year: where each begins and ends, and the working time before each and in all."""

    starts: list[int]
    ends: list[int]
    before: list[int]
    total: int


class WorkingTime:
    """A calendar made ready for counting. Moments need a zone; all results are in UTC and exact."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.zone = ZoneInfo(calendar.time_zone)
        self._years: dict[int, YearTable] = {}

    @cached_property
    def business_day(self) -> int:
        """Seconds of work that make a working day: those of the day of the week with the most."""
        return max(sum(end - begin for begin, end in spans) for spans in self.calendar.hours) * 60

    def add_business_time(self, start: datetime, amount: timedelta) -> datetime | None:
        """The first moment not before ``start`` with ``amount`` of working time since; None where there never is."""
        at, wanted = microseconds(start), amount // MICROSECOND
        if wanted <= 0:
            return start.astimezone(UTC)
        year = start.astimezone(self.zone).year
        wanted += self._until(at, year)
        while FIRST_YEAR <= year <= LAST_YEAR:
            table = self._year(year)
            if wanted <= table.total:
                index = bisect_left(table.before, wanted) - 1
                return moment(table.starts[index] + wanted - table.before[index])
            wanted -= table.total
            year += 1
        return None

    def business_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Working time from ``start`` to ``end``; none where ``end`` is not later."""
        if end <= start:
            return timedelta()
        first, last = start.astimezone(self.zone).year, end.astimezone(self.zone).year
        found = self._until(microseconds(end), last) - self._until(microseconds(start), first)
        for year in range(max(first, FIRST_YEAR), min(last, LAST_YEAR + 1)):
            found += self._year(year).total
        return timedelta(microseconds=found)

    def is_working_day(self, day: date) -> bool:
        """Whether anybody works on that day."""
        return bool(self._hours_on(day, *holidays_of(self.calendar, day.year)))

    def _until(self, at: int, year: int) -> int:
        """Working time of the year up to a moment in it."""
        if not FIRST_YEAR <= year <= LAST_YEAR:
            return 0
        table = self._year(year)
        index = bisect_right(table.starts, at) - 1
        if index < 0:
            return 0
        return table.before[index] + min(at, table.ends[index]) - table.starts[index]

    def _year(self, year: int) -> YearTable:
        table = self._years.get(year)
        if table is None:
            table = self._years[year] = self._make_year(year)
        return table

    def _make_year(self, year: int) -> YearTable:
        starts: list[int] = []
        ends: list[int] = []
        before: list[int] = []
        total = 0
        for begin, end in self._iter_spans(year):
            starts.append(begin)
            ends.append(end)
            before.append(total)
            total += end - begin
        return YearTable(starts, ends, before, total)

    def _iter_spans(self, year: int) -> Iterator[tuple[int, int]]:
        day, latest = date(year, 1, 1), 0
        public = holidays_of(self.calendar, year)
        while day.year == year:
            for first, last in self._hours_on(day, *public):
                begin = max(self._at(day, first), latest)
                latest = max(self._at(day, last), begin)
                if latest > begin:
                    yield begin, latest
            day += DAY

    def _at(self, day: date, minutes: int) -> int:
        if minutes == MIDNIGHT:
            day, minutes = day + DAY, 0
        local = datetime(day.year, day.month, day.day, *divmod(minutes, 60), tzinfo=self.zone)
        return microseconds(local)

    def _hours_on(self, day: date, free: frozenset[str], working: frozenset[str]) -> tuple[tuple[int, int], ...]:
        iso, week = day.isoformat(), self.calendar.hours
        if iso in self.calendar.days_off:
            return ()
        if iso in self.calendar.working_days or iso in working:
            return week[day.weekday()] or next((hours for hours in week if hours), ())
        return () if iso in free else week[day.weekday()]


@cache
def working_time(calendar: Calendar) -> WorkingTime:
    """The calendar made ready, once for all who ask."""
    return WorkingTime(calendar)


def holidays_of(calendar: Calendar, year: int) -> tuple[frozenset[str], frozenset[str]]:
    """Public holidays of a year, and the days off that were moved: weekend days on which people work; ISO days."""
    if not calendar.country:
        return frozenset(), frozenset()
    listed = next((each for each in calendar.public if each[0] == year), None)
    _, free, moved = listed or public_days(calendar.country, calendar.subdivision, year)
    return frozenset(free), frozenset(moved)


def is_announced(calendar: Calendar, year: int) -> bool:
    """Whether the working days moved for a year are known: to the holidays package, or from days of the calendar.

    Always true for a country that does not move working days.
    """
    if any(day.startswith(f"{year}-") for day in (*calendar.days_off, *calendar.working_days)):
        return True
    if year < SEEN_YEARS.start or holidays_of(calendar, year)[1]:
        return True
    return sum(bool(holidays_of(calendar, each)[1]) for each in SEEN_YEARS) < MOVING_YEARS


def microseconds(at: datetime) -> int:
    """A moment as microseconds since 1970."""
    return (at - EPOCH) // MICROSECOND


def moment(at: int) -> datetime:
    """Microseconds since 1970 as a moment in UTC."""
    return EPOCH + timedelta(microseconds=at)
