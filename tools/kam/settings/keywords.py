"""What each keyword of a schema may hold: one small check for each kind of value."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import Any

from kam.model.problem import FieldPath
from kam.settings.dialect import CONDITION_KEYWORDS, FORMATS, LAYOUTS, SCOPES, SENSITIVITIES, SHAPES, TYPES
from kam.settings.patterns import judge_pattern
from kam.settings.section import BAD, check_label, nearest, shown
from kam.settings.yaml_reader import LocatedYaml

IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,62}\Z")
SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")
ICON = re.compile(r"[a-z]+(/[a-z0-9-]+)+\Z")
CONDITIONS = ("if", "then", "else", "allOf", "anyOf", "oneOf", "not")

Check = Callable[[LocatedYaml, FieldPath, Any], None]


def report(file: LocatedYaml, path: FieldPath, key: str, rule: str = BAD, *, of_key: bool = False, **args: str) -> None:
    """Add a problem to the file's."""
    file.report(path, rule, key, args, of_key=of_key)


def report_unknown(file: LocatedYaml, path: FieldPath, known: Collection[str]) -> None:
    """The last part of ``path`` is a keyword that means nothing."""
    name = str(path[-1])
    near = nearest(name, known)
    report(
        file, path, "near" if near else "default", "settings-unknown-keyword",
        of_key=True, name=name, near=near, known=", ".join(sorted(known)),
    )  # fmt: skip


def _check_one_of(choices: Collection[str]) -> Check:
    def check(file: LocatedYaml, path: FieldPath, value: Any) -> None:
        if value not in choices:
            near = nearest(str(value), choices)
            key = "choice-near" if near else "choice"
            report(file, path, key, found=shown(value), near=near, known=", ".join(choices))

    return check


def _check_form(pattern: re.Pattern[str], key: str) -> Check:
    def check(file: LocatedYaml, path: FieldPath, value: Any) -> None:
        if not isinstance(value, str) or not pattern.match(value):
            report(file, path, key, found=shown(value))

    return check


def _check_kind(key: str, *kinds: type) -> Check:
    def check(file: LocatedYaml, path: FieldPath, value: Any) -> None:
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            report(file, path, key, found=shown(value))

    return check


def _check_count(file: LocatedYaml, path: FieldPath, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        report(file, path, "count", found=shown(value))


def _check_false(file: LocatedYaml, path: FieldPath, value: Any) -> None:
    if value is not False:
        report(file, path, "additional", found=shown(value))


def _check_names(file: LocatedYaml, path: FieldPath, value: Any) -> None:
    if not isinstance(value, list):
        report(file, path, "list", found=shown(value))
        return
    for at, each in enumerate(value):
        if not isinstance(each, str):
            report(file, (*path, at), "text", found=shown(each))
        elif each in value[:at]:
            report(file, (*path, at), "repeated", found=each)


def _check_values(file: LocatedYaml, path: FieldPath, value: Any) -> None:
    if not isinstance(value, list) or not value:
        report(file, path, "list", found=shown(value))
        return
    for at, each in enumerate(value):
        if isinstance(each, bool | dict | list) or each is None:
            report(file, (*path, at), "enum", found=shown(each))
        elif each in value[:at]:
            report(file, (*path, at), "repeated", found=shown(each))


def _check_pairs(file: LocatedYaml, path: FieldPath, value: Any) -> None:
    pairs = value if isinstance(value, list) else [value]
    for pair in pairs:
        if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(each, str) for each in pair)):
            report(file, path, "pairs", found=shown(pair))
            return


def _check_choices(file: LocatedYaml, path: FieldPath, value: Any) -> None:
    if not isinstance(value, dict):
        report(file, path, "map", found=shown(value))
        return
    for name, label in value.items():
        check_label(file, (*path, name), label)


def _check_targets(file: LocatedYaml, path: FieldPath, value: Any) -> None:
    if not isinstance(value, str):
        _check_names(file, path, value)


