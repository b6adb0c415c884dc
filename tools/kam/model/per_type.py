"""Working something out once for each record type."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from kam.model.schema import RecordType

Key = TypeVar("Key")
Made = TypeVar("Made")

MOST = 200
"""So many types are remembered; a longer run with ever new settings begins anew."""


def once_for_each(make: Callable[[Key], Made]) -> Callable[[Key], Made]:
    """``make``, called once for each object it is given: for parts of the settings, which cannot be hashed."""
    made: dict[int, tuple[Key, Made]] = {}

    def get(key: Key) -> Made:
        found = made.get(id(key))
        if found is None or found[0] is not key:
            if len(made) >= MOST:
                made.clear()
            found = made[id(key)] = (key, make(key))
        return found[1]

    return get


def per_type(make: Callable[[RecordType], Made]) -> Callable[[RecordType], Made]:
    """``make``, called once for each record type."""
    return lru_cache(MOST)(make)
