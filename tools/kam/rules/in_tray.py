"""Records that wait in the in-tray for an account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import UNASSIGNED
from kam.rules.contract import AccountRecords

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "in-tray"
LEVEL = Level.WARNING


def check_account(records: AccountRecords, settings: Settings) -> Iterator[Finding]:
    """Every record below ``_unassigned``."""
    if records.account == UNASSIGNED:
        for record in records:
            yield Finding(args={"record": record.id}, record=record.id)
