"""An owner or a tier that is not the current one of its history, or two that are current at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.rules.values import iter_maps, text_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "owner-history"
LEVEL = Level.ERROR
TYPES = ("profile",)

HISTORIES = (("owner", "owners", "person"), ("tier", "tiers", "tier"))
"""The field with the current value, the list with the earlier ones, and the field of an entry that holds it."""


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """Current values that disagree with the list's open entry, and open entries before the last."""
    for field, name, held in HISTORIES:
        entries = list(iter_maps(record.data, name))
        open_ones = [(path, entry) for path, entry in entries if not text_of(entry, "to")]
        now = text_of(record.data, field)
        args = {"field": field, "list": name, "now": now}
        for path, entry in open_ones[:-1]:
            last = text_of(open_ones[-1][1], held)
            yield Finding(path, "several", {**args, "value": text_of(entry, held), "last": last})
        if now and open_ones and text_of(open_ones[-1][1], held) != now:
            yield Finding((field,), "differs", {**args, "last": text_of(open_ones[-1][1], held)})
