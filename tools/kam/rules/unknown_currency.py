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
from kam.schema_check.currency_names import CODES
from kam.schema_check.formats import has_format

if TYPE_CHECKING:
    from kam.settings import Currencies, Settings

NAME = "unknown-currency"
LEVEL = Level.ERROR


def _currency_fields(rtype: RecordType) -> Tree:
    return tree_of(names for names, field in rtype.iter_fields() if field.format == "currency")


currency_fields_of = per_type(_currency_fields)


def fields(rtype: RecordType) -> Iterable[str]:
    """All that names currencies."""
    return top_names(currency_fields_of(rtype))


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """Each code that is neither listed in ``currencies.yml`` nor the company's own; what is none, the schema tells."""
    known = settings.currencies
    if not known.base and not known.listed:
        return
    for path, value in find_in(record.data, currency_fields_of(rtype)):
        if value != known.base and value not in known.listed and has_format(value, "currency"):
            near = _meant(value, known)
            listed = ", ".join(sorted({known.base, *known.listed} - {""}))
            yield Finding(path, "near" if near else "default", {"value": value, "near": near, "known": listed})


def _meant(value: str, known: Currencies) -> str:
    """The listed currency that is meant, or an empty text."""
    codes = {known.base, *known.listed} - {""}
    word = value.strip().upper()
    words = ((text, each.code) for each in known.listed.values() for text in (each.symbol, *each.names.values()))
    by_word = {text.upper(): code for text, code in words}
    found = CODES.get(value.strip().casefold()) or by_word.get(word) or ""
    return found if found in codes else nearest(word, sorted(codes))
