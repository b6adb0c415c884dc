"""``policy.yml``, section ``hand_over``: when a change of owner needs a hand-over note."""

from __future__ import annotations

from typing import NamedTuple

from kam.settings.parts import Known
from kam.settings.requirements import choices_of
from kam.settings.section import Section

KEYS = ("tiers", "note_within_days", "looked_at_for_days")


class HandOver(NamedTuple):
    """In accounts of these tiers (empty: all) a hand-over note is complete so many days after a change of owner; 0
    demands none. Changes are looked at for so many days, so that old ones need no note after the fact."""

    tiers: tuple[str, ...] = ()
    note_within_days: int = 0
    looked_at_for_days: int = 365


def read_hand_over(section: Section, known: Known) -> HandOver:
    """The section; tiers must be known."""
    for key in section.value:
        if key not in KEYS:
            section.report_unknown(key, KEYS)
    return HandOver(
        tiers=section.choices("tiers", choices_of(known, "tier")),
        note_within_days=section.whole("note_within_days", 0, least=0, most=365),
        looked_at_for_days=section.whole("looked_at_for_days", 365, least=1, most=3660),
    )
