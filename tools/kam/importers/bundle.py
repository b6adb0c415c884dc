"""What the functions of a mapping work on: the rows that make one record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kam.importers.source import Row
from kam.model.record import Value

Resolve = Callable[[str, str, str], str | None]
"""Kind of thing, the text that names it, what to do where it is missing → its id."""


@dataclass(slots=True)
class Bundle:
    """The rows that make one record, the rows of other tables by join, and how to find what they name."""

    rows: Sequence[Row]
    resolve: Resolve
    others: Mapping[tuple[str, str], Mapping[str, Sequence[Row]]] = field(default_factory=dict)


Getter = Callable[[Bundle], Value | None]


@dataclass(frozen=True)
class Scope:
    """What specifications of one mapping share: texts that mean nothing, the time zone, the named lookups."""

    empty: frozenset[str]
    zone: str
    lookups: Mapping[str, Mapping[str, Any]]
