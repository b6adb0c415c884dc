"""Work items without exactly one Accountable and at least one Responsible."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record, Value
from kam.model.schema import RecordType
from kam.rules.values import iter_maps, text_of
from kam.settings.division import Responsibilities

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "accountable"
LEVEL = Level.ERROR
TYPES = ("profile",)


def fields(rtype: RecordType) -> Iterable[str]:
    """The division of work."""
    return ("responsibilities",)


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """Rows of the division of work with none or several Accountables, nobody Responsible, or written twice."""
    may_do_it = settings.part(Responsibilities).accountable_may_do_the_work
    seen: set[tuple[str, str, str]] = set()
    for path, row in iter_maps(record.data, "responsibilities"):
        item = text_of(row, "item")
        accountable = _names(row.get("accountable"))
        args = {"item": item, "count": str(len(accountable)), "names": ", ".join(accountable)}
        if not accountable:
            yield Finding(path, "none", args)
        elif len(accountable) > 1:
            yield Finding((*path, "accountable"), "many", args)
        if not _names(row.get("responsible")) and not (may_do_it and accountable):
            yield Finding(path, "responsible", args)
        same = (item.casefold(), _key(row.get("applies_to")), _key(row.get("severity")))
        if item and same in seen:
            yield Finding((*path, "item"), "twice", args)
        seen.add(same)


def _names(value: Value | None) -> list[str]:
    """Different persons in a list; a single text counts as a list of one."""
    given = value if isinstance(value, list) else [value] if value else []
    return list(dict.fromkeys(str(each) for each in given))


def _key(value: Value | None) -> str:
    return ", ".join(sorted(_names(value)))
