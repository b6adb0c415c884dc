"""Ledger entries that stand in the file of another month."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.rules.values import text_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "ledger-month"
LEVEL = Level.WARNING

MONTH = re.compile(r"/(\d{4}-\d{2})\.md$")


def fields(rtype: RecordType) -> Iterable[str]:
    """The date of a ledger's entries."""
    return [rtype.date_field] if rtype.layout == "ledger" else ()


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """An entry whose date is not of the month that the file is named after."""
    if rtype.layout != "ledger" or not rtype.date_field:
        return
    month = MONTH.search(record.path)
    on = text_of(record.data, rtype.date_field)
    if month and on and on[:7] != month[1]:
        args = {"date": on, "month": month[1], "right": f"{on[:7]}.md"}
        yield Finding((rtype.date_field,), args=args)
