"""The compiled validators of record types, made when first needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

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


@dataclass(slots=True)
class Engine:
    """Validators of one type: ``is_valid`` for what the loader has read, ``iter_errors`` for any data."""

    rtype: RecordType
    is_valid: Callable[[Any], bool]
    iter_errors: Callable[[Any], Iterable[SchemaError]]


_engines: dict[int, Engine] = {}


def engine_of(rtype: RecordType) -> Engine:
    """The validators of ``rtype``."""
    engine = _engines.get(id(rtype))
    if engine is None or engine.rtype is not rtype:
        if len(_engines) > 200:
            _engines.clear()
        engine = _engines[id(rtype)] = _compile(rtype)
    return engine


def _compile(rtype: RecordType) -> Engine:
    import jsonschema_rs

    loose = jsonschema_rs.Draft202012Validator(rewrite_formats(rtype.json_schema, quick=True))
    full = jsonschema_rs.Draft202012Validator(rewrite_formats(rtype.json_schema, quick=False))
    return Engine(rtype, loose.is_valid, full.iter_errors)


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
