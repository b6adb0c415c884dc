"""Turns the value specifications of a mapping into functions from a bundle of rows to a value.

A specification is a column's name, or a map with one source (``column``, ``columns``, ``text``, ``value``, ``first``,
``list``, ``map``, ``each``, ``count``) and steps (see ``kam.importers.steps``). It is taken to be checked already
(``kam.importers.mapping_check``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kam.importers.bundle import Bundle, Getter, Scope
from kam.importers.cells import is_typed
from kam.importers.conditions import make_condition
from kam.importers.list_steps import LIST_STEPS, with_list_steps
from kam.importers.moments import not_before, plus
from kam.importers.source import Row
from kam.importers.steps import STEPS, BadValueError, Step, parse_number, plain
from kam.model.record import Value
from kam.model.schema import Field, Kind

SOURCES = ("column", "columns", "text", "value", "first", "list", "map", "each", "count")
GAP = re.compile(r"\{([^{}]+)\}")
TYPED = frozenset({"number", "integer", "boolean", "date", "moment", "lookup", "part", "slug"})
AUTOMATIC = {
    Kind.INTEGER: "integer",
    Kind.NUMBER: "number",
    Kind.BOOLEAN: "boolean",
    Kind.DATE: "date",
    Kind.DATETIME: "moment",
}
KNOWN_THINGS = ("account", "person", "product")


def make_getter(spec: Any, scope: Scope, target: Field | None = None) -> Getter:
    """The function of a specification; ``target`` is the field it fills, whose kind decides the last step."""
    if isinstance(spec, str):
        spec = {"column": spec}
    source = next(name for name in SOURCES if name in spec)
    getter = _MAKERS[source](spec, scope, target)
    if source not in {"list", "map", "each", "count"}:
        getter = _with_steps(getter, spec, scope, target)
    if LIST_STEPS & spec.keys():
        getter = with_list_steps(getter, spec)
    if "plus" in spec:
        getter = plus(getter, {unit: make_getter(span, scope) for unit, span in spec["plus"].items()})
    if "not_before" in spec:
        getter = not_before(getter, make_getter(spec["not_before"], scope))
    if "when" in spec:
        getter = _guarded(getter, spec["when"], scope)
    if "default" in spec:
        getter = _with_default(getter, spec["default"])
    return getter


def columns_of(spec: Any) -> set[str]:
    """Columns of the bundle's own rows that a specification reads."""
    if isinstance(spec, str):
        return {spec}
    found: set[str] = {spec["column"]} if "column" in spec else set()
    found |= set(spec.get("columns", ())) | set(GAP.findall(spec.get("text", "")))
    found |= set(spec.get("when", {})) | set(spec.get("where", {}) if spec.get("each", "rows") == "rows" else {})
    if "not_before" in spec:
        found |= columns_of(spec["not_before"])
    for inner in spec.get("plus", {}).values():
        found |= columns_of(inner)
    for inner in (*spec.get("first", ()), *spec.get("list", ()), *spec.get("map", {}).values()):
        found |= columns_of(inner)
    if spec.get("each") == "rows":
        for inner in spec.get("fields", {}).values():
            found |= columns_of(inner)
    return found


def make_text(template: str, empty: frozenset[str]) -> Callable[[Mapping[str, str]], str | None]:
    """A template such as ``{product} – {account}``; None where one of the gaps stays empty."""
    gaps = GAP.findall(template)

    def fill(cells: Mapping[str, str]) -> str | None:
        words = {gap: cells.get(gap, "").strip() for gap in gaps}
        if any(word in empty for word in words.values()):
            return None
        return GAP.sub(lambda gap: words[gap.group(1)], template)

    return fill


def _pick_rows(spec: Mapping[str, Any], scope: Scope) -> Callable[[Bundle], Sequence[Row]]:
    if "where" not in spec:
        return lambda bundle: bundle.rows
    holds = make_condition(spec["where"], scope.empty)
    return lambda bundle: [row for row in bundle.rows if holds(row.cells)]


def _from_column(spec: Mapping[str, Any], scope: Scope, target: Field | None) -> Getter:
    column, empty, of = spec["column"], scope.empty, spec.get("rows", "first")
    rows = _pick_rows(spec, scope)

    def texts(bundle: Bundle) -> list[str]:
        found = (row.cells.get(column, "").strip() for row in rows(bundle))
        return [text for text in found if text not in empty]

    def first(bundle: Bundle) -> Value | None:
        for row in rows(bundle):
            text = row.cells.get(column, "").strip()
            return None if text in empty else text
        return None

    if of == "first":
        return first
    return lambda bundle: _fold(texts(bundle), of)


