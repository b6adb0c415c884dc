"""Days and times in another form."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from kam.load.dates import DAY_DOTTED, WITH_TIME
from kam.mending.page import Page
from kam.mending.patch import Patch
from kam.mending.written import fixed_of
from kam.model.problem import Problem

RULES = ("date-form", "datetime-no-zone")

FRACTION = re.compile(r":[0-9]{2}[.,][0-9]*[1-9]")
MIDNIGHT = re.compile(r"(?:[Tt\s]\s*)0?0:00(?::00)?(?:\.0+)?\s*(?:Z|\+[0-9]{2}:?[0-9]{2})?\Z")
CERTAIN_ZONE = re.compile(r"(?:[Zz]|UTC|GMT|\+[0-9]{1,2}(?::?[0-9]{2})?|[-−][0-9]{4})\Z")
LONG_ZONE = re.compile(r"T[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?[-−][0-9]{2}:?[0-9]{2}\Z")


def mend(problem: Problem, page: Page) -> Patch | None:
    """The ISO form, where the text can mean one day or one moment only."""
    path = page.path_of(problem)
    node = page.node(path)
    if node is None:
        return None
    text = unicodedata.normalize("NFKC", node.text).strip()
    fixed = fixed_of(problem)
    if not fixed or FRACTION.search(text) or _has_two_orders(text):
        return None
    if problem.rule == "datetime-no-zone":
        return _add_zone(fixed, path, page)
    if problem.key == "has-time-fixed" and not MIDNIGHT.search(text):
        return None
    if problem.key not in ("fixed", "has-time-fixed") or not _is_zone_certain(text):
        return None
    return page.replace(path, fixed)


def _has_two_orders(text: str) -> bool:
    """``3.4.2026`` begins with the day in most of the world, but not everywhere."""
    match = DAY_DOTTED.match(text) or re.match(r"([0-9]{1,2})\.\s*([0-9]{1,2})\.\s*[0-9]{4}[T\s]", text)
    return match is not None and match[1] != match[2] and int(match[1]) <= 12 and int(match[2]) <= 12


def _is_zone_certain(text: str) -> bool:
    """A span of time, ``09:00-10:30``, is no time with a zone."""
    if not WITH_TIME.match(text):
        return True
    return CERTAIN_ZONE.search(text) is not None or LONG_ZONE.search(text) is not None


def _add_zone(fixed: str, path: tuple[str | int, ...], page: Page) -> Patch | None:
    """The time in the company's zone, unless its clocks show that time twice or never."""
    name = page.settings.site.time_zone
    naive = datetime.fromisoformat(fixed[:-6])
    try:
        zone = ZoneInfo(name)
    except (KeyError, ValueError):
        return None
    offsets = {naive.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)}
    offset = offsets.pop()
    if offsets or offset is None or offset % timedelta(minutes=1):
        return None
    minutes = int(offset.total_seconds()) // 60
    written = f"{fixed[:-6]}{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
    return page.replace(path, written, note=(f"in the company's time zone, {name}", f"按公司时区 {name}"))
