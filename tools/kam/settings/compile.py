"""From a schema file's values to a record type: fields for kam, plain JSON Schema for the validator.

Expects a file that ``kam.settings.check_schema`` found no error in.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from kam.model.schema import Field, Kind, Label, RecordType, Sensitivity, States
from kam.settings.dialect import (
    FORMAT_PATTERNS,
    LANGUAGES,
    MULTILINE,
    MULTILINE_PATTERN,
    ONE_LINE,
    ONE_LINE_PATTERN,
    PLAIN_FORMATS,
)
from kam.settings.shared import Node

COPIED = (
    "minLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minItems", "maxItems",
    "uniqueItems", "minProperties", "maxProperties", "dependentRequired", "const", "allOf",
)  # fmt: skip
KINDS = {
    "integer": Kind.INTEGER,
    "number": Kind.NUMBER,
    "boolean": Kind.BOOLEAN,
    "array": Kind.LIST,
    "object": Kind.MAP,
}
TEXT_FORMAT_KINDS = {"date": Kind.DATE, "date-time": Kind.DATETIME, "moment": Kind.DATETIME}


def compile_type(name: str, node: Node) -> RecordType:
    """The record type that a schema (references inlined) describes."""
    sensitivity = Sensitivity(node.get("x-sensitivity", "internal"))
    folder = str(node.get("x-folder", name))
    label = _label(node.get("x-label"))
    return RecordType(
        name=name,
        label=label,
        plural=_label(node.get("x-plural")) or label,
        help=_label(node.get("x-help")),
        folder=folder,
        layout=node.get("x-layout", "record"),
        scope=node.get("x-scope", "account"),
        title_field=str(node.get("x-title") or ""),
        date_field=str(node.get("x-date") or ""),
        fields=_inner_fields(node, sensitivity),
        json_schema={"$schema": "https://json-schema.org/draft/2020-12/schema", **plain_schema(node)},
        sensitivity=sensitivity,
        icon=str(node.get("x-icon") or ""),
        row=str(node.get("x-row") or ""),
        max_age=node.get("x-age"),
        order=_pairs(node.get("x-order")),
        states=_states(node.get("x-states")),
        table=str(node.get("x-table") or folder.replace("-", "_")),
    )


def _inner_fields(node: Node, sensitivity: Sensitivity) -> tuple[Field, ...]:
    required = set(node.get("required") or ())
    recommended = set(node.get("x-recommended") or ())
    return tuple(
        compile_field(name, inner, name in required, name in recommended, sensitivity)
        for name, inner in (node.get("properties") or {}).items()
    )


def compile_field(name: str, node: Node, required: bool, recommended: bool, outer: Sensitivity) -> Field:
    """One field; ``outer`` is the sensitivity of what it stands in, which it shares unless it says otherwise."""
    sensitivity = Sensitivity(node.get("x-sensitivity", outer))
    label = _label(node.get("x-label"))
    unit = _unit(node.get("x-unit"))
    is_list = node.get("type") == "array"
    return Field(
        name=name,
        kind=_kind(node),
        label=label,
        help=_label(node.get("x-help")),
        required=required,
        recommended=recommended,
        weight=node.get("x-weight", 2 if required else 1),
        sensitivity=sensitivity,
        format=node.get("format", ""),
        choices=_choices(node),
        targets=() if is_list else _targets(node),
        money=str(node.get("x-money") or ""),
        unit=unit.get("en", ""),
        shape=str(node.get("x-shape") or ""),
        unique=bool(node.get("x-unique", False)),
        max_length=_max_length(node),
        fields=() if is_list else _inner_fields(node, sensitivity),
        items=_items(name, node, label, sensitivity) if is_list else None,
        unit_label=unit,
        order=_pairs((node.get("items") or {}).get("x-order") if is_list else node.get("x-order")),
    )


def _items(name: str, node: Node, label: Label, sensitivity: Sensitivity) -> Field:
    inner = dict(node.get("items") or {})
    inner.setdefault("x-label", label)
    if "x-ref" in node:
        inner.setdefault("x-ref", node["x-ref"])
    return compile_field(name, inner, required=False, recommended=False, outer=sensitivity)


def _kind(node: Node) -> Kind:
    if node.get("type") != "string":
        return KINDS[node["type"]]
    if node.get("format") in TEXT_FORMAT_KINDS:
        return TEXT_FORMAT_KINDS[node["format"]]
    if "enum" in node:
        return Kind.CHOICE
    if "x-ref" in node:
        return Kind.REFERENCE
    return Kind.MULTILINE if node.get("x-multiline") else Kind.TEXT


def _label(value: Any) -> Label:
    return {lang: str(value[lang]) for lang in LANGUAGES if lang in value} if isinstance(value, dict) else {}


def _unit(value: Any) -> Label:
    if value is None or isinstance(value, dict):
        return _label(value)
    return dict.fromkeys(LANGUAGES, str(value))


def _choices(node: Node) -> dict[str, Label] | None:
    if "enum" not in node:
        return None
    labels = node.get("x-choices") or {}
    names = [str(value) for value in node["enum"]]
    return {name: _label(labels.get(name)) or dict.fromkeys(LANGUAGES, name) for name in names}


def _targets(node: Node) -> tuple[str, ...]:
    ref = node.get("x-ref") or ()
    return (ref,) if isinstance(ref, str) else tuple(ref)


def _max_length(node: Node) -> int:
    default = MULTILINE if node.get("x-multiline") else ONE_LINE
    return int(node.get("maxLength", default))


def _pairs(value: Any) -> tuple[tuple[str, str], ...]:
    return tuple((first, second) for first, second in value or ())


def _states(value: Any) -> States | None:
    if not value:
        return None
    return States(
        field=value["field"],
        history=value.get("history") or "",
        initial=tuple(value.get("initial") or ()),
        open=tuple(value.get("open") or ()),
        terminal=tuple(value.get("terminal") or ()),
        transitions={state: tuple(after or ()) for state, after in (value.get("transitions") or {}).items()},
    )


def plain_schema(node: Node, *, is_required: bool = False) -> dict[str, Any]:
    """A field's node as plain JSON Schema: without ``x-`` keywords and formats of our own."""
    kind = node.get("type", "object")
    plain: dict[str, Any] = {"type": kind}
    plain.update({key: plain_value(node[key]) for key in COPIED if key in node})
    if "enum" in node:
        plain["enum"] = plain_value(node["enum"])
    if kind == "string":
        _limit_text(plain, node, is_required)
    elif kind == "object":
        required = list(node.get("required") or ())
        plain["properties"] = {
            name: plain_schema(inner, is_required=name in required)
            for name, inner in (node.get("properties") or {}).items()
        }
        plain["additionalProperties"] = False
        if required:
            plain["required"] = required
    elif kind == "array":
        plain["items"] = plain_schema(node.get("items") or {})
    elif node.get("format") == "percent":
        plain.setdefault("minimum", 0)
        plain.setdefault("maximum", 100)
    return plain


def _limit_text(plain: dict[str, Any], node: Node, is_required: bool) -> None:
    if "enum" in node or "const" in node:
        return
    plain["maxLength"] = _max_length(node)
    if is_required:
        plain.setdefault("minLength", 1)
    form = node.get("format", "")
    if form in PLAIN_FORMATS:
        plain["format"] = form
    if "pattern" in node:
        plain["pattern"] = node["pattern"]
        if form in FORMAT_PATTERNS:
            plain["allOf"] = [*plain.get("allOf", ()), {"pattern": FORMAT_PATTERNS[form]}]
    elif form in FORMAT_PATTERNS:
        plain["pattern"] = FORMAT_PATTERNS[form]
    elif form not in PLAIN_FORMATS:
        plain["pattern"] = MULTILINE_PATTERN if node.get("x-multiline") else ONE_LINE_PATTERN


def plain_value(value: Any) -> Any:
    """A value read from YAML as JSON has it: exact numbers become JSON numbers."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, list):
        return [plain_value(each) for each in value]
    if isinstance(value, dict):
        return {key: plain_value(each) for key, each in value.items()}
    return value
