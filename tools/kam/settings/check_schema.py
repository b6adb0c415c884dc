"""Checking a schema file as it is written: keywords, labels, bounds, references to shared pieces."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from kam.model.problem import FieldPath
from kam.settings.dialect import FIELD_KEYWORDS, NOT_WITH_TYPE, NUMBER_FORMATS, TOP_KEYWORDS
from kam.settings.keywords import IDENTIFIER, check_keywords, report
from kam.settings.section import check_label, nearest, shown
from kam.settings.shared import Node, Pieces, RefError
from kam.settings.yaml_reader import LocatedYaml

TOP_LABELS = ("x-label", "x-plural", "x-help")


def check_schema(name: str, file: LocatedYaml, pieces: Pieces) -> None:
    """Add to ``file.problems`` what is wrong with a record type's schema."""
    top = file.value
    if not isinstance(top, dict):
        if not file.problems:
            report(file, (), "map", found=shown(top))
        return
    if not IDENTIFIER.match(name):
        report(file, (), "identifier", found=name)
    check_keywords(file, (), top, TOP_KEYWORDS)
    for key in TOP_LABELS:
        if key not in top:
            check_label(file, (key,), None)
    for key in ("x-folder", "x-title", "properties"):
        if key not in top:
            report(file, (), "missing", name=key)
    if top.get("type", "object") != "object":
        report(file, ("type",), "object", found=shown(top["type"]))
    walk = _Walk(file, pieces)
    walk.check_definitions()
    walk.check_properties((), top)
    _check_json_schema(file)


def check_shared(file: LocatedYaml) -> None:
    """Add to ``file.problems`` what is wrong with the shared pieces."""
    if not isinstance(file.value, dict):
        if not file.problems:
            report(file, (), "map", found=shown(file.value))
        return
    check_keywords(file, (), file.value, {"$defs": "map", "$schema": "text"})
    _Walk(file, Pieces(file, file)).check_definitions()
    _check_json_schema(file)


class _Walk:
    """Goes through the fields of one file."""

    def __init__(self, file: LocatedYaml, pieces: Pieces) -> None:
        self.file, self.pieces = file, pieces

    def check_definitions(self) -> None:
        definitions = self.file.get("$defs")
        for name in definitions if isinstance(definitions, dict) else ():
            self.check_field(("$defs", name), definitions[name], needs_label=False)

    def check_properties(self, path: FieldPath, node: Node) -> None:
        properties = node.get("properties")
        if not isinstance(properties, dict):
            return
        for name, inner in properties.items():
            at = (*path, "properties", name)
            if not IDENTIFIER.match(name):
                report(self.file, at, "identifier", of_key=True, found=shown(name))
            self.check_field(at, inner, needs_label=True)
        for key in ("required", "x-recommended"):
            names = node.get(key)
            for at_name, name in enumerate(names if isinstance(names, list) else ()):
                if isinstance(name, str) and name not in properties:
                    self._report_field((*path, key, at_name), name, properties)

    def _report_field(self, path: FieldPath, name: str, properties: Node) -> None:
        near = nearest(name, properties)
        key = "field-near" if near else "field"
        report(self.file, path, key, "settings-bad-reference", found=name, near=near)

    def check_field(self, path: FieldPath, node: Any, *, needs_label: bool) -> None:
        if not isinstance(node, dict):
            report(self.file, path, "map", found=shown(node))
            return
        check_keywords(self.file, path, node, FIELD_KEYWORDS)
        if "$ref" in node:
            whole = self._follow(path, node)
            if needs_label and whole is not None and "x-label" not in whole:
                check_label(self.file, (*path, "x-label"), None)
            return
        if needs_label and "x-label" not in node:
            check_label(self.file, (*path, "x-label"), None)
        kind = node.get("type")
        if kind is None:
            report(self.file, path, "missing", name="type")
        elif isinstance(kind, str):
            self._check_by_type(path, node, kind)

    def _follow(self, path: FieldPath, node: Node) -> Node | None:
        try:
            whole: Node = self.pieces.inline(node, in_shared=self.pieces.is_shared_file)
        except RefError as error:
            near = nearest(error.ref, self.pieces.names())
            key = "ref-near" if near and error.key == "default" else f"ref-{error.key}"
            report(self.file, (*path, "$ref"), key, "settings-bad-reference", found=error.ref, near=near)
            return None
        return whole

    def _check_by_type(self, path: FieldPath, node: Node, kind: str) -> None:
        for key in NOT_WITH_TYPE.get(kind, ()):
            if key in node:
                report(self.file, (*path, key), "not-with-type", of_key=True, name=key, type=kind)
        form = node.get("format")
        if form is not None and (kind == "string") == (form in NUMBER_FORMATS):
            report(self.file, (*path, "format"), "not-with-type", name=f"format: {form}", type=kind)
        if kind == "array":
            self._check_array(path, node)
        elif kind == "object":
            if "properties" not in node:
                report(self.file, path, "missing", name="properties")
            self.check_properties(path, node)
        elif "enum" in node:
            self._check_choices(path, node, kind)

    def _check_array(self, path: FieldPath, node: Node) -> None:
        if "maxItems" not in node:
            report(self.file, path, "default", "settings-unbounded-array", name=str(path[-1]))
        if "items" not in node:
            report(self.file, path, "missing", name="items")
        else:
            self.check_field((*path, "items"), node["items"], needs_label=False)

    def _check_choices(self, path: FieldPath, node: Node, kind: str) -> None:
        values = node["enum"] if isinstance(node["enum"], list) else []
        wanted = str if kind == "string" else int
        for at, value in enumerate(values):
            if not isinstance(value, wanted) and not isinstance(value, bool):
                report(self.file, (*path, "enum", at), "enum-type", found=shown(value), type=kind)
        labels = node.get("x-choices")
        if not isinstance(labels, dict):
            if kind == "string":
                report(self.file, path, "missing", name="x-choices")
            return
        names = [str(value) for value in values if isinstance(value, wanted) and not isinstance(value, bool)]
        for name in names:
            if name not in labels:
                report(self.file, (*path, "x-choices"), "choice", "settings-missing-label", name=name)
        for name in labels:
            if name not in names:
                report(self.file, (*path, "x-choices", name), "choice", of_key=True,
                       found=name, near="", known=", ".join(names))  # fmt: skip


def _check_json_schema(file: LocatedYaml) -> None:
    """Let JSON Schema's own rules have their say, where ours found nothing to complain of."""
    if file.problems:
        return
    import jsonschema_rs

    from kam.settings.compile import plain_value

    plain = plain_value(file.value)
    with suppress(ValueError, jsonschema_rs.ReferencingError):
        if jsonschema_rs.meta.is_valid(plain):
            return
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(Draft202012Validator.META_SCHEMA)
    for error in validator.iter_errors(plain):
        report(file, tuple(error.absolute_path), "json-schema", why=str(error.message)[:200])
