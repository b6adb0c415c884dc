"""Comparing days and moments as they stand in records."""

from __future__ import annotations

from datetime import date, datetime


def is_after(first: str, second: str) -> bool:
    """Whether ``first`` lies after ``second``: two moments by the clock; by the calendar where one is a whole day.

    A text that is no date is after nothing; the loader has reported it.
    """
    if first <= second and len(first) == len(second) and first[16:] == second[16:]:
        return False  # the same zone and the same form: then moments and days sort as their texts do
    if len(first) == 10 or len(second) == 10:
        return first[:10] > second[:10] and _is_day(first) and _is_day(second)
    try:
        return datetime.fromisoformat(first) > datetime.fromisoformat(second)
    except (ValueError, TypeError):
        return False


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        return False
    return True
