"""References that lead to a record of another account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kam.model.per_type import per_type
from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.rules.values import PLAIN_TARGETS, Tree, find_in, references_of, top_names, tree_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "other-account"
LEVEL = Level.WARNING


def _record_references(rtype: RecordType) -> Tree:
    return tree_of(names for names, targets in references_of(rtype) if PLAIN_TARGETS.isdisjoint(targets))


record_references_of = per_type(_record_references)


def fields(rtype: RecordType) -> Iterable[str]:
    """All that refers to records only."""
    return top_names(record_references_of(rtype))


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """Each reference from one account's record to another account's: right within a group, else a slip."""
    if record.account.startswith("_"):
        return
    for path, value in find_in(record.data, record_references_of(rtype)):
        other, slash, _ = value.partition("/")
        if slash and other != record.account and not other.startswith("_"):
            yield Finding(path, args={"value": value, "other": other, "account": record.account})
