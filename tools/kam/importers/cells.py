"""Cells of a workbook that are no text there: their text, which goes on knowing what it was.

A mapping names the form in which a source writes its dates and numbers as text. A workbook holds the date or number
itself, so that form does not apply to it.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

EXCEL_DIGITS = 15
"""Decimal digits of a number that spreadsheets keep and show."""


class TypedCell(str):
    """The text of a cell that was a value; blanks are never around it, so it stays what it is when they are cut."""

    __slots__ = ()

    def strip(self, chars: str | None = None, /) -> str:
        """The cell itself, unless other characters than blanks are to go."""
        return self if chars is None else super().strip(chars)


class DateCell(TypedCell):
    """A date, or date and time without a zone, in ISO form."""

    __slots__ = ()


class NumberCell(TypedCell):
    """A number with a decimal point and without thousands marks; whole ones without a point."""

    __slots__ = ()


def make_cell(value: object) -> str:
    """The cell for a value of a workbook."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return NumberCell(_show_number(value))
    if isinstance(value, datetime):
        return DateCell(_show_datetime(value))
    if isinstance(value, date):
        return DateCell(value.isoformat())
    if isinstance(value, time):
        return value.isoformat()
    return str(value)


def _show_number(value: float) -> str:
    if isinstance(value, int) or value.is_integer():
        return str(int(value))
    return format(Decimal(format(value, f".{EXCEL_DIGITS}g")), "f")


def _show_datetime(value: datetime) -> str:
    """A workbook counts in fractions of a day, so the last microseconds are noise."""
    rounded = value + timedelta(microseconds=500)
    rounded = rounded.replace(microsecond=rounded.microsecond // 1000 * 1000)
    return rounded.date().isoformat() if rounded.time() == time() else rounded.isoformat(sep=" ")


def is_typed(value: object) -> bool:
    """Whether a value still knows the cell it came from."""
    return isinstance(value, TypedCell)
