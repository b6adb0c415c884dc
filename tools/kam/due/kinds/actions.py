"""Follow-ups, tasks, actions of plans, mitigation, reminders: one shape, wherever they stand."""

from __future__ import annotations

from collections.abc import Iterator

from kam.due.item import Due
from kam.due.look import Look, person_of, rows_of, text_of
from kam.model.phrases import same
from kam.policy.duty import DutyKind, places_of

KIND = "action"


def find(look: Look) -> Iterator[Due]:
    """All actions that are open, whatever became of their record."""
    for record in look.records:
        for field, kind in places_of(look.rtype(record)):
            if kind is not DutyKind.ACTION:
                continue
            for at, row in enumerate(rows_of(record.data, field.name)):
                if row.get("status", "open") != "open":
                    continue
                number = text_of(row, "id")
                step = f"{field.name}[{number or at}]"
                yield Due(
                    KIND,
                    record.id,
                    record.type,
                    record.account,
                    due=text_of(row, "due"),
                    people=person_of(row, "owner"),
                    what=same(text_of(row, "what")),
                    title=look.title(record),
                    key=f"{field.name}.{number or at}",
                    command=f'kam set {record.id} "{step}.status=done"',
                    reads=((field.name, "what"), (field.name, "due")),
                )
