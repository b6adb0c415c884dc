"""Records that wait in the in-tray for an account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import UNASSIGNED, Record
from kam.model.schema import RecordType

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "in-tray"
LEVEL = Level.WARNING


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """Every record below ``_unassigned``."""
    if record.account == UNASSIGNED:
        yield Finding(args={"folder": rtype.folder})
