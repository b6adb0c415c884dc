"""The Excel form of a record type: which columns and sheets it has. Written and read by the modules beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kam.model.schema import Field, Kind, RecordType

SHEET, LISTS, ROWS = "_kam", "_lists", 300
"""The hidden sheets with what the form is and with the choices; how many empty rows a form has."""
ACCOUNT, NUMBER = "account", "#"
"""Columns that are no fields: whose record it is, and the row's number, to which rows of other sheets belong."""
PERCENT = "%"
"""The unit of fields whose cells are text: of a typed 60% a number cell would keep 0.6, which reads as 0.6 %."""
LEFT_OUT = frozenset({"source", "reviewed", "verified", "files"})
INNER = frozenset({"action", "line", "contact", "milestone"})
"""Shapes of lists that get a sheet of their own; the others grow in the course of time, not in a form."""
FORBIDDEN = re.compile(r"[\[\]:*?/\\']")


@dataclass(frozen=True, slots=True)
class Column:
    """``name`` is the field's path with dots, ``account`` or ``#``; ``field`` is None for the latter two.
    ``groups`` are the maps that the field is part of, from outside in."""

    name: str
    field: Field | None = None
    required: bool = False
    groups: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class FormSheet:
    """``list`` is the field whose items stand here, None on the sheet of the records."""

    title: dict[str, str]
    columns: tuple[Column, ...]
    list: Field | None = None


def sheets_of(rtype: RecordType) -> list[FormSheet]:
    """The sheets of a type's form: the records first, then a sheet for each list."""
    lists = [field for field in rtype.fields if field.shape in INNER and field.by_name]
    first: list[Column] = [Column(NUMBER)] if lists else []
    if rtype.scope == "account" and rtype.name != "profile":
        first.append(Column(ACCOUNT, required=True))
    columns = [*first, *_columns(rtype.fields, rtype.states.history if rtype.states else "")]
    found = [FormSheet(_title(rtype.plural, rtype.name), tuple(columns))]
    for field in lists:
        inner = [
            Column(NUMBER, required=True),
            *_columns([each for each in field.by_name.values() if not _is_mark(each)]),
        ]
        found.append(FormSheet(_title(field.label, field.name), tuple(inner), field))
    return found


def _is_mark(field: Field) -> bool:
    """An id within a list, which is given when the form is read."""
    return field.unique


def _columns(fields: Sequence[Field], history: str = "", groups: tuple[Field, ...] = ()) -> Iterator[Column]:
    for field in fields:
        if field.name in LEFT_OUT or field.name == history or (field.kind is Kind.LIST and field.by_name):
            continue
        if field.kind is Kind.MAP:
            yield from _columns(field.fields, groups=(*groups, field))
        else:
            name = ".".join(each.name for each in (*groups, field))
            yield Column(name, field, field.required and not groups, groups)


def _title(label: object, name: str) -> dict[str, str]:
    """The name of a sheet in each language, as Excel allows it."""
    labels = label if isinstance(label, dict) else {}
    return {lang: FORBIDDEN.sub(" ", str(labels.get(lang) or name))[:31] for lang in ("en", "zh")}
