"""``policy.yml``, section ``ages``: after how many days without a look records count as stale, by tier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from kam.model.schema import NOTHING, RecordType
from kam.settings.parts import Known
from kam.settings.requirements import read_by_tier
from kam.settings.section import Section

EVERY = "default"
"""The key of what holds for tiers that are not named."""
NEVER = "never"


class Ages(NamedTuple):
    """Tier (or ``default``) → record type → days; 0 for a type that never grows old."""

    days: Mapping[str, Mapping[str, int]] = NOTHING

    def allowed(self, rtype: RecordType, tier: str) -> int | None:
        """Days that a record of that type may go without a look in an account of that tier; None: as long as it
        likes. What the policy does not say follows from the schema's ``x-age``."""
        for key in (tier, EVERY):
            days = self.days.get(key, {}).get(rtype.name)
            if days is not None:
                return days or None
        return rtype.max_age


def read_ages(section: Section, known: Known) -> Ages:
    """The section; tiers and types must be known."""
    return Ages(
        {
            tier: {name: _days(entry, name) for name in _types(entry, known)}
            for tier, entry in read_by_tier(section, known, EVERY)
        }
    )


def _types(entry: Section, known: Known) -> list[str]:
    for name in entry.value:
        if name not in known.types:
            entry.report_unknown(name, tuple(known.types))
    return [name for name in entry.value if name in known.types]


def _days(entry: Section, name: str) -> int:
    return 0 if entry.value[name] == NEVER else entry.whole(name, 0, least=1, most=3660)
