"""Checks a mapping file before any row is read: every word known, every column, field and table in its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from kam.importers.conditions import TESTS
from kam.importers.expressions import KNOWN_THINGS, SOURCES
from kam.importers.mapping_reads import find_misspelt_columns, find_wrong_constants, is_date_format
from kam.importers.steps import STEPS
from kam.importers.things import THINGS
from kam.model.problem import FieldPath, Problem
from kam.model.schema import Field, Kind, RecordType
from kam.settings.section import Section, check_label, nearest
from kam.settings.yaml_reader import LocatedYaml

RULE = "import-mapping"
SYSTEM = re.compile(r"[^\W_][\w.-]{0,79}\Z")
TOP = (
    *("title", "system", "base_currency_if_empty", "time_zone", "empty", "account", "encoding", "delimiter"),
    *("tables", "lookups", "imports"),
)
TABLE = ("file", "columns", "optional", "sheet", "ignore")
ENTRY = ("make", "table", "key", "fields", "where", "group", "let", "join", "account", "slug", "body", "checks")
EXTRA = (
    *("join", "rows", "where", "fields", "on", "changes", "sort", "ascending", "at_least", "newest"),
    *("plus", "not_before", "when", "default", "otherwise", "split", "ref", "missing"),
)
VALUE = (*SOURCES, *STEPS, *EXTRA)
SPANS = ("minutes", "hours", "days")
ROWS = ("first", "any", "last", "distinct", "sum", "max", "min")
MISSING = ("reject", "create", "leave", "in-tray")


def check_file(file: LocatedYaml, types: Mapping[str, RecordType]) -> list[Problem]:
    """All problems of a mapping file; with none, it can be carried out."""
    before = len(file.problems)
    _Check(file, types).run()
    return file.problems[before:]


class _Check:
    def __init__(self, file: LocatedYaml, types: Mapping[str, RecordType]) -> None:
        self.file, self.types = file, types
        self.top = Section(file, (), TOP)
        self.tables = list(self.top.inner("tables").value)
        self.lookups = list(self.top.inner("lookups").value)

    def complain(self, path: FieldPath, key: str, words: Mapping[str, str] | None = None, of_key: bool = False) -> None:
        """Note a problem at a place of the file."""
        self.file.report(path, RULE, key, words or {}, of_key=of_key)

    def run(self) -> None:
        """Check everything."""
        self.top.require("title", "tables", "imports")
        if "title" in self.top.value:
            check_label(self.file, ("title",), self.top.value["title"])
        for name in ("system", "account", "encoding", "delimiter", "base_currency_if_empty"):
            self.top.text(name)
        self.top.texts("empty")
        if not SYSTEM.match(self.top.text("system", "x")):
            self.complain(("system",), "system", {"found": self.top.text("system")})
        self._check_zone()
        for name in self.tables:
            self._check_table(("tables", name))
        for name in self.lookups:
            self._check_map(("lookups", name))
        for entry in self.top.sections("imports", ENTRY):
            self._check_entry(entry)
        if not self.file.problems:
            for path, key, words in find_misspelt_columns(self.file.value):
                self.complain(path, key, words)

    def _check_zone(self) -> None:
        zone = self.top.text("time_zone", "UTC")
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError):
            self.complain(("time_zone",), "zone", {"found": zone})

    def _check_table(self, path: FieldPath) -> None:
        table = Section(self.file, path, TABLE)
        table.texts("file")
        table.texts("columns")
        table.texts("optional")
        table.text("sheet")
        if not table.value.get("file") and not table.value.get("columns"):
            self.complain(path, "table-unknown-by", {"name": str(path[-1])})
        if "ignore" in table.value:
            check_label(self.file, (*path, "ignore"), table.value["ignore"])

    def _check_map(self, path: FieldPath) -> bool:
        if isinstance(self.file.get(*path), dict):
            return True
        self.complain(path, "no-map")
        return False

    def _choice(self, path: FieldPath, value: object, known: list[str], what: str) -> bool:
        if isinstance(value, str) and value in known:
            return True
        near = nearest(str(value), known)
        words = {"found": str(value), "what": what, "near": near, "known": ", ".join(sorted(known))}
        self.complain(path, "unknown-near" if near else "unknown", words)
        return False

    def _check_entry(self, entry: Section) -> None:
        entry.require("make", "table", "key", "fields")
        path, value = entry.path, entry.value
        makes = [*self.types, *THINGS]
        if "table" in value:
            self._choice((*path, "table"), value["table"], self.tables, "table")
        if "make" not in value or not self._choice((*path, "make"), value["make"], makes, "record type"):
            return
        make = value["make"]
        fields = THINGS[make] if make in THINGS else self.types[make].fields
        for name in ("key", "account", "slug", "body"):
            if name in value:
                self._check_value((*path, name), None)
        for name in value.get("let") or {}:
            self._check_value((*path, "let", name), None)
        self._check_condition((*path, "where"))
        self._check_joins((*path, "join"))
        for at, check in enumerate(value.get("checks") or []):
            pair = check.get("same") if isinstance(check, dict) else None
            if not isinstance(pair, list) or len(pair) != 2:
                self.complain((*path, "checks", at), "no-pair")
                continue
            self._check_value((*path, "checks", at, "same", 0), None)
            self._check_value((*path, "checks", at, "same", 1), None)
        if self._check_map((*path, "fields")):
            self._check_fields((*path, "fields"), fields)

    def _check_joins(self, path: FieldPath) -> None:
        for name in self.file.get(*path) or {}:
            join = Section(self.file, (*path, name), ("table", "on"))
            join.require("table", "on")
            self._choice((*path, name, "table"), join.value.get("table"), self.tables, "table")
            self._check_map((*path, name, "on"))

    def _check_fields(self, path: FieldPath, fields: tuple[Field, ...] | None) -> None:
        known = {f.name: f for f in fields} if fields else {}
        for name in self.file.get(*path) or {}:
            if fields is not None and name not in known:
                near = nearest(name, list(known))
                words = {"found": name, "what": "field", "near": near, "known": ", ".join(sorted(known))}
                self.complain((*path, name), "unknown-near" if near else "unknown", words, of_key=True)
            else:
                self._check_value((*path, name), known.get(name))

    def _check_value(self, path: FieldPath, target: Field | None) -> None:
        spec = self.file.get(*path)
        if isinstance(spec, str):
            return
        if not isinstance(spec, dict):
            self.complain(path, "no-value")
            return
        section = Section(self.file, path, VALUE)
        sources = [name for name in SOURCES if name in spec]
        if len(sources) != 1:
            self.complain(path, "one-source", {"known": ", ".join(SOURCES), "found": ", ".join(sources) or "–"})
            return
        self._check_source(path, sources[0], spec, target)
        self._check_choices(path, spec, section)
        if target is not None and target.choices:
            for place, key, words in find_wrong_constants(path, spec, self.file.get("lookups"), target):
                self.complain(place, key, words)
        if "not_before" in spec:
            self._check_value((*path, "not_before"), None)
        for unit in Section(self.file, (*path, "plus"), SPANS).value:
            self._check_value((*path, "plus", unit), None)
        for name in ("where", "when", "count"):
            self._check_condition((*path, name))
        for name in STEPS:
            if name in spec:
                self._check_step((*path, name), name, spec[name])

    def _check_choices(self, path: FieldPath, spec: Mapping[str, Any], section: Section) -> None:
        section.choice("rows", ROWS, "first")
        section.choice("missing", MISSING, "reject")
        if spec.get("ref"):
            section.choice("ref", KNOWN_THINGS)
        for name in ("lookup", "replace"):
            table = spec.get(name)
            if isinstance(table, str):
                self._choice((*path, name), table, self.lookups, "lookup")
            elif table is not None:
                self._check_map((*path, name))

    def _check_source(self, path: FieldPath, source: str, spec: Mapping[str, Any], target: Field | None) -> None:
        item = target.items if target else None
        if source in {"first", "list"}:
            if not isinstance(spec[source], list):
                self.complain((*path, source), "no-list")
                return
            for at, inner in enumerate(spec[source]):
                many = isinstance(inner, dict) and ("each" in inner or "list" in inner)
                self._check_value((*path, source, at), target if source == "first" or many else item)
        elif source == "map":
            if self._check_map((*path, "map")):
                inner_fields = target.fields if target and target.kind is Kind.MAP else None
                self._check_fields((*path, "map"), inner_fields)
        elif source == "each":
            self._choice((*path, "each"), spec["each"], ["rows", *self.tables], "table")
            if self._check_map((*path, "fields")):
                self._check_fields((*path, "fields"), item.fields if item and item.kind is Kind.MAP else None)
            if spec["each"] != "rows":
                self._check_map((*path, "on"))

    def _check_condition(self, path: FieldPath) -> None:
        spec = self.file.get(*path)
        if spec is None or not self._check_map(path):
            return
        for column, wanted in spec.items():
            if not isinstance(wanted, dict):
                continue
            for name, argument in wanted.items():
                if self._choice((*path, column, name), name, list(TESTS), "test") and name == "matches":
                    self._check_pattern((*path, column, name), argument)

    def _check_pattern(self, path: FieldPath, pattern: object) -> None:
        try:
            re.compile(str(pattern))
        except re.error as error:
            self.complain(path, "pattern", {"reason": error.msg})

    def _check_step(self, path: FieldPath, name: str, options: object) -> None:
        if name == "part":
            self._choice(path, options, ["year", "quarter", "month", "day"], "part")
        elif name == "number" and isinstance(options, dict):
            Section(self.file, path, ("times", "decimals", "comma"))
        elif name == "cut" and (isinstance(options, bool) or not isinstance(options, int) or options < 2):
            self.complain(path, "cut")
        elif name in {"date", "moment"} and not isinstance(options, str | list | bool):
            self.complain(path, "format")
        elif name in {"date", "moment"} and not isinstance(options, bool):
            for each in options if isinstance(options, list) else [options]:
                if not is_date_format(each):
                    self.complain(path, "format-bad", {"found": str(each)})
