"""A mapping file, ``site-config/imports/<source>.yml``: which files hold what, and how rows become records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kam.importers.mapping_check import check_file
from kam.model.problem import Problem
from kam.model.schema import RecordType
from kam.settings.yaml_reader import load_yaml_with_lines

IMPORTS = "site-config/imports"


@dataclass(frozen=True)
class TableSpec:
    """How one kind of file is recognised: by name (globs) or by columns. ``ignore`` says why it is not taken.

    Every column that the mapping reads must be there, but for those in ``optional``.
    """

    name: str
    files: tuple[str, ...]
    columns: tuple[str, ...]
    optional: frozenset[str] = frozenset()
    sheet: str = ""
    ignore: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Entry:
    """What the rows of one table become. ``make`` is a record type, ``person`` or ``product``.

    ``key`` gives the id in the source system; with ``group`` all rows of one key make one record. ``let`` names
    texts computed for each row, ``join`` columns of other tables, ``account`` the account of the record,
    ``slug`` its file name, ``checks`` pairs of values that must agree or the row is rejected.
    """

    make: str
    table: str
    key: Any
    fields: Mapping[str, Any]
    where: Mapping[str, Any] = field(default_factory=dict)
    group: bool = False
    let: Mapping[str, Any] = field(default_factory=dict)
    join: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    account: Any = None
    slug: Any = None
    body: Any = None
    checks: tuple[tuple[Any, Any], ...] = ()


@dataclass(frozen=True)
class MappingFile:
    """A whole mapping. ``system`` is what ``source: {system, id}`` of its records says."""

    path: str
    system: str
    title: Mapping[str, str]
    tables: Mapping[str, TableSpec]
    entries: tuple[Entry, ...]
    lookups: Mapping[str, Mapping[str, Any]]
    empty: frozenset[str]
    time_zone: str
    currency: str = ""
    account: str = ""
    encoding: str = ""
    delimiter: str = ""


def load_mapping(
    path: Path, shown: str, types: Mapping[str, RecordType], time_zone: str, *, name: str = ""
) -> tuple[MappingFile | None, list[Problem]]:
    """Read and check a mapping file; None where it has problems.

    ``shown`` is its path in the problems, ``name`` the source's where the file's is another.
    """
    file = load_yaml_with_lines(shown, path.read_bytes())
    problems = list(file.problems) or check_file(file, types)
    if problems:
        return None, problems
    return _build(shown, name or path.stem, file.value, time_zone), []


def check_mappings(root: Path, settings: Any) -> list[Problem]:
    """What is wrong with the mapping files of a portfolio."""
    found: list[Problem] = []
    for path in sorted((root / IMPORTS).glob("*.yml")):
        found += load_mapping(path, f"{IMPORTS}/{path.name}", settings.types, settings.site.time_zone)[1]
    return found


def _build(shown: str, stem: str, value: Mapping[str, Any], time_zone: str) -> MappingFile:
    return MappingFile(
        path=shown,
        system=str(value.get("system", stem)),
        title=value["title"],
        tables={name: _build_table(name, each) for name, each in value["tables"].items()},
        entries=tuple(_build_entry(each) for each in value["imports"]),
        lookups=value.get("lookups", {}),
        empty=frozenset({"", *(str(each) for each in value.get("empty", ()))}),
        time_zone=str(value.get("time_zone", time_zone)),
        currency=str(value.get("base_currency_if_empty", "")),
        account=str(value.get("account", "")),
        encoding=str(value.get("encoding", "")),
        delimiter=str(value.get("delimiter", "")),
    )


def _build_table(name: str, value: Mapping[str, Any]) -> TableSpec:
    files = value.get("file", ())
    return TableSpec(
        name=name,
        files=tuple(files) if isinstance(files, list) else (str(files),) if files else (),
        columns=tuple(str(each) for each in value.get("columns", ())),
        optional=frozenset(str(each) for each in value.get("optional", ())),
        sheet=str(value.get("sheet", "")),
        ignore=value.get("ignore"),
    )


def _build_entry(value: Mapping[str, Any]) -> Entry:
    return Entry(
        make=value["make"],
        table=value["table"],
        key=value["key"],
        fields=value.get("fields", {}),
        where=value.get("where", {}),
        group=bool(value.get("group")),
        let=value.get("let", {}),
        join=value.get("join", {}),
        account=value.get("account"),
        slug=value.get("slug"),
        body=value.get("body"),
        checks=tuple((each["same"][0], each["same"][1]) for each in value.get("checks", ())),
    )
