"""The clocks of an account's issues, as the rules on service levels look at them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from kam.model.record import Record
from kam.policy.service_level import ServiceClock
from kam.policy.service_terms import NO_PROFILE, Terms
from kam.rules.contract import AccountRecords
from kam.settings.service_levels import ServiceLevels

if TYPE_CHECKING:
    from kam.settings import Settings

ISSUE = "issue"


def find_open_issues(records: AccountRecords, settings: Settings) -> list[Record]:
    """The account's issues that are not solved yet, where there are service levels for them."""
    issues = records.of(ISSUE) if settings.part(ServiceLevels).levels else ()
    states = settings.types[ISSUE].states if issues else None
    return [each for each in issues if each.data.get("status") in states.open] if states else []


class AccountClocks:
    """What it takes to follow an account's open issues. ``moment`` is the beginning of the day ``as_of``: what falls
    due on the day itself is not late yet."""

    def __init__(self, records: AccountRecords, settings: Settings, as_of: date) -> None:
        profile = records.profile
        self.settings, self.as_of = settings, as_of
        self.profile = profile.data if profile is not None and not profile.faulty else NO_PROFILE
        self.levels = settings.part(ServiceLevels)
        self.zone = ZoneInfo(settings.site.time_zone)
        self.moment = datetime(as_of.year, as_of.month, as_of.day, tzinfo=self.zone)
        states = settings.types[ISSUE].states if ISSUE in settings.types else None
        self.open_states = states.open if states else ()
        self.clock = ServiceClock(self.zone, self.open_states, self.levels.pause_while)
        self.terms = Terms(self.levels, self.profile)
        self._records = records

    def open_issues(self) -> list[Record]:
        """The account's issues that are not solved yet."""
        return find_open_issues(self._records, self.settings)

    def shown(self, at: datetime) -> str:
        """A moment as messages say it: in the company's zone, to the minute."""
        return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M}"

    def words(self, person: str) -> dict[str, str]:
        """A person's name in both languages, for the gaps of a message."""
        known = self.settings.people.get(person)
        return {f"person_{lang}": known.names.get(lang, person) if known else person for lang in ("en", "zh")}
