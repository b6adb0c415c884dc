"""The stretch of time a KPI looks at, counted back from a day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from kam.model.span import add_months

SPAN = re.compile(r"([1-9][0-9]{0,3}) (day|week|month|year)s?\Z")
WORDS = ("now", "all", "month", "quarter", "year", "fiscal quarter", "fiscal year")
"""``now`` is the state on the day itself; ``month`` to ``fiscal year`` run from their first day to the day.
Month, quarter and year are those of the calendar; ``fiscal quarter`` and ``fiscal year`` begin as ``kam.yml``
says (``fiscal_year_start_month``)."""


@dataclass(frozen=True, slots=True)
class Window:
    """From the first to the last day, both included; ``from_`` is None where there is no first."""

    from_: date | None
    to: date


def is_window(text: str) -> bool:
    """Whether a KPI file may say so."""
    return text in WORDS or SPAN.match(text) is not None


def window_on(text: str, as_of: date, fiscal_start: int = 1) -> Window:
    """The window that ends with ``as_of``: ``12 months`` on 2026-03-31 begins on 2025-04-01."""
    found = SPAN.match(text)
    if found is None:
        return Window(_period_start(text, as_of, fiscal_start), as_of)
    return Window(_span_start(int(found[1]), found[2], as_of), as_of)


def _span_start(count: int, unit: str, as_of: date) -> date:
    try:
        if unit in ("day", "week"):
            return as_of - timedelta(days=count * (7 if unit == "week" else 1) - 1)
        return add_months(as_of + timedelta(days=1), -count * (12 if unit == "year" else 1))
    except (OverflowError, ValueError):
        return date.min


def _period_start(text: str, as_of: date, fiscal_start: int) -> date | None:
    if text == "month":
        return as_of.replace(day=1)
    if text == "quarter":
        return date(as_of.year, (as_of.month - 1) // 3 * 3 + 1, 1)
    if text == "year":
        return date(as_of.year, 1, 1)
    if text == "fiscal quarter":
        return add_months(as_of.replace(day=1), -((as_of.month - fiscal_start) % 3))
    if text == "fiscal year":
        return date(max(as_of.year - (as_of.month < fiscal_start), 1), fiscal_start, 1)
    return None


def month_ends(as_of: date, count: int) -> list[date]:
    """The last ``count`` ends of months, and ``as_of`` itself as the last one."""
    if as_of.year == 1:
        return [as_of]
    ends = [as_of.replace(day=1) - timedelta(days=1)]
    while len(ends) < count and ends[-1].year > 1:
        ends.append(ends[-1].replace(day=1) - timedelta(days=1))
    return [*reversed(ends[: max(count - 1, 0)]), as_of]
