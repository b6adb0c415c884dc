"""What the two rules about accounts of one name look at: pairs of accounts and how alike they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import NamedTuple

from kam.model.record import Record
from kam.rules.contract import Fact
from kam.rules.names import CompanyName, company_name
from kam.rules.values import text_of

CROWD = 20
"""More accounts of one name than this are compared with the first only, so that bad data stays cheap."""


class Account(NamedTuple):
    """What of a profile says which company it is."""

    record: str
    slug: str
    name: str
    legal_name: str
    country: str
    parent: str

    @property
    def shown(self) -> str:
        """The fuller of its names."""
        return self.legal_name or self.name


def account_facts(record: Record) -> Iterator[tuple[str, ...]]:
    """The names of a profile, and what tells one company from another of the same name."""
    names = (text_of(record.data, "name"), text_of(record.data, "legal_name"))
    if any(names):
        yield (record.account, *names, text_of(record.data, "country"), text_of(record.data, "parent"))


def iter_pairs(facts: Iterable[Fact]) -> Iterator[tuple[Account, Account, bool]]:
    """Pairs of accounts that share a name, and whether they are surely the same company.

    A company and its parent, or two with one parent, are known to be different.
    """
    alike: dict[str, list[Account]] = defaultdict(list)
    for fact in facts:
        account = Account(fact.record, *fact.values)
        for core in {company_name(name).core for name in (account.name, account.legal_name) if name}:
            alike[core].append(account)
    seen: set[tuple[str, str]] = set()
    for group in alike.values():
        pairs = combinations(group, 2) if len(group) <= CROWD else ((group[0], each) for each in group[1:])
        for first, second in pairs:
            if (first.slug, second.slug) not in seen and not _is_family(first, second):
                seen.add((first.slug, second.slug))
                yield first, second, _is_same(first, second)


def _is_family(first: Account, second: Account) -> bool:
    return (
        first.parent == second.slug
        or second.parent == first.slug
        or (first.parent != "" and first.parent == second.parent)
    )


def _is_same(first: Account, second: Account) -> bool:
    if first.country and second.country and first.country != second.country:
        return False
    if first.legal_name and second.legal_name:
        return company_name(first.legal_name).is_same(company_name(second.legal_name))
    return any(one.is_same(other) for one in _names(first) for other in _names(second))


def _names(account: Account) -> list[CompanyName]:
    return [company_name(name) for name in (account.name, account.legal_name) if name]
