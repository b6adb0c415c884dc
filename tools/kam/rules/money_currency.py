"""Amounts of which nobody can say in which currency they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kam.model.per_type import per_type
from kam.model.problem import FieldPath, Finding, Level
from kam.model.record import Record, Value
from kam.model.schema import RecordType
from kam.rules.contract import AccountRecords
from kam.rules.values import Names, iter_at, text_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "money-currency"
LEVEL = Level.WARNING


def _top_money(rtype: RecordType) -> tuple[tuple[str, str], ...]:
    """Amounts of the record itself with the field that names their currency."""
    return tuple((field.name, field.money) for field in rtype.fields if field.money in rtype.by_name)


def _currency_fields(rtype: RecordType) -> tuple[Names, ...]:
    return tuple({(money,) for _, money in _top_money(rtype)})


top_money_of = per_type(_top_money)
currency_fields_of = per_type(_currency_fields)


def check_account(records: AccountRecords, settings: Settings) -> Iterator[Finding]:
    """Amounts without a currency, where the profile names none and the account's records use several, or another
    than the company's own."""
    profile = records.profile
    if profile is not None and text_of(profile.data, "currency"):
        return
    used = {text for record in records for text in _currencies(record, settings.types[record.type])}
    if not used - {settings.currencies.base}:
        return
    for record in records:
        for name, money in top_money_of(settings.types[record.type]):
            if name in record.data and not text_of(record.data, money):
                args = {"field": name, "currency": money, "used": ", ".join(sorted(used))}
                args["assumed"] = settings.currencies.base
                yield Finding((name,), args=args, record=record.id)


def _currencies(record: Record, rtype: RecordType) -> Iterator[str]:
    found: list[tuple[FieldPath, Value]] = [
        each for names in currency_fields_of(rtype) for each in iter_at(record.data, names)
    ]
    yield from (value for _, value in found if isinstance(value, str))
