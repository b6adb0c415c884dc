"""What stands behind a KPI, counted over all its facts: records, accounts, and the side of the quotient they are on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kam.kpi import FactRow, KpiResult

BOTH, NUMERATOR, DENOMINATOR, NEITHER = "both", "numerator", "denominator", ""


@dataclass(frozen=True)
class Behind:
    """The records behind a KPI, without amounts: so it may be told also where these may not.

    ``sides`` says for each record, row by row, what it counts in: ``numerator``, ``denominator`` or ``both``.
    """

    sides: Mapping[str, Sequence[str]]
    accounts: Mapping[str, frozenset[str]]

    @property
    def records(self) -> int:
        """How many records there are."""
        return len(self.sides)

    @property
    def rows(self) -> int:
        """How many rows: a record may count several times."""
        return sum(len(each) for each in self.sides.values())

    @property
    def has_sides(self) -> bool:
        """Whether the records differ in what they count in."""
        return len({side for each in self.sides.values() for side in each}) > 1


def find_behind(result: KpiResult) -> Behind:
    """What stands behind a KPI; to be asked before anything is left out of its facts."""
    sides: dict[str, list[str]] = defaultdict(list)
    accounts: dict[str, set[str]] = defaultdict(set)
    for fact in result.facts:
        sides[fact.record].append(_side(fact))
        if fact.account:
            accounts[fact.account].add(fact.record)
    return Behind(dict(sides), {account: frozenset(records) for account, records in accounts.items()})


def _side(fact: FactRow) -> str:
    if fact.numerator is not None:
        return BOTH if fact.denominator is not None else NUMERATOR
    return DENOMINATOR if fact.denominator is not None else NEITHER
