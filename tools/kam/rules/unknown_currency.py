"""Currencies of which the settings know nothing, so that amounts in them are counted nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kam.model.per_type import per_type
from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.rules.nearest import nearest
from kam.rules.values import Tree, find_in, top_names, tree_of

if TYPE_CHECKING:
    from kam.settings import Currencies, Settings

NAME = "unknown-currency"
LEVEL = Level.ERROR

ALIASES = {
    "RMB": "CNY", "CNH": "CNY", "人民币": "CNY", "元": "CNY", "¥": "CNY", "￥": "CNY",
    "$": "USD", "US$": "USD", "美元": "USD", "€": "EUR", "EURO": "EUR", "欧元": "EUR", "£": "GBP", "英镑": "GBP",
}  # fmt: skip
"""What people write for a currency → its code (ISO 4217)."""


def _currency_fields(rtype: RecordType) -> Tree:
    return tree_of(names for names, field in rtype.iter_fields() if field.format == "currency")


currency_fields_of = per_type(_currency_fields)


def fields(rtype: RecordType) -> Iterable[str]:
    """All that names currencies."""
    return top_names(currency_fields_of(rtype))


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """Each currency that ``currencies.yml`` does not list and that is not the company's own."""
    known = settings.currencies
    if not known.base and not known.listed:
        return
    for path, value in find_in(record.data, currency_fields_of(rtype)):
        if value != known.base and value not in known.listed:
            near = _meant(value, known)
            listed = ", ".join(sorted({known.base, *known.listed} - {""}))
            yield Finding(path, "near" if near else "default", {"value": value, "near": near, "known": listed})


def _meant(value: str, known: Currencies) -> str:
    """The listed currency that is meant, or an empty text."""
    codes = {known.base, *known.listed} - {""}
    word = value.strip().upper()
    words = ((text, each.code) for each in known.listed.values() for text in (each.symbol, *each.names.values()))
    by_word = {text.upper(): code for text, code in words}
    found = ALIASES.get(word) or by_word.get(word) or ""
    return found if found in codes else nearest(word, sorted(codes))
