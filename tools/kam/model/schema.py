"""Record types and their fields, as the schema files in ``site-config/schemas`` define them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

Label = Mapping[str, str]
"""The same text in every language of the site: ``{"en": …, "zh": …}``."""
NOTHING: Mapping[str, Any] = {}
"""The default where nothing is said. Nobody may change it; it is a plain dict because settings can be pickled."""


class Kind(StrEnum):
    """What a field holds, as authors think of it."""

    TEXT = "text"
    MULTILINE = "multiline"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    CHOICE = "choice"
    REFERENCE = "reference"
    MAP = "map"
    LIST = "list"


class Sensitivity(StrEnum):
    """Who may see a value, from anyone to the named few."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    RESTRICTED = "restricted"

    @property
    def rank(self) -> int:
        """0 for public to 3 for restricted."""
        return list(Sensitivity).index(self)


@dataclass(frozen=True)
class Field:
    """One field of a record type, or of a map or list inside it.

    ``targets`` names what a reference may lead to: record types, or ``account``, ``person``,
    ``product``, ``contact`` (a contact id of the same account's profile). ``money`` names the sibling
    field with the currency of an amount. ``shape`` marks lists of one common shape (``action``,
    ``transition``, ``log``, ``approval``, ``verification``, ``assignment``). ``unit`` is the unit's short
    text, ``unit_label`` the same in each language. ``order`` lists pairs of inner date fields of which the
    first may not lie after the second.
    """

    name: str
    kind: Kind
    label: Label
    help: Label
    required: bool = False
    recommended: bool = False
    weight: int = 1
    sensitivity: Sensitivity = Sensitivity.INTERNAL
    format: str = ""
    choices: Mapping[str, Label] | None = None
    targets: tuple[str, ...] = ()
    money: str = ""
    unit: str = ""
    shape: str = ""
    unique: bool = False
    max_length: int = 300
    fields: tuple[Field, ...] = ()
    items: Field | None = None
    unit_label: Label = field(default_factory=dict)
    order: tuple[tuple[str, str], ...] = ()

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """The fields of a map (or of a list's maps) by name."""
        inner = self.items.fields if self.items else self.fields
        return {f.name: f for f in inner}


class States(NamedTuple):
    """The state machine of a type: which state may follow which."""

    field: str
    history: str
    initial: tuple[str, ...]
    open: tuple[str, ...]
    terminal: tuple[str, ...]
    transitions: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class RecordType:
    """A record type. ``name`` is the schema file's name, ``folder`` also names its table.

    ``scope`` says where its folder may stand: ``account`` or ``portfolio``. ``date_field`` is the date a
    record of the type is about (it begins the slug of events). ``max_age`` counts days; None never ages.
    ``order`` lists pairs of date fields of which the first may not lie after the second.
    ``table`` is the name of the type's table: the folder with ``_`` for ``-``, unless the schema says otherwise.
    ``json_schema`` is self-contained and plain JSON Schema, for one record (not for a ledger file).
    """

    name: str
    label: Label
    plural: Label
    help: Label
    folder: str
    layout: str
    scope: str
    title_field: str
    date_field: str
    fields: tuple[Field, ...]
    json_schema: Mapping[str, Any]
    sensitivity: Sensitivity = Sensitivity.INTERNAL
    icon: str = ""
    row: str = ""
    max_age: int | None = None
    order: tuple[tuple[str, str], ...] = ()
    states: States | None = None
    table: str = ""

    __hash__ = object.__hash__
    """So that what is worked out for a type is found by the type itself, whatever it holds."""

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """The top fields by name."""
        return {f.name: f for f in self.fields}

    def has_field(self, names: tuple[str, ...]) -> bool:
        """Whether there is a field of that name, or inside fields of the names before."""
        fields = self.by_name
        for name in names:
            if name not in fields:
                return False
            fields = fields[name].by_name
        return True

    def iter_fields(self) -> Iterator[tuple[tuple[str, ...], Field]]:
        """Every field, inner ones too, with its path of names; a list's items share the list's path."""
        yield from _walk((), self.fields)


def _walk(prefix: tuple[str, ...], fields: tuple[Field, ...]) -> Iterator[tuple[tuple[str, ...], Field]]:
    for each in fields:
        path = (*prefix, each.name)
        yield path, each
        yield from _walk(path, each.items.fields if each.items else each.fields)