def _fold(texts: list[str], of: str) -> Value | None:
    if not texts:
        return None
    if of == "any":
        return texts[0]
    if of == "last":
        return texts[-1]
    if of == "distinct":
        return list(dict.fromkeys(texts))
    numbers = [parse_number(text) for text in texts]
    total = sum(numbers[1:], numbers[0]) if of == "sum" else max(numbers) if of == "max" else min(numbers)
    return str(plain(total))


def _from_columns(spec: Mapping[str, Any], scope: Scope, target: Field | None) -> Getter:
    joint = str(spec.get("join", " "))

    def get(bundle: Bundle) -> Value | None:
        cells = bundle.rows[0].cells
        parts = [cells.get(column, "").strip() for column in spec["columns"]]
        return joint.join(part for part in parts if part not in scope.empty) or None

    return get


def _from_text(spec: Mapping[str, Any], scope: Scope, target: Field | None) -> Getter:
    fill = make_text(str(spec["text"]), scope.empty)
    return lambda bundle: fill(bundle.rows[0].cells)


def _from_value(spec: Mapping[str, Any], scope: Scope, target: Field | None) -> Getter:
    value: Value = spec["value"]
    return lambda bundle: value


def _from_first(spec: Mapping[str, Any], scope: Scope, target: Field | None) -> Getter:
    getters = [make_getter(inner, scope, target) for inner in spec["first"]]

    def get(bundle: Bundle) -> Value | None:
        for getter in getters:
            value = getter(bundle)
            if value is not None:
                return value
        return None

    return get


def _from_list(spec: Mapping[str, Any], scope: Scope, target: Field | None) -> Getter:
    item = target.items if target else None
    getters = [make_getter(inner, scope, target if _makes_list(inner) else item) for inner in spec["list"]]

    def get(bundle: Bundle) -> Value | None:
        found: list[Value] = []
        for getter in getters:
            value = getter(bundle)
            if isinstance(value, list):
                found.extend(value)
            elif value is not None:
                found.append(value)
        return found or None

    return get


def _makes_list(spec: Any) -> bool:
    return isinstance(spec, dict) and ("each" in spec or "list" in spec or "split" in spec)


def _from_map(spec: Mapping[str, Any], scope: Scope, target: Field | None) -> Getter:
    return _make_fields(spec["map"], scope, target)


def _make_fields(specs: Mapping[str, Any], scope: Scope, target: Field | None) -> Getter:
    """A map of fields; None where all are empty or one that the schema requires is."""
    inner = {f.name: f for f in target.fields} if target else {}
    getters = [(name, make_getter(spec, scope, inner.get(name))) for name, spec in specs.items()]
    needed = [name for name in specs if name in inner and inner[name].required]

    def get(bundle: Bundle) -> Value | None:
        found: dict[str, Value] = {}
        for name, getter in getters:
            value = getter(bundle)
            if value is not None:
                found[name] = value
        return found if found and all(name in found for name in needed) else None

    return get


def _from_each(spec: Mapping[str, Any], scope: Scope, target: Field | None) -> Getter:
    """A list with an item for each row of the bundle, or of another table that matches (``on``)."""
    make_item = _make_fields(spec["fields"], scope, target.items if target else None)
    rows = _other_rows(spec, scope) if spec["each"] != "rows" else _pick_rows(spec, scope)

    def get(bundle: Bundle) -> Value | None:
        items = (one(row, bundle) for row in rows(bundle))
        return [item for item in items if item is not None] or None

    def one(row: Row, bundle: Bundle) -> Value | None:
        try:
            return make_item(Bundle([row], bundle.resolve, bundle.others))
        except BadValueError as error:
            error.line = row.line
            raise

    return get


def _other_rows(spec: Mapping[str, Any], scope: Scope) -> Callable[[Bundle], Sequence[Row]]:
    (theirs, ours), table = next(iter(spec["on"].items())), str(spec["each"])
    holds = make_condition(spec.get("where", {}), scope.empty)

    def rows(bundle: Bundle) -> Sequence[Row]:
        key = bundle.rows[0].cells.get(ours, "").strip()
        found = bundle.others.get((table, theirs), {}).get(key, ()) if key else ()
        return [row for row in found if holds(row.cells)]

    return rows


