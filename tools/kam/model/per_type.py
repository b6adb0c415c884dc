"""Working something out once for each record type."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from kam.model.schema import RecordType

Made = TypeVar("Made")

MOST = 200
"""So many types are remembered; a longer run with ever new settings begins anew."""


def per_type(make: Callable[[RecordType], Made]) -> Callable[[RecordType], Made]:
    """``make``, called once for each record type (types hold mappings, so they cannot be hashed)."""
    made: dict[int, tuple[RecordType, Made]] = {}

    def get(rtype: RecordType) -> Made:
        found = made.get(id(rtype))
        if found is None or found[0] is not rtype:
            if len(made) >= MOST:
                made.clear()
            found = made[id(rtype)] = (rtype, make(rtype))
        return found[1]

    return get
