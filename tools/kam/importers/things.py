"""The fields that people and products can have, in the shape of a schema's fields."""

from __future__ import annotations

from kam.model.schema import Field, Kind

NO_LABEL: dict[str, str] = {}


def _field(name: str, kind: Kind = Kind.TEXT, *, required: bool = False, targets: tuple[str, ...] = ()) -> Field:
    return Field(name, kind, NO_LABEL, NO_LABEL, required=required, targets=targets)


def _texts(name: str) -> Field:
    return Field(name, Kind.LIST, NO_LABEL, NO_LABEL, items=_field(""))


PERSON = (
    _field("name", required=True),
    _field("email"),
    _texts("aliases"),
    _field("role"),
    _field("department"),
    _field("team"),
    _field("manager", Kind.REFERENCE, targets=("person",)),
    _field("region"),
    _texts("skills"),
    _field("capacity", Kind.NUMBER),
    _field("from", Kind.DATE),
    _field("to", Kind.DATE),
)
PRODUCT = (
    _field("name", required=True),
    _texts("aliases"),
    _field("category"),
    _field("unit"),
    _field("list_price", Kind.NUMBER),
    _field("currency"),
    _field("cost", Kind.NUMBER),
    _field("active", Kind.BOOLEAN),
)
THINGS = {"person": PERSON, "product": PRODUCT}
"""What is no record but an entry of ``people.yml`` or ``products.yml``."""

FILES = {"person": ("site-config/people.yml", "people"), "product": ("site-config/products.yml", "products")}
"""The file a thing stands in, and the key its entries stand under."""