def _check_unit(file: LocatedYaml, path: FieldPath, value: Any) -> None:
    if isinstance(value, dict):
        check_label(file, path, value)
    elif not isinstance(value, str) or len(value) > 20:
        report(file, path, "unit", found=shown(value))


def _check_pattern(file: LocatedYaml, path: FieldPath, value: Any) -> None:
    if not isinstance(value, str):
        report(file, path, "text", found=shown(value))
        return
    key = judge_pattern(value)
    if key:
        report(file, path, key, "settings-runaway-pattern", pattern=shown(value))


def _check_conditions(file: LocatedYaml, path: FieldPath, value: Any) -> None:
    if not isinstance(value, list):
        report(file, path, "list", found=shown(value))
        return
    for at, each in enumerate(value):
        _check_condition(file, (*path, at), each)


def _check_condition(file: LocatedYaml, path: FieldPath, node: Any) -> None:
    if not isinstance(node, dict):
        report(file, path, "map", found=shown(node))
        return
    for key, value in node.items():
        at = (*path, key)
        if key not in CONDITION_KEYWORDS:
            report_unknown(file, at, CONDITION_KEYWORDS)
        elif key == "properties" and isinstance(value, dict):
            for name, inner in value.items():
                _check_condition(file, (*at, name), inner)
        elif key in CONDITIONS or key in ("items", "contains"):
            for index, inner in enumerate(value) if isinstance(value, list) else [(None, value)]:
                _check_condition(file, at if index is None else (*at, index), inner)


def _check_states(file: LocatedYaml, path: FieldPath, value: Any) -> None:
    known = ("field", "history", "initial", "open", "terminal", "transitions")
    if not isinstance(value, dict):
        report(file, path, "map", found=shown(value))
        return
    for key in value:
        if key not in known:
            report_unknown(file, (*path, key), known)
    for key in ("field", "initial", "open", "terminal", "transitions"):
        if key not in value:
            report(file, path, "missing", name=key)
    for key in ("field", "history"):
        if not isinstance(value.get(key, ""), str):
            report(file, (*path, key), "text", found=shown(value[key]))
    for key in ("initial", "open", "terminal"):
        _check_names(file, (*path, key), value.get(key, []))
    transitions = value.get("transitions", {})
    if not isinstance(transitions, dict):
        report(file, (*path, "transitions"), "map", found=shown(transitions))
        return
    for state, after in transitions.items():
        _check_names(file, (*path, "transitions", state), after)


CHECKS: Mapping[str, Check] = {
    "text": _check_kind("text", str),
    "type": _check_one_of(TYPES),
    "false": _check_false,
    "names": _check_names,
    "map": _check_kind("map", dict),
    "label": check_label,
    "slug": _check_form(SLUG, "slug"),
    "layout": _check_one_of(LAYOUTS),
    "scope": _check_one_of(SCOPES),
    "count": _check_count,
    "sensitivity": _check_one_of(SENSITIVITIES),
    "pairs": _check_pairs,
    "icon": _check_form(ICON, "icon"),
    "identifier": _check_form(IDENTIFIER, "identifier"),
    "states": _check_states,
    "conditions": _check_conditions,
    "format": _check_one_of(FORMATS),
    "values": _check_values,
    "any": lambda file, path, value: None,
    "pattern": _check_pattern,
    "number": _check_kind("number", int, Decimal),
    "flag": _check_kind("flag", bool),
    "choices": _check_choices,
    "targets": _check_targets,
    "unit": _check_unit,
    "shape": _check_one_of(SHAPES),
}
"""Kind of value (as ``kam.settings.dialect`` names it) → its check."""


def check_keywords(file: LocatedYaml, path: FieldPath, node: Mapping[str, Any], kinds: Mapping[str, str]) -> None:
    """Every keyword of a map must be known and hold what it may hold."""
    for key, value in node.items():
        if key in kinds:
            CHECKS[kinds[key]](file, (*path, key), value)
        else:
            report_unknown(file, (*path, key), kinds)
