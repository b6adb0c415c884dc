"""Dates and times as people write them: read where they are in ISO form, else named and mended."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from datetime import datetime

from kam.load.exact import DATETIME
from kam.load.wrong import Wrong

DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
FIRST_YEAR, LAST_YEAR = 1800, 2199

HYPHENS = "\u2010-\u2015−"
YEAR_FIRST = re.compile(
    rf"([0-9]{{4}})\s*[-/.年{HYPHENS}]\s*([0-9]{{1,2}})\s*[-/.月{HYPHENS}]\s*([0-9]{{1,2}})\s*[日号]?\Z"
)
COMPACT = re.compile(r"([12][0-9]{3})([0-9]{2})([0-9]{2})\Z")
DAY_DOTTED = re.compile(r"([0-9]{1,2})\.\s*([0-9]{1,2})\.\s*([0-9]{4})\Z")
SLASHED = re.compile(r"([0-9]{1,2})([/-])([0-9]{1,2})\2([0-9]{4})\Z")
SHORT_YEAR = re.compile(r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2}\Z")
MONTH_ONLY = re.compile(r"[0-9]{4}(?:[-/.][0-9]{1,2}|年[0-9]{1,2}月)\Z")
SERIAL = re.compile(r"[0-9]{5}(?:\.[0-9]+)?\Z")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAY_WORD = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?[ .-]+([A-Za-z]{3,9})\.?,?[ -]+([0-9]{4})\Z")
WORD_DAY = re.compile(r"([A-Za-z]{3,9})\.? +([0-9]{1,2})(?:st|nd|rd|th)?,? +([0-9]{4})\Z")
WITH_TIME = re.compile(
    r"(.*?[0-9日号])(?:[Tt\s]\s*|(?<=[日号]))"
    r"([0-9]{1,2})[:点时]([0-9]{2})分?(?::?([0-9]{2})(?:[.,][0-9]+)?秒?)?\s*(Z|z|UTC|GMT|[+\-−][0-9]{1,2}(?::?[0-9]{2})?)?\Z"
)


def read_date(text: str) -> str | Wrong:
    """A calendar day in ISO form, or why it is none."""
    if DATE.match(text):
        return _check_day(text) or text
    return explain_date(text)


def read_datetime(text: str) -> str | Wrong:
    """A point of time with its zone in ISO form, or why it is none."""
    if DATETIME.match(text):
        return _check_time(text) or text
    return explain_datetime(text)


def read_moment(text: str) -> str | Wrong:
    """A day, or a point of time with its zone."""
    return read_date(text) if DATE.match(text) else _explain_moment(text)


def _explain_moment(text: str) -> str | Wrong:
    if DATETIME.match(text):
        return read_datetime(text)
    if WITH_TIME.match(unicodedata.normalize("NFKC", text).strip()):
        return explain_datetime(text)
    return explain_date(text)


def explain_date(text: str) -> Wrong:
    """Why ``text`` is no date, with the date it means where that is beyond doubt."""
    narrow = unicodedata.normalize("NFKC", text).strip()
    if DATETIME.match(narrow) or WITH_TIME.match(narrow):
        day = narrow[:10] if DATE.match(narrow[:10]) else _find_day(narrow, WITH_TIME)
        known = DATE.match(day) and not _check_day(day)
        return Wrong("date-form", "has-time-fixed", day) if known else Wrong("date-form", "has-time")
    found = parse_loose_date(narrow)
    if isinstance(found, Wrong):
        return found
    return _check_day(found) or Wrong("date-form", "fixed", found)


def parse_loose_date(text: str) -> str | Wrong:
    """The ISO form of a date in another common form, whether or not there is such a day."""
    match = YEAR_FIRST.match(text) or COMPACT.match(text)
    if match:
        groups = match.groups()
        return _iso(groups[0], groups[1], groups[2])
    match = DAY_DOTTED.match(text)
    if match:
        return _iso(match[3], match[2], match[1])
    match = SLASHED.match(text)
    if match:
        return _order_slashed(int(match[1]), int(match[3]), match[4])
    match = DAY_WORD.match(text)
    if match and match[2][:3].lower() in MONTHS:
        return _iso(match[3], str(MONTHS.index(match[2][:3].lower()) + 1), match[1])
    match = WORD_DAY.match(text)
    if match and match[1][:3].lower() in MONTHS:
        return _iso(match[3], str(MONTHS.index(match[1][:3].lower()) + 1), match[2])
    if SHORT_YEAR.match(text):
        return Wrong("date-form", "short-year")
    if MONTH_ONLY.match(text):
        return Wrong("date-form", "month-only")
    if SERIAL.match(text):
        return Wrong("date-form", "serial")
    return Wrong("date-form")


def explain_datetime(text: str) -> Wrong:
    """Why ``text`` is no point of time."""
    narrow = unicodedata.normalize("NFKC", text).strip()
    match = WITH_TIME.match(narrow)
    if match is None:
        found = narrow if DATE.match(narrow) else parse_loose_date(narrow)
        if isinstance(found, Wrong):
            return found if found.key != "default" else Wrong("date-form", "time")
        return _check_day(found) or Wrong("date-form", "needs-time", f"{found}T09:00+08:00")
    day = match[1].strip()
    found = day if DATE.match(day) else parse_loose_date(day)
    if isinstance(found, Wrong):
        return found
    clock = f"{int(match[2]):02d}:{match[3]}" + (f":{match[4]}" if match[4] and match[4] != "00" else "")
    wrong = _check_time(f"{found}T{clock}Z")
    if wrong:
        return wrong
    if not match[5]:
        return Wrong("datetime-no-zone", "default", f"{found}T{clock}+08:00")
    fixed = f"{found}T{clock}{_mend_zone(match[5])}"
    if not DATETIME.match(fixed):
        return Wrong("bad-date", "zone", "", (("zone", match[5]),))
    return _check_time(fixed) or Wrong("date-form", "fixed", fixed)


def _find_day(text: str, pattern: re.Pattern[str]) -> str:
    match = pattern.match(text)
    found = parse_loose_date(match[1].strip()) if match else ""
    return found if isinstance(found, str) else ""


def _mend_zone(zone: str) -> str:
    if zone in ("Z", "z", "UTC", "GMT"):
        return "Z"
    digits = zone[1:].replace(":", "")
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "00")
    return f"{'+' if zone[0] == '+' else '-'}{int(hours):02d}:{minutes}"


def _order_slashed(first: int, second: int, year: str) -> str | Wrong:
    if first > 12 and second <= 12:
        return _iso(year, str(second), str(first))
    if second > 12 >= first or first == second:
        return _iso(year, str(first), str(second))
    if first > 12:
        return Wrong("bad-date", "no-day")
    one, other = _iso(year, str(first), str(second)), _iso(year, str(second), str(first))
    return Wrong("date-form", "ambiguous", "", (("one", one), ("other", other)))


def _iso(year: str, month: str, day: str) -> str:
    return f"{year}-{int(month):02d}-{int(day):02d}"


def _check_day(text: str) -> Wrong | None:
    year, month, day = int(text[:4]), int(text[5:7]), int(text[8:10])
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return Wrong("bad-date", "year", "", (("year", text[:4]),))
    if not 1 <= month <= 12:
        return Wrong("bad-date", "month", "", (("month", text[5:7]),))
    last = monthrange(year, month)[1]
    if not 1 <= day <= last:
        return Wrong("bad-date", "day", "", (("month", text[:7]), ("last", str(last))))
    return None


def _check_time(text: str) -> Wrong | None:
    wrong = _check_day(text[:10])
    if wrong:
        return wrong
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return Wrong("bad-date", "time", "", (("time", text[11:].rstrip("Z")),))
    return None
