"""When open issues are to be answered or solved, in a few words for their lines."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from kam.model.record import Record
from kam.policy.service_level import ServiceClock, State, find_running
from kam.policy.service_terms import NO_PROFILE, Terms
from kam.settings.service_levels import ServiceLevels
from kam.site.words import word

if TYPE_CHECKING:
    from kam.site.snapshot import Snapshot

ISSUE = "issue"
CHIPS = {State.DUE: "planned", State.MISSED: "overdue", State.PAUSED: "on_hold"}
"""How a state looks: the value whose colours it shares."""


class ServiceNotes:
    """Tells of the issues of a snapshot what is due next. What falls due on its day is not late yet."""

    def __init__(self, snapshot: Snapshot, lang: str) -> None:
        settings, day = snapshot.settings, snapshot.as_of
        self.lang = lang
        self.levels = settings.part(ServiceLevels)
        self.zone = ZoneInfo(settings.site.time_zone)
        self.moment = datetime(day.year, day.month, day.day, tzinfo=self.zone)
        rtype = snapshot.types.get(ISSUE)
        self.open_states = rtype.states.open if rtype and rtype.states else ()
        self.clock = ServiceClock(self.zone, self.open_states, self.levels.pause_while)
        self._profiles = snapshot.profiles
        self._terms: dict[str, Terms] = {}

    def note(self, record: Record) -> tuple[str, str]:
        """The chip of an open issue: whose colours it has, and its words. Empty for all other records, and where
        nothing is promised."""
        if record.type != ISSUE or record.data.get("status") not in self.open_states:
            return "", ""
        found = find_running(self.clock, record.data, self._terms_of(record.account), self.moment)
        if found is None:
            return "", ""
        clock, stage = found
        state = stage.state(self.moment)
        due = f"{stage.due.astimezone(self.zone):%Y-%m-%d %H:%M}" if stage.due else ""
        return CHIPS[state], word(f"{clock}_{state.value}", self.lang, due=due)

    def _terms_of(self, account: str) -> Terms:
        if account not in self._terms:
            profile = self._profiles.get(account)
            self._terms[account] = Terms(self.levels, profile.data if profile else NO_PROFILE)
        return self._terms[account]
