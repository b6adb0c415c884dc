"""Milestones of projects that are not reached yet."""

from __future__ import annotations

from collections.abc import Iterator

from kam.due.item import Due
from kam.due.look import Look, person_of, rows_of, text_of
from kam.due.words import say
from kam.policy.duty import DutyKind, is_open, places_of

KIND = "milestone"


def find(look: Look) -> Iterator[Due]:
    """The milestones without an actual day, of records that are open; the record's owner where they name nobody."""
    for record in look.records:
        rtype = look.rtype(record)
        for field, kind in places_of(rtype):
            if kind is not DutyKind.MILESTONE or not is_open(record, rtype):
                continue
            for at, row in enumerate(rows_of(record.data, field.name)):
                if row.get("actual"):
                    continue
                number = text_of(row, "id") or str(at)
                yield Due(
                    KIND,
                    record.id,
                    record.type,
                    record.account,
                    due=text_of(row, "planned"),
                    people=person_of(row, "owner") or person_of(record.data, "owner"),
                    what=say(KIND, name=text_of(row, "name")),
                    title=look.title(record),
                    key=f"{field.name}.{number}",
                    command=f'kam set {record.id} "{field.name}[{number}].actual=today"',
                    reads=((field.name, "name"), (field.name, "planned")),
                )
