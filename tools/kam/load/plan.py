"""How to read the values of a record type: its schema, boiled down to what a reader of scalars must know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kam.model.schema import Field, Kind, RecordType

MAX_REFERENCES = 40
MAX_DEPTH = 20

TEXT_FORMATS = {"date": "date", "date-time": "datetime", "moment": "moment"}
SCALAR_TYPES = {"integer": "integer", "number": "number", "boolean": "boolean"}
ID_FORMATS = frozenset({"slug", "currency", "country", "month", "version"})
PHONE_NAMES = frozenset({"phone", "mobile", "tel", "telephone", "fax", "wechat"})


@dataclass(slots=True)
class Plan:
    """How one value is read.

    ``kind`` is text, integer, number, boolean, date, datetime, moment, map or list. ``fields`` are the known keys of a
    map and ``other`` the plan of further keys, where the schema admits any. ``unique`` names the id field of a list's
    maps. ``strict`` marks ids, choices and references, which are no free text; ``attachment`` a file's name;
    ``private`` a field that is meant for a phone number; ``choices`` are the values that it can have.
    """

    kind: str = "text"
    multiline: bool = False
    fields: dict[str, Plan] = field(default_factory=dict)
    other: Plan | None = None
    items: Plan | None = None
    unique: str = ""
    strict: bool = False
    attachment: bool = False
    private: bool = False
    source: Field | None = None
    choices: frozenset[str] = frozenset()


def compile_plan(rtype: RecordType) -> Plan:
    """The plan of one record of ``rtype`` (one entry, where the type is a ledger)."""
    return _Compiler(rtype.json_schema).compile_map(rtype.json_schema, rtype.by_name)


class _Compiler:
    def __init__(self, root: Mapping[str, Any]) -> None:
        self.root = root
        self.depth = 0

    def compile(self, schema: Mapping[str, Any], source: Field | None) -> Plan:
        if self.depth >= MAX_DEPTH:
            return Plan()
        self.depth += 1
        try:
            return self._compile(self._resolve(schema), source)
        finally:
            self.depth -= 1

    def _compile(self, schema: Mapping[str, Any], source: Field | None) -> Plan:
        kind = _kind_of(schema, source)
        if kind == "map":
            return self.compile_map(schema, source.by_name if source else {}, source)
        if kind == "list":
            return self._compile_list(schema, source)
        text = _format_of(schema, source)
        targets = source.targets if source else ()
        is_file = "attachment" in targets
        is_id = "enum" in schema or text in ID_FORMATS or bool(source and source.unique)
        return Plan(
            kind=kind,
            multiline=source is not None and source.kind is Kind.MULTILINE,
            strict=is_id or (bool(targets) and not is_file),
            attachment=is_file,
            private=text == "phone" or (source is not None and source.name in PHONE_NAMES),
            source=source,
            choices=frozenset(map(str, schema.get("enum", ()))),
        )

    def compile_map(self, schema: Mapping[str, Any], known: Mapping[str, Field], source: Field | None = None) -> Plan:
        fields = {name: self.compile(inner, known.get(name)) for name, inner in schema.get("properties", {}).items()}
        further = schema.get("additionalProperties", True)
        other = Plan() if further is True else None
        if isinstance(further, Mapping):
            other = self.compile(further, None)
        return Plan(kind="map", fields=fields, other=other, source=source)

    def _compile_list(self, schema: Mapping[str, Any], source: Field | None) -> Plan:
        inner = source.items if source else None
        items = self.compile(schema["items"], inner) if isinstance(schema.get("items"), Mapping) else Plan()
        unique = next((f.name for f in source.by_name.values() if f.unique), "") if source else ""
        if items.kind != "map":
            items.strict = items.strict or bool(source and source.targets)
        return Plan(kind="list", items=items, unique=unique, source=source)

    def _resolve(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        for _ in range(MAX_REFERENCES):
            target = schema.get("$ref")
            if not isinstance(target, str) or not target.startswith("#/"):
                return schema
            found: Any = self.root
            for part in target[2:].split("/"):
                found = found.get(part, {}) if isinstance(found, Mapping) else {}
            schema = {**found, **{k: v for k, v in schema.items() if k != "$ref"}}
        return {}


def _format_of(schema: Mapping[str, Any], source: Field | None) -> str:
    return str((source.format if source else "") or schema.get("format", ""))


def _kind_of(schema: Mapping[str, Any], source: Field | None) -> str:
    named = schema.get("type")
    types = [named] if isinstance(named, str) else list(named or ())
    if not types:
        types = _implied_types(schema)
    if "object" in types:
        return "map"
    if "array" in types:
        return "list"
    if "string" in types or not types:
        return TEXT_FORMATS.get(_format_of(schema, source), "text")
    for name in ("number", "integer", "boolean"):
        if name in types:
            return SCALAR_TYPES[name]
    return "text"


def _implied_types(schema: Mapping[str, Any]) -> list[str]:
    if "properties" in schema:
        return ["object"]
    if "items" in schema:
        return ["array"]
    values = schema.get("enum") or ([schema["const"]] if "const" in schema else [])
    if values and all(isinstance(v, bool) for v in values):
        return ["boolean"]
    if values and all(isinstance(v, int) for v in values):
        return ["integer"]
    return []
