"""What can be done to the list of items that several rows made: order it, thin it out, hold its dates in order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from kam.importers.bundle import Bundle, Getter
from kam.model.record import Value

LIST_STEPS = frozenset({"sort", "changes", "ascending", "at_least"})


def with_list_steps(getter: Getter, spec: Mapping[str, Any]) -> Getter:
    """Order and thin out a list of maps.

    ``sort: at`` sorts by a field; ``changes: to`` keeps only items whose field differs from the item before;
    ``ascending: at`` gives an item dated before the one above it that one's date; ``at_least: 2`` drops shorter lists.
    """
    by, changes, ascending = (str(spec.get(name, "")) for name in ("sort", "changes", "ascending"))
    least = int(spec.get("at_least", 0))

    def get(bundle: Bundle) -> Value | None:
        items: Any = getter(bundle) or []
        if by:
            items = sorted(items, key=lambda item: moment_key(item.get(by, "")))
        if changes:
            pairs = zip([{}, *items], items, strict=False)
            items = [item for before, item in pairs if item.get(changes) != before.get(changes)]
        if ascending:
            for before, item in pairwise(items):
                if moment_key(item.get(ascending, "")) < moment_key(before.get(ascending, "")):
                    item[ascending] = before[ascending]
        return items if items and len(items) >= least else None

    return get


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
