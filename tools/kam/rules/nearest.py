"""The nearest existing name to one that leads nowhere."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

LIMIT = 3_000
"""With so many names at most a slip is compared."""


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name most like ``name``, or an empty text where none is like it.

    Names that share the last part or the first letter come first, so that the limit hurts little.
    """
    return _nearest(name, tuple(known))


@lru_cache(maxsize=1_000)
def _nearest(name: str, known: tuple[str, ...]) -> str:
    from difflib import get_close_matches

    tail = name.rsplit("/", 1)[-1]
    names = sorted(known, key=lambda each: (not each.endswith(tail), each[:1] != name[:1], each))[:LIMIT]
    found = get_close_matches(name, names, n=1, cutoff=0.7)
    if found:
        return found[0]
    return next((each for each in names if tail and each.endswith("/" + tail)), "")
