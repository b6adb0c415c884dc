"""Amounts in a foreign currency that cannot be converted, as no rate is listed for their day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kam.model.per_type import per_type
from kam.model.problem import Finding, Level
from kam.model.schema import RecordType
from kam.rules.contract import AccountRecords
from kam.rules.values import text_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "missing-rate"
LEVEL = Level.WARNING


def _money_fields(rtype: RecordType) -> tuple[tuple[str, str], ...]:
    """Amounts of the record itself with the field that names their currency."""
    return tuple((field.name, field.money) for field in rtype.fields if field.money in rtype.by_name)


money_fields_of = per_type(_money_fields)


def check_account(records: AccountRecords, settings: Settings) -> Iterator[Finding]:
    """Amounts whose currency has no rate yet on the record's main date; once for each record.

    Amounts of the profile are of no day, so they are left out.
    """
    known = settings.currencies
    usual = text_of(records.profile.data, "currency") if records.profile else ""
    for type_name, group in records.by_type.items():
        rtype = settings.types[type_name]
        fields = money_fields_of(rtype) if type_name != "profile" else ()
        for record in group if fields else ():
            day = ""
            for name, money in fields:
                if not record.data.get(name):
                    continue
                code = text_of(record.data, money) or usual
                if code == known.base or code not in known.listed:
                    continue
                day = day or text_of(record.data, rtype.date_field)[:10]
                if day and known.rate(code, day) is None:
                    yield Finding((name,), args={"currency": code, "day": day}, record=record.id)
                    break
