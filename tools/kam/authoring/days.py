"""Days and times as people type them, in ISO form."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from kam.load.dates import MONTHS, explain_date
from kam.load.exact import DATETIME, is_day

TODAY = {
    "today": 0,
    "今天": 0,
    "今日": 0,
    "tomorrow": 1,
    "明天": 1,
    "明日": 1,
    "后天": 2,
    "yesterday": -1,
    "昨天": -1,
    "前天": -2,
}
NOW = frozenset({"now", "现在"})
AHEAD = re.compile(r"\+\s*(\d{1,4})\s*([dwDW天周]|日)\Z")
MONTH_DAY = re.compile(r"(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?\Z")
WORD_MONTH = re.compile(r"(?:(\d{1,2})\s+([A-Za-z]{3,9})|([A-Za-z]{3,9})\s+(\d{1,2}))\.?\Z")
CLOCK = re.compile(r"(.*?)[\sTt]*(?<!\d)(\d{1,2})(?:[:：](\d{2})(?::00)?|[点时](\d{1,2})?分?)\Z")


def read_day(text: str, today: date, *, ahead: bool = False) -> tuple[str, bool] | None:
    """A day, and whether its year was left to us; None where the text is none we can be sure of.

    Without a year it is that of ``today``, or with ``ahead`` the next such day.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain.casefold() in TODAY:
        return (today + timedelta(days=TODAY[plain.casefold()])).isoformat(), False
    match = AHEAD.match(plain)
    if match:
        return (today + timedelta(days=int(match[1]) * (7 if match[2] in "wW周" else 1))).isoformat(), False
    if is_day(plain):
        return plain, False
    month_day = _find_month_day(plain)
    if month_day is not None:
        found = _with_year(*month_day, today, ahead=ahead)
        return (found, True) if found else None
    fixed = explain_date(plain).fixed
    return (fixed, False) if is_day(fixed) else None


def _find_month_day(text: str) -> tuple[int, int] | None:
    match = MONTH_DAY.match(text)
    if match:
        return int(match[1]), int(match[2])
    match = WORD_MONTH.match(text)
    word = (match[2] or match[3])[:3].lower() if match else ""
    if match and word in MONTHS:
        return MONTHS.index(word) + 1, int(match[1] or match[4])
    return None


def _with_year(month: int, day: int, today: date, *, ahead: bool) -> str:
    for year in (today.year, today.year + 1):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found >= today or not ahead:
            return found.isoformat()
    return ""


def read_moment(text: str, today: date, moment: str, zone: str) -> tuple[str, bool] | None:
    """A day, or a time with its zone (the company's where none is given); as ``read_day``."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain.casefold() in NOW:
        return moment, False
    if DATETIME.match(plain):
        return plain, False
    match = CLOCK.match(plain)
    if match is None:
        return read_day(plain, today)
    day = read_day(match[1], today) if match[1].strip() else (today.isoformat(), False)
    hour, minute = int(match[2]), int(match[3] or match[4] or 0)
    if day is None or hour > 23 or minute > 59:
        return None
    return at_clock(day[0], hour, minute, zone), day[1]


def at_clock(day: str, hour: int, minute: int, zone: str) -> str:
    """That time of that day in the company's zone: ``2026-03-02T09:00+08:00``."""
    at = datetime.fromisoformat(day).replace(hour=hour, minute=minute, tzinfo=ZoneInfo(zone))
    return at.isoformat(timespec="minutes")
