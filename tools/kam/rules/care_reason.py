"""A care plan that promises less than the tier asks for, without a reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.policy.cadence import every_words, is_less
from kam.rules.values import iter_maps, text_of
from kam.settings.cadence import Cadence

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "care-reason"
LEVEL = Level.WARNING
TYPES = ("profile",)


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """Entries of the care plan that are less than the tier's cadence and do not say why."""
    tier = text_of(record.data, "tier")
    rhythms = {each.kind: each for each in settings.part(Cadence).tiers.get(tier, ())}
    for path, entry in iter_maps(record.data, "care"):
        rhythm = rhythms.get(text_of(entry, "kind"))
        if rhythm is not None and is_less(entry, rhythm) and not text_of(entry, "why").strip():
            every = every_words(rhythm.every)
            yield Finding(path, "default", {"tier": tier, "every_en": every["en"], "every_zh": every["zh"]})
