"""Tells which table of the mapping each file (or sheet) is, by its name and its columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from unicodedata import normalize

from kam.importers.decode import UnreadableError
from kam.importers.expressions import columns_of
from kam.importers.mapping import Entry, MappingFile, TableSpec
from kam.importers.source import BadRow, Grid, Row, read_grids
from kam.settings.section import nearest

HEADER_ROWS = 20
MANY_MISSING = 2
"""With more columns missing than this the header is another one, and naming each tells nothing."""
SHOWN_COLUMNS = 20


@dataclass(slots=True)
class Trouble:
    """A file that stops the import: a message key and its words."""

    key: str
    words: Mapping[str, str]


@dataclass(slots=True)
class Sources:
    """All rows by table, what could not be read, files left aside, and what stops the import."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    columns: dict[str, list[str]] = field(default_factory=dict)
    bad: list[BadRow] = field(default_factory=list)
    ignored: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    taken: list[tuple[str, str, int]] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)


def read_sources(paths: Iterable[Path], mapping: MappingFile) -> Sources:
    """Read and recognise every file; what is not recognised is a trouble, so nothing is dropped in silence."""
    found = Sources()
    for path in paths:
        try:
            grids = read_grids(path, encoding=mapping.encoding, delimiter=mapping.delimiter)
        except UnreadableError as error:
            found.troubles.append(Trouble(error.key, error.words))
            continue
        if not any(grid.lines or grid.bad for grid in grids):
            found.troubles.append(Trouble("empty-file", {"file": path.name}))
            continue
        for grid in grids:
            _take(grid, mapping, found)
    return found


def wanted_columns(mapping: MappingFile, table: str) -> list[str]:
    """Columns of a table that the mapping reads."""
    wanted: dict[str, None] = dict.fromkeys(mapping.tables[table].columns)
    for entry in mapping.entries:
        if entry.table == table:
            wanted |= dict.fromkeys(_own_columns(entry))
        for join in entry.join.values():
            if join["table"] == table:
                wanted |= dict.fromkeys(str(theirs) for theirs in join["on"])
    return list(wanted)


def _own_columns(entry: Entry) -> Sequence[str]:
    specs = [entry.key, *entry.fields.values(), *entry.let.values(), *(s for pair in entry.checks for s in pair)]
    specs += [spec for spec in (entry.account, entry.slug, entry.body) if spec is not None]
    found = set(entry.where).union(*(columns_of(spec) for spec in specs))
    found |= {str(ours) for join in entry.join.values() for ours in join["on"].values()}
    return sorted(name for name in found if name not in entry.let and name.split(".")[0] not in entry.join)


def _take(grid: Grid, mapping: MappingFile, found: Sources) -> None:
    spec, index = _recognise(grid, mapping)
    if spec is None:
        known = ", ".join(sorted({name for table in mapping.tables.values() for name in table.files}))
        found.troubles.append(Trouble("not-recognised", {"file": grid.name, "known": known}))
        return
    if spec.ignore is not None:
        found.ignored.append((grid.name, spec.ignore))
        return
    table = grid.under(index)
    spelled = {_plain(name): name for name in wanted_columns(mapping, spec.name)}
    found.troubles += _find_column_troubles(grid.name, spelled, table.columns, spec)
    renamed = {c: spelled[_plain(c)] for c in table.columns if _plain(c) in spelled and spelled[_plain(c)] != c}
    if renamed:
        for row in table.rows:
            row.cells = {renamed.get(name, name): cell for name, cell in row.cells.items()}
    found.rows.setdefault(spec.name, []).extend(table.rows)
    found.columns.setdefault(spec.name, table.columns)
    found.bad += table.bad
    found.taken.append((grid.name, spec.name, len(table.rows)))


def _find_column_troubles(
    file: str, spelled: Mapping[str, str], columns: Sequence[str], spec: TableSpec
) -> Iterator[Trouble]:
    """Columns that the mapping reads and the header lacks, or has twice."""
    there = [_plain(column) for column in columns]
    for name, column in spelled.items():
        again = f"{name} (2)"
        if there.count(name) > 1 or (again in there and again not in spelled):
            yield Trouble("column-twice", {"file": file, "column": column})
    missing = [spelled[name] for name in spelled if name not in there and spelled[name] not in spec.optional]
    if len(missing) > MANY_MISSING:
        has = ", ".join(columns[:SHOWN_COLUMNS]) + (" …" if len(columns) > SHOWN_COLUMNS else "")
        yield Trouble("no-columns", {"file": file, "columns": ", ".join(missing), "found": has})
        return
    for column in missing:
        words = {"file": file, "column": column, "near": nearest(column, columns)}
        yield Trouble("no-column-near" if words["near"] else "no-column", words)


def _recognise(grid: Grid, mapping: MappingFile) -> tuple[TableSpec | None, int]:
    """The table and its header row; one that fits by name and columns goes before one that fits by either.

    Of two that fit alike the one with more columns is taken.
    """
    best: tuple[tuple[int, int], TableSpec | None, int] = ((0, 0), None, 0)
    for spec in mapping.tables.values():
        named = any(_is_named(grid.file, pattern) for pattern in spec.files)
        if spec.sheet and grid.sheet and spec.sheet != grid.sheet:
            continue
        index = _find_header(grid, spec.columns) if spec.columns else None
        fits = index is not None
        if spec.ignore is not None and not spec.columns:
            fits = named
        score = (2 * fits + named, len(spec.columns))
        if score[0] and score > best[0]:
            best = (score, spec, index or 0)
    return best[1], best[2]


def _is_named(file: str, pattern: str) -> bool:
    """Whether a file bears the name; a workbook may stand in for the CSV file of the same name."""
    name, wanted = file.casefold(), pattern.casefold()
    as_workbook = wanted.removesuffix(".csv") + ".xlsx" if wanted.endswith(".csv") else wanted
    return fnmatchcase(name, wanted) or fnmatchcase(name, as_workbook)


def _find_header(grid: Grid, columns: Sequence[str]) -> int | None:
    wanted = {_plain(column) for column in columns}
    for index in range(min(HEADER_ROWS, len(grid.lines))):
        if wanted <= {_plain(name) for name in grid.header(index)}:
            return index
    return None


def _plain(name: str) -> str:
    return " ".join(normalize("NFKC", name).casefold().split())
