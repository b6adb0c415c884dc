"""Survey answers outside the scale they were given on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.rules.values import text_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "score-range"
LEVEL = Level.ERROR
TYPES = ("feedback",)

USUAL_SCALES = {"nps": "0-10", "csat": "1-5", "ces": "1-7"}
"""Kind of survey → the scale it has where the record names none."""


def fields(rtype: RecordType) -> Iterable[str]:
    """The score."""
    return ("score",)


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """A score below the lowest or above the highest possible answer."""
    score = record.data.get("score")
    scale = text_of(record.data, "scale") or USUAL_SCALES.get(text_of(record.data, "kind"), "")
    lowest, _, highest = scale.partition("-")
    is_scale = lowest.isascii() and lowest.isdigit() and highest.isascii() and highest.isdigit()
    if isinstance(score, (int, Decimal)) and is_scale and not int(lowest) <= score <= int(highest):
        yield Finding(("score",), args={"score": str(score), "scale": f"{lowest}–{highest}"})
