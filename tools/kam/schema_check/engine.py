"""The compiled validators of record types, made when first needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, Protocol

from kam.model.per_type import per_type
from kam.model.schema import RecordType
from kam.schema_check.formats import CHECKED_BY_LOADER, PATTERNS

SUBSCHEMAS = (
    "items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames", "unevaluatedProperties",
)  # fmt: skip
SUBSCHEMA_MAPS = ("properties", "$defs", "patternProperties", "dependentSchemas")
SUBSCHEMA_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")


class SchemaError(Protocol):
    """What the validator tells of one error."""

    kind: Any
    instance_path: list[str | int]
    schema_path: list[str | int]
    message: str


class Engine:
    """Validators of one type, each compiled when first needed."""

    def __init__(self, rtype: RecordType) -> None:
        self.rtype = rtype

    @cached_property
    def is_valid(self) -> Callable[[Any], bool]:
        """The verdict on what the loader has read."""
        return _compile(self.rtype, quick=True).is_valid  # type: ignore[no-any-return]

    @cached_property
    def iter_errors(self) -> Callable[[Any], Iterable[SchemaError]]:
        """The errors of any data."""
        return _compile(self.rtype, quick=False).iter_errors  # type: ignore[no-any-return]


engine_of = per_type(Engine)
"""The validators of a type."""


def _compile(rtype: RecordType, *, quick: bool) -> Any:
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator(rewrite_formats(rtype.json_schema, quick=quick))


def rewrite_formats(schema: Any, *, quick: bool) -> Any:
    """The schema with formats spelt out as patterns and without our own keywords.

    With ``quick`` it leaves out what a value that the loader has read fulfils for certain.
    """
    if not isinstance(schema, Mapping):
        return schema
    plain = {k: v for k, v in schema.items() if not k.startswith("x-") and k not in ("format", "$schema", "$id")}
    for key in SUBSCHEMAS:
        if key in plain:
            plain[key] = rewrite_formats(plain[key], quick=quick)
    for key in SUBSCHEMA_MAPS:
        if key in plain:
            plain[key] = {name: rewrite_formats(inner, quick=quick) for name, inner in plain[key].items()}
    for key in SUBSCHEMA_LISTS:
        if key in plain:
            plain[key] = [rewrite_formats(inner, quick=quick) for inner in plain[key]]
    form = PATTERNS.get(str(schema.get("format", "")))
    if form and "pattern" in plain:
        plain["allOf"] = [*plain.get("allOf", ()), {"pattern": form}]
    elif form:
        plain["pattern"] = form
    if quick and plain.get("pattern") in CHECKED_BY_LOADER:
        del plain["pattern"]
    return plain
