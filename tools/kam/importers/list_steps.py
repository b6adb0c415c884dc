"""What can be done to the list of items that several rows made: order it, thin it out, hold its dates in order."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from kam.importers.bundle import Bundle, Getter
from kam.importers.moments import moment_key
from kam.model.record import Value

LIST_STEPS = frozenset({"sort", "changes", "ascending", "at_least", "newest"})


def with_list_steps(getter: Getter, spec: Mapping[str, Any]) -> Getter:
    """Order and thin out a list of maps.

    ``sort: at`` sorts by a field; ``changes: to`` keeps only items whose field differs from the item before;
    ``ascending: at`` gives an item dated before the one above it that one's date; ``at_least: 2`` drops shorter lists;
    ``newest: to`` gives that field of the last item instead of the list.
    """
    by, changes, ascending = (str(spec.get(name, "")) for name in ("sort", "changes", "ascending"))
    least, newest = int(spec.get("at_least", 0)), str(spec.get("newest", ""))

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
        if not items or len(items) < least:
            return None
        made: Value | None = items[-1].get(newest) if newest else items
        return made

    return get
