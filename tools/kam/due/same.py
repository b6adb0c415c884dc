"""The same task written into several records, told once."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import replace

from kam.due.item import Due

KIND = "action"
ENDS = ".。!！;；,，"


def join_same(items: Iterable[Due]) -> list[Due]:
    """The items in their order, a task that stands in several records only once, with the other places in ``also``.

    Tasks are the same where account, day, people and words are. Words may differ in case, width of characters, spaces
    and the full stop. What has no day is never the same: "call back" without a day may well be meant twice.
    """
    joined: dict[tuple[object, ...], Due] = {}
    for item in items:
        key = _key(item)
        first = joined.get(key)
        joined[key] = replace(first, also=(*first.also, item)) if first else item
    return list(joined.values())


def _key(item: Due) -> tuple[object, ...]:
    if item.kind != KIND or not item.due:
        return (item.id,)
    words = " ".join(unicodedata.normalize("NFKC", item.what.get("en", "")).casefold().split())
    return (item.account, item.due, frozenset(item.people), words.rstrip(ENDS))
