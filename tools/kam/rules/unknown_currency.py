"""Currencies of which the settings know nothing, so that amounts in them are counted nowhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.rules.nearest import nearest
from kam.rules.quick import codes_of, currency_fields_of, has_known_values
from kam.rules.values import find_unknown, top_names
from kam.schema_check.currency_names import CODES
from kam.schema_check.formats import has_format

if TYPE_CHECKING:
    from kam.settings import Currencies, Settings

NAME = "unknown-currency"
LEVEL = Level.ERROR


quick = has_known_values


def fields(rtype: RecordType) -> Iterable[str]:
    """All that names currencies."""
    return top_names(currency_fields_of(rtype))


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterable[Finding]:
    """Each code that is neither listed in ``currencies.yml`` nor the company's own; what is none, the schema tells."""
    codes = codes_of(settings.currencies)
    return [
        Finding(path, "near" if near else "default", {"value": value, "near": near, "known": ", ".join(sorted(codes))})
        for path, value in (find_unknown(record.data, currency_fields_of(rtype), codes) if codes else ())
        if has_format(value, "currency")
        for near in [_meant(value, settings.currencies)]
    ]


def _meant(value: str, known: Currencies) -> str:
    """The listed currency that is meant, or an empty text."""
    codes = codes_of(known)
    word = value.strip().upper()
    words = ((text, each.code) for each in known.listed.values() for text in (each.symbol, *each.names.values()))
    by_word = {text.upper(): code for text, code in words}
    found = CODES.get(value.strip().casefold()) or by_word.get(word) or ""
    return found if found in codes else nearest(word, sorted(codes))
