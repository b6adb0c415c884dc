"""Probabilities written as a fraction instead of in per cent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "small-probability"
LEVEL = Level.WARNING
TYPES = ("opportunity",)


def fields(rtype: RecordType) -> Iterable[str]:
    """The probability."""
    return ("probability",)


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """A probability above zero and below one per cent."""
    value = record.data.get("probability")
    if isinstance(value, Decimal) and 0 < value < 1:
        yield Finding(("probability",), args={"value": str(value), "meant": f"{(value * 100).normalize():f}"})
