"""Reads the cells of one row of a form: as values of their fields, or with a reason why the row cannot be taken."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from kam.authoring.assignment import find_place
from kam.authoring.desk import Desk
from kam.authoring.form import PERCENT, FormSheet
from kam.authoring.values import find_target, read_value
from kam.importers.cells import NumberCell
from kam.importers.source import Row
from kam.importers.steps import BadValueError
from kam.model.record import Data, Value
from kam.model.schema import Field, RecordType
from kam.write.splice import put

CONTACT = "contact"


def read_cells(row: Row, sheet: FormSheet, rtype: RecordType, desk: Desk, account: str) -> Data:
    """What the row says of a record of ``account``, or of an item of one of its lists.

    Raises BadValueError, with the column and the line, for a cell that cannot be meant as it stands.
    """
    data: Any = {}
    for column in sheet.columns:
        text = row.cells.get(column.name, "").strip()
        if column.field is None or not text:
            continue
        try:
            value = _read_cell(text, column.field, rtype, desk, account)
        except BadValueError as error:
            error.field, error.line = column.name, row.line
            raise
        if sheet.list is None:
            data = put(data, find_place(rtype, column.name, {})[0], value)
        else:
            data[column.name] = value
    found: Data = data
    return found


def _read_cell(text: str, field: Field, rtype: RecordType, desk: Desk, account: str) -> Value:
    if field.unit == PERCENT and isinstance(text, NumberCell) and 0 < Decimal(text) <= 1:
        raise BadValueError("percent-cell", value=text, percent=f"{(Decimal(text) * 100).normalize():f}")
    value = read_value(text, field, desk, account)
    if rtype.name != "profile":
        _require_contacts(value, field, desk, account)
    return value


def _require_contacts(value: Value, field: Field, desk: Desk, account: str) -> None:
    """Contacts are those of the row's account. Raises BadValueError for any other."""
    inner = field.items or field
    if CONTACT not in inner.targets or not account:
        return
    for each in value if isinstance(value, list) else [value]:
        text = str(each)
        if not any(find_target(text, target, desk, account) for target in inner.targets):
            known = _contacts_of(desk, account)
            listed = "; ".join(f"{name} ({key})" for key, name in known.items())
            raise BadValueError("unknown-contact", value=text, account=account, known=listed or "–")


def _contacts_of(desk: Desk, account: str) -> Mapping[str, str]:
    profile = desk.portfolio.find_record(f"{account}/profile")
    contacts = profile.data.get("contacts") if profile else None
    entries = [each for each in contacts if isinstance(each, dict)] if isinstance(contacts, list) else []
    return {str(each.get("id", "")): str(each.get("name", "")) for each in entries}
