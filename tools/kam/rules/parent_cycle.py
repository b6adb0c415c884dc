"""Accounts that are, through their parents, their own parent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.rules.contract import Fact
from kam.rules.values import text_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "parent-cycle"
LEVEL = Level.ERROR
TYPES = ("profile",)


def facts(record: Record, rtype: RecordType, settings: Settings) -> Iterator[tuple[str, ...]]:
    """The account and its parent."""
    parent = text_of(record.data, "parent")
    if parent:
        yield record.account, parent


def check_portfolio(facts: Iterable[Fact], settings: Settings) -> Iterator[Finding]:
    """Every account on a circle of parents."""
    records: dict[str, str] = {}
    parents: dict[str, str] = {}
    for fact in facts:
        account, parent = fact.values
        records[account], parents[account] = fact.record, parent
    for account in sorted(parents):
        trail = [account]
        while (above := parents.get(trail[-1])) is not None and above not in trail:
            trail.append(above)
        if above == account:
            args = {"chain": " → ".join((*trail, account))}
            yield Finding(("parent",), "default" if len(trail) > 1 else "itself", args, records[account])
