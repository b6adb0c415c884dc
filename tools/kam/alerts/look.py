"""What a kind of alert is given to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from kam.due import Due
from kam.due.care import Care
from kam.kpi.health import Healths
from kam.model.record import Data, Record
from kam.settings.alerts import Alerts
from kam.settings.health import Health

if TYPE_CHECKING:
    from kam.settings import Settings


@dataclass(frozen=True)
class Decline:
    """An account whose orders fall off: its last order, that order's day, and the sign (``late``, ``falling``,
    ``both``, or empty where the KPI names none)."""

    record: str
    day: str
    sign: str = ""


@dataclass(frozen=True)
class Evidence:
    """What is known of the accounts on a day.

    ``due`` and ``care`` (contacts, by account) are what is due; ``records`` holds issues, risks and feedback by
    account; ``shares`` are those of our sales, in percent.
    """

    settings: Settings
    as_of: date
    due: Sequence[Due] = ()
    care: Mapping[str, Sequence[Care]] = field(default_factory=dict)
    profiles: Mapping[str, Record] = field(default_factory=dict)
    records: Mapping[str, Sequence[Record]] = field(default_factory=dict)
    healths: Healths = field(default_factory=lambda: Healths(Health()))
    declines: Mapping[str, Decline] = field(default_factory=dict)
    shares: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def policy(self) -> Alerts:
        """From when on to be alerted."""
        return self.settings.part(Alerts)

    @property
    def today(self) -> str:
        """The day as ISO date."""
        return self.as_of.isoformat()

    def profile(self, account: str) -> Data:
        """The fields of an account's profile; empty where it has none."""
        found = self.profiles.get(account)
        return found.data if found else {}

    def name(self, account: str) -> str:
        """The short name of an account."""
        return str(self.profile(account).get("name", account))

    def owner(self, account: str) -> tuple[str, ...]:
        """The owner of an account, where there is one."""
        found = self.profile(account).get("owner")
        return (str(found),) if found else ()

    def is_over(self, account: str) -> bool:
        """Whether the account is closed."""
        profile = self.profiles.get(account)
        states = self.settings.types[profile.type].states if profile else None
        return bool(profile and states and profile.data.get(states.field) in states.terminal)
