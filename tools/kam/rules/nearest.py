"""The nearest existing name to one that leads nowhere."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(name: str, known: Iterable[str], limit: int = 5_000) -> str:
    """The known name most like ``name``, or an empty text where none is like it.

    Compares with at most ``limit`` names, so that one slip in a large portfolio stays cheap; names that share
    the first letter or the last part come first.
    """
    from difflib import get_close_matches

    tail = name.rsplit("/", 1)[-1]
    names = sorted(known, key=lambda each: (not each.endswith(tail), each[:1] != name[:1], each))[:limit]
    found = get_close_matches(name, names, n=1, cutoff=0.7)
    if found:
        return found[0]
    return next((each for each in names if tail and each.endswith("/" + tail)), "")
