"""Accounts that nobody owns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.rules.values import text_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "account-owner"
LEVEL = Level.WARNING
TYPES = ("profile",)


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """The profile, where it has no owner and the account is not closed."""
    if not text_of(record.data, "owner") and text_of(record.data, "lifecycle") != "closed" and not record.faulty:
        yield Finding(args={"name": text_of(record.data, "name") or record.account})
