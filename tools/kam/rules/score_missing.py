"""Survey answers without the answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.rules.score_range import USUAL_SCALES
from kam.rules.values import text_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "score-missing"
LEVEL = Level.WARNING
TYPES = ("feedback",)


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """An NPS, CSAT or CES answer that has no score."""
    kind = text_of(record.data, "kind")
    if kind in USUAL_SCALES and "score" not in record.data and not record.faulty:
        scale = text_of(record.data, "scale") or USUAL_SCALES[kind]
        yield Finding(("kind",), args={"kind": kind.upper(), "scale": scale})
