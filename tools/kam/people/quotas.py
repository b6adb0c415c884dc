"""What a person is to sell in a span of days: the part of each quota that falls into it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from kam.people.scoring import EXACT
from kam.settings.values import Quota


def quota_in(quotas: Iterable[Quota], first: date, last: date) -> dict[str, Decimal]:
    """Currency (empty: the base currency) → quota of the span, both days included.

    A quota that reaches beyond the span counts in proportion: by months where it and the part are whole months, so that
    half a year is half of a year's, else by days.
    """
    found: dict[str, Decimal] = defaultdict(Decimal)
    for each in quotas:
        begin, end = date.fromisoformat(each.from_), date.fromisoformat(each.to)
        start, stop = max(begin, first), min(end, last)
        if start <= stop:
            part, whole = _months(start, stop), _months(begin, end)
            if part is None or whole is None:
                part, whole = (stop - start).days + 1, (end - begin).days + 1
            found[each.currency] += EXACT.divide(EXACT.multiply(each.amount, Decimal(part)), Decimal(whole))
    return dict(found)


def _months(first: date, last: date) -> int | None:
    """How many calendar months the span is; None where it is not whole months."""
    after = last + timedelta(days=1) if last < date.max else last
    if first.day != 1 or after.day != 1:
        return None
    return (after.year - first.year) * 12 + after.month - first.month
