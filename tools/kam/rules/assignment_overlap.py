"""Two owners or two tiers on the same day."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.rules.values import iter_maps, text_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "assignment-overlap"
LEVEL = Level.WARNING
TYPES = ("profile",)


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """Entries that begin before the one above them has ended; ending and beginning on one day is fine."""
    for name, held in (("owners", "person"), ("tiers", "tier")):
        for (_, before), (path, entry) in pairwise(iter_maps(record.data, name)):
            ended, begun = text_of(before, "to"), text_of(entry, "from")
            if ended and begun and begun < ended and begun >= text_of(before, "from"):
                args = {"before": text_of(before, held), "ended": ended, "value": text_of(entry, held), "begun": begun}
                yield Finding((*path, "from"), args=args)