def _from_count(spec: Mapping[str, Any], scope: Scope, target: Field | None) -> Getter:
    holds = make_condition(spec["count"], scope.empty)
    return lambda bundle: sum(holds(row.cells) for row in bundle.rows)


_MAKERS: dict[str, Callable[[Mapping[str, Any], Scope, Field | None], Getter]] = {
    "column": _from_column,
    "columns": _from_columns,
    "text": _from_text,
    "value": _from_value,
    "first": _from_first,
    "list": _from_list,
    "map": _from_map,
    "each": _from_each,
    "count": _from_count,
}


def _with_steps(getter: Getter, spec: Mapping[str, Any], scope: Scope, target: Field | None) -> Getter:
    """Add the steps named, in their fixed order, and the one that the target's kind calls for."""
    item = target.items if target and target.kind is Kind.LIST and target.items else target
    steps = _make_steps(spec, scope, None if "first" in spec else item)
    ref, missing = _reference(spec, item)
    if not steps and not ref and "split" not in spec:
        return getter if target is None else lambda bundle: _bare(getter(bundle))
    otherwise = spec.get("otherwise", _UNSET)

    def one(value: Any, bundle: Bundle) -> Value | None:
        try:
            for step in steps:
                value = step(value)
        except BadValueError:
            if otherwise is _UNSET:
                raise
            # What is not in the table is left out, but not without a word.
            value = otherwise or bundle.resolve("value", str(value), "leave")
        if value is None or value == "":
            return None
        if ref:
            value = bundle.resolve(ref, str(value), missing)
        result: Value | None = value if target is None else _bare(value)
        return result

    split = _make_split(spec["split"]) if "split" in spec else None

    def get(bundle: Bundle) -> Value | None:
        value = getter(bundle)
        if value is None:
            return None
        if split is not None and isinstance(value, str):
            value = split(value)
        if isinstance(value, list):
            found = [each for each in (one(each, bundle) for each in value) if each is not None]
            return found or None
        return one(value, bundle)

    return get


def _bare(value: Any) -> Any:
    """What goes into a record forgets the cell it came from."""
    if isinstance(value, list):
        return [_bare(each) for each in value]
    return str(value) if is_typed(value) else value


_UNSET = object()


def _make_steps(spec: Mapping[str, Any], scope: Scope, target: Field | None) -> list[Step]:
    steps = []
    for name, make in STEPS.items():
        if name in spec:
            settings = spec[name]
            if name in {"lookup", "replace"} and isinstance(settings, str):
                settings = scope.lookups[settings]
            steps.append(make(settings, scope.zone))
    if target is not None and "value" not in spec and not TYPED & spec.keys():
        if target.kind in AUTOMATIC:
            steps.append(STEPS[AUTOMATIC[target.kind]](None, scope.zone))
        elif target.kind is Kind.TEXT and "one_line" not in spec:
            steps.insert(0, STEPS["one_line"](True, ""))
    return steps


def _reference(spec: Mapping[str, Any], target: Field | None) -> tuple[str, str]:
    """The kind of thing the value names, and what to do where it is not known."""
    named = spec.get("ref", "")
    if "ref" not in spec and target is not None and "value" not in spec and "first" not in spec:
        named = next((each for each in target.targets if each in KNOWN_THINGS), "")
    return (str(named or ""), str(spec.get("missing", "reject")))


def _make_split(options: Any) -> Callable[[str], Any]:
    by = str(options["by"]) if isinstance(options, dict) else str(options)
    take = options.get("take") if isinstance(options, dict) else None

    def split(text: str) -> Any:
        parts = [part.strip() for part in text.split(by)]
        if take is None:
            return [part for part in parts if part]
        return parts[take] if -len(parts) <= take < len(parts) else ""

    return split


def _guarded(getter: Getter, when: Mapping[str, Any], scope: Scope) -> Getter:
    holds = make_condition(when, scope.empty)
    return lambda bundle: getter(bundle) if holds(bundle.rows[0].cells) else None


def _with_default(getter: Getter, default: Value) -> Getter:
    def get(bundle: Bundle) -> Value | None:
        value = getter(bundle)
        return default if value is None else value

    return get
