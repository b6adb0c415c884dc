"""Records that were changed after a second person had verified them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.rules.contract import AccountRecords
from kam.rules.judged import iter_checked
from kam.rules.verification_missing import is_late

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "verification-void"
LEVEL = Level.WARNING


def check_account(records: AccountRecords, settings: Settings, as_of: date) -> Iterator[Finding]:
    """The last verification of records that say something else since, once the days to do it again have passed."""
    for checked in iter_checked(records, settings):
        last = checked.stale
        if checked.valid is None and last is not None and is_late(checked, records, settings, as_of):
            args = {"person": last.by, "on": last.on, "record": checked.record.id}
            yield Finding((checked.field, last.at), "default", args, checked.record.id)
