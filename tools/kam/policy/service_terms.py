"""What is promised to one account: its tier's levels, changed by the exceptions that its profile names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from kam.model.record import Data
from kam.policy.calendar import WorkingTime, working_time
from kam.policy.tier import tier_on
from kam.settings.service_levels import Limit, ServiceLevels, parse_limit

EXCEPTIONS = "service_levels"
"""The list of a profile with promises of its own."""
NO_PROFILE: Data = {}
WORKING_DAY = 8 * 3600
"""Seconds of a working day where no calendar says how many there are."""


class Promise(NamedTuple):
    """A time limit and how it is counted: in working time, or around the clock where ``work`` is None."""

    limit: Limit
    length: timedelta
    work: WorkingTime | None = None

    def add(self, start: datetime, amount: timedelta) -> datetime | None:
        """The moment at which so much of the counted time has passed; None where it never does."""
        if self.work is not None:
            return self.work.add_business_time(start, amount)
        try:
            return start + amount
        except OverflowError:
            return None

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The counted time between two moments."""
        if self.work is None:
            return max(end - start, timedelta())
        return self.work.business_time_between(start, end)


class Terms:
    """The promises of one account. ``profile`` may be empty: then the defaults hold."""

    def __init__(self, levels: ServiceLevels, profile: Data = NO_PROFILE) -> None:
        self.levels = levels
        self.profile = profile
        self._found: dict[tuple[str, str, date], Promise | None] = {}
        self._tiers: dict[date, str] = {}
        listed = profile.get(EXCEPTIONS)
        self._own = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []

    def promise(self, clock: str, severity: str, day: date) -> Promise | None:
        """What holds for an issue of that severity reported on that day; None where nothing is promised."""
        key = (clock, severity, day)
        if key not in self._found:
            self._found[key] = self._find(clock, severity, day)
        return self._found[key]

    def tier(self, day: date) -> str:
        """The account's tier on a day; empty where it has none."""
        found = self._tiers.get(day)
        if found is None:
            found = self._tiers[day] = tier_on(self.profile, day)
        return found

    def work(self, day: date) -> WorkingTime | None:
        """The working time that counts for the account; None where no calendar does."""
        known = self.levels.calendars.get(self._calendar(self.tier(day)))
        return working_time(known) if known else None

    def _find(self, clock: str, severity: str, day: date) -> Promise | None:
        tier = self.tier(day)
        level = self.levels.level(tier, severity)
        limit = level.limit(clock) if level else None
        calendar = self._calendar(tier)
        for entry in self._exceptions(severity, day):
            limit = parse_limit(entry.get(clock)) or limit
            calendar = _text(entry, "calendar") or calendar
        if limit is None:
            return None
        known = self.levels.calendars.get(calendar)
        work = working_time(known) if known and limit.is_business else None
        return Promise(limit, timedelta(seconds=limit.seconds(work.business_day if work else WORKING_DAY)), work)

    def _calendar(self, tier: str) -> str:
        levels = self.levels
        return levels.by_tier.get(tier) or levels.by_country.get(_text(self.profile, "country")) or levels.calendar

    def _exceptions(self, severity: str, day: date) -> list[Data]:
        """The entries of the profile that hold, those for one severity after those for all."""
        today = day.isoformat()
        found = [
            each
            for each in self._own
            if _text(each, "severity") in ("", severity)
            and _text(each, "from") <= today <= (_text(each, "to") or today)
        ]
        return sorted(found, key=lambda each: bool(_text(each, "severity")))


def _text(data: Mapping[str, object], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""
