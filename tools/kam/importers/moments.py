"""Reckoning with dates and moments: which lies first, none before another, and a span of time later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from kam.importers.bundle import Bundle, Getter
from kam.importers.steps import BadValueError, parse_number, show_moment
from kam.model.record import Value

SECONDS = {"minutes": 60, "hours": 3600, "days": 86400}


def moment_key(text: object) -> tuple[float, str]:
    """Sort key of a date or date-time: its place in time; what is neither sorts by its text."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return (0.0, str(text))
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp(), "")


def not_before(getter: Getter, other: Getter) -> Getter:
    """The value, or the other one where the value lies before it."""

    def get(bundle: Bundle) -> Value | None:
        value, bound = getter(bundle), other(bundle)
        if value is None or bound is None or moment_key(value) >= moment_key(bound):
            return value
        return bound

    return get


def plus(getter: Getter, spans: Mapping[str, Getter]) -> Getter:
    """The moment so many ``minutes``, ``hours`` or ``days`` later; nothing where a span is empty.

    A date moves by whole days and stays one. Raises BadValueError for a span that is no number, and for a day
    after the year 9999.
    """

    def get(bundle: Bundle) -> Value | None:
        value = getter(bundle)
        lengths = {unit: span(bundle) for unit, span in spans.items()}
        if value is None or None in lengths.values():
            return None
        numbers = {unit: parse_number(str(length)) for unit, length in lengths.items()}
        seconds = sum((SECONDS[unit] * number for unit, number in numbers.items()), Decimal(0))
        return _later(str(value), seconds)

    return get


def _later(text: str, seconds: Decimal) -> str:
    try:
        if len(text) == len("2026-01-31"):
            return (date.fromisoformat(text) + timedelta(days=int(seconds) // SECONDS["days"])).isoformat()
        return show_moment(datetime.fromisoformat(text) + timedelta(seconds=float(seconds)))
    except (ValueError, OverflowError):
        raise BadValueError("no-date", value=text, format="iso") from None
