"""Finds everything that is due: each kind is a module of ``kam.due.kinds`` with ``find(look)``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from importlib import import_module
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING, Protocol

from kam.due.item import Due
from kam.due.look import Look
from kam.due.same import join_same
from kam.due.words import say
from kam.model.record import Record
from kam.portfolio.history import History
from kam.portfolio.waiting import Waiting, find_waiting
from kam.rules.contract import AccountRecords

if TYPE_CHECKING:
    from kam.portfolio import Portfolio
    from kam.settings import Settings


class Kind(Protocol):
    """Finds what is due of one kind in an account."""

    def __call__(self, look: Look) -> Iterator[Due]: ...


@cache
def load_kinds() -> tuple[Kind, ...]:
    """The kinds, in the order of their names."""
    names = sorted(
        entry.name[:-3]
        for entry in files("kam.due.kinds").iterdir()
        if entry.name.endswith(".py") and not entry.name.startswith("_")
    )
    return tuple(import_module(f"kam.due.kinds.{name}").find for name in names)


def find_due(portfolio: Portfolio, as_of: date, *, account: str | None = None) -> list[Due]:
    """Everything open, with a day or without, of all accounts or one; the longest overdue first, the same task once."""
    settings = portfolio.settings
    found = [
        item
        for records in iter_accounts(portfolio, as_of, account=account)
        for item in find_in_account(records, settings, as_of)
    ]
    found += find_decisions(portfolio, find_waiting(portfolio, as_of), account=account)
    return join_same(sort_due(found))


def find_in_account(records: AccountRecords, settings: Settings, as_of: date) -> Iterator[Due]:
    """What is due in one account by its own records: all but approvals and verifications."""
    look = Look(records, settings, as_of)
    for find in load_kinds():
        yield from find(look)


def find_decisions(portfolio: Portfolio, waiting: Iterable[Waiting], *, account: str | None = None) -> Iterator[Due]:
    """Approvals and verifications that wait. An approval is due from the day on which the record came to need it."""
    types = portfolio.settings.types
    for each in waiting:
        owner_account = each.record.partition("/")[0]
        if account is not None and owner_account != account:
            continue
        kind = "verification" if each.kind.value == "verification" else "approval"
        record = portfolio.find_record(each.record)
        titled = record.data.get(types[each.type].title_field) if record else None
        yield Due(
            kind,
            each.record,
            each.type,
            owner_account,
            due=each.due or each.since,
            people=each.people,
            what=say(kind, each.kind.value + ("_void" if each.is_void else "")),
            title=str(titled or each.record.rpartition("/")[2]),
            key=",".join(each.roles),
            command="" if each.kind.value == "rejected" else f"kam {_VERBS[kind]} {each.record}",
            reads=((types[each.type].title_field,),),
        )


_VERBS = {"approval": "approve", "verification": "verify"}


def iter_accounts(portfolio: Portfolio, as_of: date, *, account: str | None = None) -> Iterator[AccountRecords]:
    """The records of each folder of accounts, ``_portfolio`` and ``_unassigned`` too; those with errors left out."""
    history = History(portfolio.root, portfolio.settings.site.time_zone, as_of)
    records = portfolio.iter_records(account=account)
    for name, own in groupby(records, key=lambda record: record.account):
        by_type: dict[str, list[Record]] = {}
        for record in own:
            by_type.setdefault(record.type, []).append(record)
        yield AccountRecords(name, by_type, changed_on=history.changed_on)


def sort_due(found: Iterable[Due]) -> list[Due]:
    """The longest overdue first, what has no day last; of one day by account, record and kind."""
    return sorted(found, key=lambda item: (item.due or "9999", item.at, item.account, item.record, item.kind, item.key))
