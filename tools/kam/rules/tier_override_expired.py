"""A tier against the figures whose last day has passed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.policy.tier import OVERRIDE, find_override, tier_on
from kam.rules.contract import AccountRecords

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "tier-override-expired"
LEVEL = Level.WARNING


def check_account(records: AccountRecords, settings: Settings, as_of: date) -> Iterator[Finding]:
    """The override of the profile, where it has ended and the tier it gave still stands."""
    profile = records.profile
    found = find_override(profile.data) if profile else None
    if profile is None or found is None or found.state(tier_on(profile.data, as_of), as_of) != "expired":
        return
    args = {"tier": found.tier, "until": found.until, "account": records.account}
    yield Finding((OVERRIDE, "until"), "default", args, profile.id)
