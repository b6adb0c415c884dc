"""Who has what to do: the open work of people, read off one record at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from kam.model.per_type import per_type
from kam.model.problem import FieldPath
from kam.model.record import Record, Value
from kam.model.schema import Field, Kind, RecordType

HOLDERS = ("owner", "handler", "executive_sponsor", "auditor", "reviewer", "trainer", "person")
"""Fields that name who has to do with a record as long as it is open."""
NO_HOLDER = {("appraisal", "person")}
"""Whom an appraisal is about has nothing to do for it."""
PAST = frozenset({"owners"})
"""Spans of assignments that only tell what was: the present one stands in a field of its own."""
DUE_FIELDS = ("due", "due_resolution", "expected_close", "review_on", "period_end", "end")
"""By when a record is to be done with, the strongest first."""
IN_CHARGE = ("responsible", "accountable", "stand_in")


class DutyKind(StrEnum):
    """In which way a person has to do with a record."""

    HOLDER = "holder"
    TEAM = "team"
    ACTION = "action"
    WORK_ITEM = "work_item"
    CARE = "care"
    MILESTONE = "milestone"


class Duty(NamedTuple):
    """Something open that ``person`` has to do. ``path`` leads to the person's name in the record; ``what`` says it in
    the words of the record (the field's name for a holder); ``due`` is an ISO date or empty."""

    record: str
    type: str
    path: FieldPath
    person: str
    kind: DutyKind
    what: str
    due: str = ""


def is_open(record: Record, rtype: RecordType) -> bool:
    """Whether the record is in one of the states its type calls open. One that names no state is open where records
    of its type grow old; orders, invoices and the like without a state are over."""
    if rtype.states is None:
        return False
    state = record.data.get(rtype.states.field)
    return state in rtype.states.open or (state is None and rtype.max_age is not None)


def iter_duties(record: Record, rtype: RecordType, as_of: date) -> Iterator[Duty]:
    """All open duties that a record names. Actions count while they are open, whatever became of their record."""
    still = is_open(record, rtype)
    for each, kind in places_of(rtype):
        value = record.data.get(each.name)
        if kind is DutyKind.HOLDER:
            if still and isinstance(value, str):
                due = next((str(record.data[name])[:10] for name in DUE_FIELDS if record.data.get(name)), "")
                yield Duty(record.id, rtype.name, (each.name,), value, kind, each.name, due)
        elif (still or kind is DutyKind.ACTION) and isinstance(value, list):
            for at, row in enumerate(value):
                if isinstance(row, dict):
                    for path, person, what, due in _in_row(row, kind, as_of.isoformat()):
                        yield Duty(record.id, rtype.name, (each.name, at, *path), person, kind, what, due)


def _places(rtype: RecordType) -> tuple[tuple[Field, DutyKind], ...]:
    found = []
    for each in rtype.fields:
        kind = _kind_of(each, rtype)
        if kind:
            found.append((each, kind))
    return tuple(found)


places_of = per_type(_places)
"""The fields of a type in which duties stand, each with their kind."""


def _kind_of(each: Field, rtype: RecordType) -> DutyKind | None:
    if each.kind is Kind.REFERENCE:
        is_holder = each.name in HOLDERS and "person" in each.targets and (rtype.name, each.name) not in NO_HOLDER
        return DutyKind.HOLDER if is_holder else None
    if each.kind is not Kind.LIST or each.name in PAST:
        return None
    shapes = {"action": DutyKind.ACTION, "assignment": DutyKind.TEAM, "raci": DutyKind.WORK_ITEM}
    if each.shape in shapes:
        return shapes[each.shape]
    names = each.by_name.keys()
    if {"kind", "every", "person"} <= names:
        return DutyKind.CARE
    return DutyKind.MILESTONE if {"planned", "actual", "owner"} <= names else None


def _in_row(row: Mapping[str, Value], kind: DutyKind, today: str) -> Iterator[tuple[FieldPath, str, str, str]]:
    """Path inside the row, person, what and due date of each duty in a list's map."""
    if kind is DutyKind.ACTION:
        if row.get("status", "open") == "open" and isinstance(row.get("owner"), str):
            yield ("owner",), str(row["owner"]), str(row.get("what", "")), str(row.get("due", ""))
    elif kind is DutyKind.TEAM:
        is_on = str(row.get("from", "")) <= today and (not row.get("to") or str(row["to"]) >= today)
        if is_on and isinstance(row.get("person"), str):
            yield ("person",), str(row["person"]), str(row.get("role", "")), ""
    elif kind is DutyKind.CARE:
        if isinstance(row.get("person"), str):
            yield ("person",), str(row["person"]), f"{row.get('kind', '')} / {row.get('every', '')}", ""
    elif kind is DutyKind.MILESTONE:
        if not row.get("actual") and isinstance(row.get("owner"), str):
            yield ("owner",), str(row["owner"]), str(row.get("name", "")), str(row.get("planned", ""))
    else:
        for name in IN_CHARGE:
            value = row.get(name)
            for at, person in enumerate(value if isinstance(value, list) else [value]):
                if isinstance(person, str):
                    path: FieldPath = (name, at) if isinstance(value, list) else (name,)
                    yield path, person, str(row.get("item", "")), ""
