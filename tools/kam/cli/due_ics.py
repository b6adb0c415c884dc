"""What is due as a calendar (iCalendar, RFC 5545), for Outlook, Google Calendar, Apple Calendar and the like."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from kam.cli.due_text import DueList, show_label, show_people, show_place
from kam.due.item import Due
from kam.due.words import kind_label

if TYPE_CHECKING:
    from kam.settings import Settings

OCTETS = 75
"""So long a line may be, without its end."""
HALF_AN_HOUR = timedelta(minutes=30)
NOTHING = (
    "BEGIN:VTIMEZONE",
    "TZID:UTC",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0000",
    "END:STANDARD",
    "END:VTIMEZONE",
)
"""Stands in a calendar without entries, which must have a component (RFC 5545, 3.6): this one shows nowhere."""


def render_ics(listed: DueList, settings: Settings, as_of: date, lang: str) -> str:
    """A calendar with an entry for each thing that is due on a day: the whole day, or, where it is due to the minute,
    the half hour before. An entry has the same UID on every run, so that importing it again moves it. Where nothing is
    due it is a sound calendar without entries, so that who subscribes to it sees the last ones go."""
    title = "到期事项" if lang == "zh" else "What is due"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//kam//due//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escape(title)}",
    ]
    entries = [line for item in listed.items if item.due for line in _entry(listed, item, settings, as_of, lang)]
    lines += [*(entries or NOTHING), "END:VCALENDAR"]
    return "".join(f"{folded}\r\n" for line in lines for folded in fold(line))


def _entry(listed: DueList, item: Due, settings: Settings, as_of: date, lang: str) -> Iterator[str]:
    place = show_place(listed, item, settings, lang)
    commands = [each.command or each.record for each in item.places]
    about = "\n".join([place, show_people(item, settings, as_of, lang), *commands])
    yield "BEGIN:VEVENT"
    yield f"UID:{hashlib.sha256(item.id.encode()).hexdigest()[:32]}@kam"
    yield f"DTSTAMP:{as_of:%Y%m%d}T000000Z"
    yield from _times(item, ZoneInfo(settings.site.time_zone))
    yield f"SUMMARY:{escape(f'{show_label(item, lang)} · {listed.name(item.account, lang)}')}"
    yield f"DESCRIPTION:{escape(about)}"
    yield f"CATEGORIES:{escape(kind_label(item.kind)[lang])}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _times(item: Due, zone: ZoneInfo) -> Iterator[str]:
    if item.at:
        end = datetime.fromisoformat(item.at).replace(tzinfo=zone).astimezone(UTC)
        yield f"DTSTART:{end - HALF_AN_HOUR:%Y%m%dT%H%M%SZ}"
        yield f"DTEND:{end:%Y%m%dT%H%M%SZ}"
    else:
        day = date.fromisoformat(item.due)
        yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}"


def escape(text: str) -> str:
    """A text as a value of type TEXT (RFC 5545, 3.3.11); other control characters are left out."""
    for char in ("\\", ";", ","):
        text = text.replace(char, f"\\{char}")
    return "".join("\\n" if char == "\n" else char for char in text if char == "\n" or char >= " ")


def fold(line: str) -> Iterator[str]:
    """A line in pieces of 75 octets at most, those after the first begun with a blank (RFC 5545, 3.1)."""
    piece = ""
    for char in line:
        if len(f"{piece}{char}".encode()) > OCTETS:
            yield piece
            piece = " "
        piece += char
    yield piece
