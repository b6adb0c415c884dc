"""Section ``calendars`` of ``service-levels.yml``: when somebody works, where, and which days are free."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kam.model.schema import Label
from kam.settings.section import Section, is_day, nearest, shown

if TYPE_CHECKING:
    from collections.abc import Collection

RULE = "settings-calendar"
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
KEYS = ("name", "time_zone", "hours", "holidays", "days_off", "working_days")
CLOCK = re.compile(r"(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)\Z")
MIDNIGHT = 24 * 60
LISTED_YEARS = range(2010, 2041)
"""The years whose holidays the settings hold: the package that knows them takes longer to load than a check."""

PublicDays = tuple[int, tuple[str, ...], tuple[str, ...]]
"""A year, its public holidays, and the weekend days on which people work instead; ISO days."""


@dataclass(frozen=True)
class Calendar:
    """Working time somewhere. ``hours`` gives for each day of the week, Monday first, the spans in minutes since
    midnight. ``country`` is an ISO 3166 code whose public holidays are free, ``subdivision`` a part of it. ISO days in
    ``days_off`` and ``working_days`` go before the holidays and the day of the week. ``line`` is where it stands.
    ``public`` lists the holidays of ``LISTED_YEARS``."""

    id: str
    names: Label = field(hash=False)
    time_zone: str
    hours: tuple[tuple[tuple[int, int], ...], ...]
    country: str = ""
    subdivision: str = ""
    days_off: tuple[str, ...] = ()
    working_days: tuple[str, ...] = ()
    line: int = 0
    public: tuple[PublicDays, ...] = field(default=(), hash=False, compare=False)


def read_calendar(section: Section, name: str, time_zone: str) -> Calendar:
    """One calendar; what is wrong with it is left out. ``time_zone`` is the company's, for one that names none."""
    hours = _read_hours(section.inner("hours"))
    if "hours" not in section.value:
        section.complain((), "no-hours", RULE, name=name)
    country, subdivision = _read_country(section)
    off, working = (_read_days(section, key) for key in ("days_off", "working_days"))
    for at, day in enumerate(section.texts("working_days")):
        if day in off:
            section.complain(("working_days", at), "both", RULE, found=day)
    label = section.names("name") if "name" in section.value else {"en": name, "zh": name}
    line, _ = section.file.place(section.path, of_key=True)
    zone = _read_zone(section, time_zone)
    public = tuple(public_days(country, subdivision, year) for year in LISTED_YEARS) if country else ()
    return Calendar(name, label, zone, hours, country, subdivision, off, working, line, public)


def public_days(country: str, subdivision: str, year: int) -> PublicDays:
    """What the holidays package knows of a year."""
    from holidays import country_holidays

    found = country_holidays(country, subdiv=subdivision or None, years=year)
    moved = (day.isoformat() for day in getattr(found, "weekend_workdays", ()) if day.year == year)
    return year, tuple(sorted(day.isoformat() for day in found)), tuple(sorted(moved))


def _read_zone(section: Section, otherwise: str) -> str:
    found = section.text("time_zone", otherwise)
    try:
        ZoneInfo(found)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        section.complain(("time_zone",), "time-zone", found=shown(found))
        return otherwise
    return found


def _read_hours(section: Section) -> tuple[tuple[tuple[int, int], ...], ...]:
    week: dict[int, tuple[tuple[int, int], ...]] = {}
    for key in section.value:
        days = _days_of(key)
        spans = tuple(_read_spans(section, key))
        if not days:
            near = nearest(key, DAYS)
            words = {"found": key, "near": near}
            section.file.report((*section.path, key), RULE, "day-near" if near else "day", words, of_key=True)
        for day in days:
            if day in week:
                section.file.report((*section.path, key), RULE, "twice", {"found": DAYS[day]}, of_key=True)
            week[day] = spans
    return tuple(week.get(day, ()) for day in range(7))


def _days_of(key: str) -> Collection[int]:
    """``friday`` or ``monday-friday`` as numbers, Monday 0; nothing for anything else."""
    first, joint, last = key.partition("-")
    if first not in DAYS or (joint and last not in DAYS):
        return ()
    begin = DAYS.index(first)
    length = (DAYS.index(last) - begin) % 7 if joint else 0
    return [(begin + step) % 7 for step in range(length + 1)]


def _read_spans(section: Section, key: str) -> Iterator[tuple[int, int]]:
    ended = -1
    for at, text in enumerate(section.texts(key)):
        first, _, last = text.partition("-")
        begin, end = _minutes(first), _minutes(last)
        path = (key, at) if isinstance(section.value[key], list) else (key,)
        if begin is None or end is None or end <= begin:
            section.complain(path, "hours", RULE, found=shown(text))
        elif begin < ended:
            section.complain(path, "overlap", RULE, found=text)
        else:
            ended = end
            yield begin, end


def _minutes(text: str) -> int | None:
    found = CLOCK.match(text.strip())
    minutes = int(found["hour"]) * 60 + int(found["minute"]) if found else None
    return None if minutes is None or minutes > MIDNIGHT else minutes


def _read_country(section: Section) -> tuple[str, str]:
    """``CN``, or ``DE-BY`` for a part of a country that has holidays of its own."""
    text = section.text("holidays")
    if not text:
        return "", ""
    from holidays import list_supported_countries

    country, _, part = text.partition("-")
    known = list_supported_countries()
    if country not in known:
        section.complain(("holidays",), "country", RULE, found=text)
        return "", ""
    if part and part not in known[country]:
        parts = ", ".join(each for each in known[country] if len(each) <= 3) or "–"
        section.complain(("holidays",), "subdivision", RULE, found=text, country=country, known=parts)
        return country, ""
    return country, part


def _read_days(section: Section, key: str) -> tuple[str, ...]:
    found = section.texts(key)
    for at, day in enumerate(found):
        if not is_day(day):
            section.complain((key, at), "date", found=shown(day))
    return tuple(sorted(day for day in found if is_day(day)))
