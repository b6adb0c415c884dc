"""Records that are still open by their status, though their other fields say that they ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.rules.values import text_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "closed-while-open"
LEVEL = Level.WARNING

ENDINGS = ("closed_on", "closed_at", "lost_reason", "won_reason")
"""Fields that only what has ended has."""


def fields(rtype: RecordType) -> Iterable[str]:
    """What only an ended record has."""
    return ENDINGS if rtype.states else ()


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """The status, where it is an open one and a field of the end is filled in."""
    states = rtype.states
    if states is None or text_of(record.data, states.field) not in states.open:
        return
    filled = [name for name in ENDINGS if name in record.data]
    if filled:
        args = {"field": states.field, "status": text_of(record.data, states.field), "ending": ", ".join(filled)}
        args["ends"] = ", ".join(states.terminal)
        yield Finding((states.field,), args=args)
