"""A record type with a field of every kind, for tests that write and read back."""

from __future__ import annotations

import pytest

from kam.model.schema import Field, Kind, RecordType

SHAPES = {
    Kind.TEXT: {"type": "string"},
    Kind.MULTILINE: {"type": "string"},
    Kind.INTEGER: {"type": "integer"},
    Kind.NUMBER: {"type": "number"},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.DATE: {"type": "string", "format": "date"},
    Kind.DATETIME: {"type": "string", "format": "date-time"},
}


def make_field(name: str, kind: Kind, **more: object) -> Field:
    """A field whose label is its name."""
    form = {Kind.DATE: "date", Kind.DATETIME: "date-time"}.get(kind, "")
    return Field(name=name, kind=kind, label={"en": name, "zh": name}, help={}, format=form, **more)  # type: ignore[arg-type]


def schema_of(field: Field) -> dict[str, object]:
    """The JSON Schema of a field."""
    if field.kind is Kind.MAP:
        return object_of(field.fields)
    if field.kind is Kind.LIST:
        assert field.items
        return {"type": "array", "items": schema_of(field.items)}
    return dict(SHAPES[field.kind])


def object_of(fields: tuple[Field, ...]) -> dict[str, object]:
    """The JSON Schema of a map of these fields."""
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {field.name: schema_of(field) for field in fields},
    }


def make_type(fields: tuple[Field, ...], layout: str = "record") -> RecordType:
    """A record type of these fields."""
    label = {"en": "Note", "zh": "记录"}
    return RecordType(
        name="note", label=label, plural=label, help=label, folder="notes", layout=layout, scope="account",
        title_field="title", date_field="", fields=fields, json_schema=object_of(fields),
    )  # fmt: skip


INNER = (
    make_field("at", Kind.DATE),
    make_field("by", Kind.TEXT),
    make_field("text", Kind.MULTILINE),
    make_field("tags", Kind.LIST, items=make_field("tags", Kind.TEXT)),
)
FIELDS = (
    make_field("id", Kind.TEXT),
    make_field("title", Kind.TEXT),
    make_field("count", Kind.INTEGER),
    make_field("amount", Kind.NUMBER),
    make_field("open", Kind.BOOLEAN),
    make_field("on", Kind.DATE),
    make_field("at", Kind.DATETIME),
    make_field("tags", Kind.LIST, items=make_field("tags", Kind.TEXT)),
    make_field("source", Kind.MAP, fields=(make_field("system", Kind.TEXT), make_field("key", Kind.TEXT))),
    make_field("log", Kind.LIST, items=make_field("log", Kind.MAP, fields=INNER)),
    make_field("notes", Kind.MULTILINE),
)


@pytest.fixture(scope="session")
def note_type() -> RecordType:
    """One record a file."""
    return make_type(FIELDS)


@pytest.fixture(scope="session")
def ledger_type() -> RecordType:
    """A list of entries with the same fields a file."""
    return make_type(FIELDS, "ledger")
