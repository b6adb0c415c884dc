"""An automatic reply that is given as the first response."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.rules.values import text_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "automatic-reply"
LEVEL = Level.WARNING
TYPES = ("issue",)


def fields(rtype: RecordType) -> Iterable[str]:
    """The field without which there is nothing to say."""
    return ("auto_reply_at",)


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """A first response at the very moment of the automatic reply."""
    reply = text_of(record.data, "auto_reply_at")
    if reply and reply == text_of(record.data, "first_response_at"):
        yield Finding(("first_response_at",), args={"at": reply})
