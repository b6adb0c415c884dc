"""The nearest existing name to one that leads nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

LIMIT = 3_000
"""With so many names at most a slip is compared."""


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name most like ``name``, or an empty text where none is like it.

    Names that share the last part or the first letter come first, so that the limit hurts little.
    """
    return _nearest(name, tuple(known))


DATE = re.compile(r"\d{4}-\d{2}(?:-\d{2})?-?")


@lru_cache(maxsize=1_000)
def _nearest(name: str, known: tuple[str, ...]) -> str:
    from difflib import get_close_matches

    tail = name.rsplit("/", 1)[-1]
    names = sorted(known, key=lambda each: (not each.endswith(tail), each[:1] != name[:1], each))[:LIMIT]
    for found in get_close_matches(name, names, n=5, cutoff=0.7):
        if "/" not in found or _are_like(_own_part(name), _own_part(found)):
            return found
    return next((each for each in names if tail and each.endswith(("/" + tail, "#" + tail))), "")


def _own_part(name: str) -> str:
    """What a record's id does not share with its neighbours: not the folders, not the date."""
    last = name.rsplit("/", 1)[-1]
    return last.rpartition("#")[2] if "#" in last else DATE.sub("", last, count=1) or last


def _are_like(one: str, other: str) -> bool:
    from difflib import SequenceMatcher

    return SequenceMatcher(None, one, other).ratio() >= 0.6
