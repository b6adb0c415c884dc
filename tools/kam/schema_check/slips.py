"""What a schema has against a record, in the words of its author."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from kam.model.problem import FieldPath
from kam.model.schema import NOTHING, Field, RecordType
from kam.schema_check.currency_names import find_currency
from kam.schema_check.engine import SchemaError, engine_of
from kam.schema_check.formats import PATTERNS
from kam.schema_check.nearest import find_choice, find_field
from kam.settings.dialect import MULTILINE_PATTERN, ONE_LINE_PATTERN

MAX_CHOICES = 14
TYPES = frozenset({"string", "integer", "number", "boolean", "array", "object"})
FORMAT_OF = {
    **{pattern: name for name, pattern in PATTERNS.items()},
    ONE_LINE_PATTERN: "one-line",
    MULTILINE_PATTERN: "one-line",
}


class SchemaSlip(NamedTuple):
    """One thing that does not fit: the rule, the path of the value (or of what is missing) and the words."""

    rule: str
    path: FieldPath = ()
    key: str = "default"
    args: Mapping[str, str] = NOTHING


def find_schema_slips(rtype: RecordType, data: Mapping[str, Any]) -> Iterator[SchemaSlip]:
    """Yield what is wrong with one record, ordered by path; nothing where it is valid."""
    slips: list[SchemaSlip] = []
    for error in engine_of(rtype).iter_errors(data):
        slips += _translate(rtype, data, error)
    slips += _find_double_ids(rtype.fields, data, ())
    yield from sorted(set_of(slips), key=lambda s: ([str(p).rjust(6) for p in s.path], s.rule, s.key))


def set_of(slips: list[SchemaSlip]) -> list[SchemaSlip]:
    """The slips without repetitions (one value can break a rule in two places of a schema)."""
    return list({(s.rule, s.path, s.key): s for s in slips}.values())


def unknown_field(rtype: RecordType, path: FieldPath, *, guess: bool = True) -> SchemaSlip:
    """The slip of a field that the schema does not know; with ``guess`` the name that was probably meant is added."""
    name = str(path[-1]) if path else ""
    known = _fields_at(rtype, path[:-1])
    near = find_field(name, known) if guess else None
    args = {"name": name[:60], "known": ", ".join(f.name for f in known[:MAX_CHOICES])}
    if near is None:
        key = "digits" if name and not name.strip("0123456789.") else "default"
        return SchemaSlip("unknown-field", path, key, args)
    args |= {"near": near.name, "near_en": near.label.get("en", near.name), "near_zh": near.label.get("zh", near.name)}
    return SchemaSlip("unknown-field", path, "near", args)


def _translate(rtype: RecordType, data: Mapping[str, Any], error: SchemaError) -> Iterator[SchemaSlip]:
    words = error.kind.as_dict() if hasattr(error.kind, "as_dict") else {}
    kind = error.kind.name
    path: FieldPath = tuple(error.instance_path)
    if kind == "required":
        missing = (*path, str(words["property"]))
        yield SchemaSlip("required-field", missing, "default", _field_words(rtype, missing))
        return
    if kind == "additionalProperties":
        for name in words.get("unexpected", ()):
            yield unknown_field(rtype, (*path, name))
        return
    value = _value_at(data, path)
    args = {**_field_words(rtype, path), "value": _show(value)}
    found = _field_at(rtype, path)
    if kind in ("enum", "constant"):
        yield _explain_choice(path, args, words, value, found)
    elif kind == "type":
        wanted = [t for t in _types_of(words) if t in TYPES]
        yield SchemaSlip("wrong-type", path, wanted[0] if wanted else "default", args)
    elif kind == "pattern":
        yield _explain_pattern(path, args, str(words.get("pattern", "")), found)
    else:
        yield _explain_limit(kind, path, args, words.get("limit", words.get("multiple_of")), value)


def _types_of(words: Mapping[str, Any]) -> list[str]:
    types = words.get("types", words.get("value", ()))
    return [types] if isinstance(types, str) else [str(t) for t in types or ()]


def _explain_choice(
    path: FieldPath, args: dict[str, str], words: Mapping[str, Any], value: Any, found: Field | None
) -> SchemaSlip:
    options = words.get("options", words.get("expected_value"))
    allowed = [str(o) for o in options] if isinstance(options, list) else [str(options)]
    labels = (found.choices if found else None) or {}
    shown = allowed[:MAX_CHOICES]
    args["choices_en"] = ", ".join(_with_label(o, labels, "en", " ({})") for o in shown)
    args["choices_zh"] = "、".join(_with_label(o, labels, "zh", "（{}）") for o in shown)
    near = find_choice(str(value), allowed, labels)
    if near is None:
        return SchemaSlip("not-a-choice", path, "default", args)
    return SchemaSlip("not-a-choice", path, "near", args | {"near": near})


def _with_label(option: str, labels: Mapping[str, Mapping[str, str]], lang: str, form: str) -> str:
    label = labels.get(option, {}).get(lang, "")
    return option + (form.format(label) if label and label.casefold() != option.casefold() else "")


def _explain_pattern(path: FieldPath, args: dict[str, str], pattern: str, found: Field | None) -> SchemaSlip:
    name = FORMAT_OF.get(pattern)
    near = find_currency(args["value"]) if name == "currency" else ""
    if near:
        return SchemaSlip("format", path, "currency-near", args | {"near": near})
    if name:
        return SchemaSlip("format", path, name, args)
    help_en = found.help.get("en", "") if found else ""
    help_zh = found.help.get("zh", "") if found else ""
    words = {"pattern": pattern, "help_en": help_en, "help_zh": help_zh or help_en}
    return SchemaSlip("format", path, "help" if help_en else "default", args | words)


LIMITS = {
    "maxLength": ("too-long", "default"),
    "minLength": ("too-short", "default"),
    "maxItems": ("too-many", "default"),
    "minItems": ("too-few", "default"),
    "maximum": ("out-of-range", "maximum"),
    "minimum": ("out-of-range", "minimum"),
    "exclusiveMaximum": ("out-of-range", "below"),
    "exclusiveMinimum": ("out-of-range", "above"),
    "multipleOf": ("out-of-range", "step"),
    "uniqueItems": ("repeated-item", "default"),
}


def _explain_limit(kind: str, path: FieldPath, args: dict[str, str], limit: Any, value: Any) -> SchemaSlip:
    rule, key = LIMITS.get(kind, ("schema-rule", "default" if path else "record"))
    words = {"limit": _show(limit), "count": str(len(value)) if isinstance(value, str | list) else ""}
    return SchemaSlip(rule, path, key, args | words)


def _find_double_ids(fields: tuple[Field, ...], data: Mapping[str, Any], path: FieldPath) -> list[SchemaSlip]:
    slips = []
    for each in fields:
        value = data.get(each.name)
        below = (*path, each.name)
        if isinstance(value, dict):
            slips += _find_double_ids(each.fields, value, below)
        elif isinstance(value, list) and each.items and each.items.fields:
            slips += _compare_items(each, value, below)
    return slips


def _compare_items(each: Field, items: list[Any], path: FieldPath) -> list[SchemaSlip]:
    unique = next((f.name for f in each.by_name.values() if f.unique), "")
    seen: dict[str, int] = {}
    slips = []
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            continue
        slips += _find_double_ids(tuple(each.by_name.values()), item, (*path, index))
        name = item.get(unique)
        if name is None or not unique:
            continue
        if str(name) in seen:
            args = {"value": str(name)[:60], "name": unique, "first": str(seen[str(name)] + 1)}
            slips.append(SchemaSlip("duplicate-id", (*path, index, unique), "item", args))
        seen.setdefault(str(name), index)
    return slips


def _field_words(rtype: RecordType, path: FieldPath) -> dict[str, str]:
    name = next((str(p) for p in reversed(path) if isinstance(p, str)), "")
    found = _field_at(rtype, path)
    label = found.label if found else {}
    return {"name": name, "label_en": label.get("en", name), "label_zh": label.get("zh", name)}


def _field_at(rtype: RecordType, path: FieldPath) -> Field | None:
    known: Mapping[str, Field] = rtype.by_name
    found: Field | None = None
    for part in path:
        if isinstance(part, int):
            found = found.items if found and found.items and not found.items.fields else found
            continue
        found = known.get(part)
        if found is None:
            return None
        known = found.by_name
    return found


def _fields_at(rtype: RecordType, path: FieldPath) -> list[Field]:
    names = [p for p in path if isinstance(p, str)]
    if not names:
        return list(rtype.fields)
    found = _field_at(rtype, tuple(names))
    return list(found.by_name.values()) if found else []


def _value_at(data: Any, path: FieldPath) -> Any:
    for part in path:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _show(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal | int | str):
        text = str(value)
        return text if len(text) <= 60 else text[:57] + "…"
    return "" if value is None or isinstance(value, dict | list) else str(value)
