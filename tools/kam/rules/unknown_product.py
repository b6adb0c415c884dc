"""Fields that name a product which is not among the products."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.rules.names import squash
from kam.rules.nearest import nearest
from kam.rules.quick import has_known_values
from kam.rules.values import find_unknown, reference_fields, references_to

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "unknown-product"
LEVEL = Level.ERROR

MOST_MEANT = 3
"""A part of a name that more products share says nothing."""


quick = has_known_values


def fields(rtype: RecordType) -> Iterable[str]:
    """All that names products."""
    return reference_fields(rtype, "product")


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterable[Finding]:
    """Each name that is no key of ``products.yml``."""
    return [
        Finding(path, "near" if near else "default", {"value": value, "near": near})
        for path, value in find_unknown(record.data, references_to(rtype, "product"), settings.products)
        for near in [_meant(value, settings)]
    ]


def _meant(value: str, settings: Settings) -> str:
    """The product of that name, or of which the name is a part; a few where several are. Else the nearest key."""
    product = settings.find_product(value)
    if product:
        return product.id
    word = squash(value)
    named = [
        each.id
        for each in settings.products.values()
        if len(word) > 1 and any(word in squash(name) for name in (*each.names.values(), *each.aliases))
    ]
    return ", ".join(named) if 0 < len(named) <= MOST_MEANT else nearest(value, settings.products)
