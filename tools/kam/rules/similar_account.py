"""Two accounts whose names differ by legal form or region only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.rules.account_names import account_facts, iter_pairs
from kam.rules.contract import Fact

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "similar-account"
LEVEL = Level.WARNING
TYPES = ("profile",)


def facts(record: Record, rtype: RecordType, settings: Settings) -> Iterator[tuple[str, ...]]:
    """The account's names."""
    yield from account_facts(record)


def check_portfolio(facts: Iterable[Fact], settings: Settings) -> Iterator[Finding]:
    """The later account of each pair that may be the same company or a relative of it."""
    for first, second, is_same in iter_pairs(facts):
        if not is_same:
            args = {"name": second.shown, "other": first.shown, "slug": first.slug}
            yield Finding(("name",), args=args, record=second.record)
