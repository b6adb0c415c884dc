"""Fields that name a product which is not among the products."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.rules.nearest import nearest
from kam.rules.values import iter_references

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "unknown-product"
LEVEL = Level.ERROR


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """Each name that is no key of ``products.yml``."""
    for path, value in iter_references(record.data, rtype, "product"):
        if value not in settings.products:
            product = settings.find_product(value)
            near = product.id if product else nearest(value, settings.products)
            yield Finding(path, "near" if near else "default", {"value": value, "near": near})
