"""Two accounts that are one company."""

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

NAME = "duplicate-account"
LEVEL = Level.ERROR
TYPES = ("profile",)


def facts(record: Record, rtype: RecordType, settings: Settings) -> Iterator[tuple[str, ...]]:
    """The account's names."""
    yield from account_facts(record)


def check_portfolio(facts: Iterable[Fact], settings: Settings) -> Iterator[Finding]:
    """The later account of each pair that is surely the same company."""
    for first, second, is_same in iter_pairs(facts):
        if is_same:
            args = {"name": second.shown, "other": first.shown, "slug": first.slug}
            yield Finding(("name",), args=args, record=second.record)
