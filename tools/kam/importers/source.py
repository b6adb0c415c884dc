"""Files of other systems as tables of text: one for a CSV file, one for each sheet of a workbook."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kam.importers.csv_source import read_csv
from kam.importers.decode import UnreadableError
from kam.importers.xlsx_source import read_xlsx

MAX_BYTES = 512 * 1024 * 1024


@dataclass(slots=True)
class Row:
    """One row: the line of its file on which it begins (from 1), and its cells by column."""

    line: int
    cells: dict[str, str]
    file: str = ""


@dataclass(slots=True)
class BadRow:
    """A row that cannot be read: its line, its text as found, and a message key with arguments."""

    line: int
    cells: Sequence[str]
    key: str
    args: dict[str, str]
    file: str = ""


@dataclass(slots=True)
class SourceTable:
    """The rows of one file or sheet under its header."""

    file: str
    sheet: str
    columns: list[str]
    rows: list[Row]
    bad: list[BadRow] = field(default_factory=list)


@dataclass(slots=True)
class Grid:
    """The cells of one file or sheet before it is known which row is the header; blank rows are left out."""

    file: str
    sheet: str
    lines: list[tuple[int, list[str]]]
    bad: list[BadRow] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The file's name, with the sheet's for a workbook of several."""
        return f"{self.file}#{self.sheet}" if self.sheet else self.file

    def header(self, index: int = 0) -> list[str]:
        """The cells of the given row as column names; a name that comes again gets a number."""
        if index >= len(self.lines):
            return []
        names = [" ".join(cell.split()) for cell in self.lines[index][1]]
        while names and not names[-1]:
            names.pop()
        seen: dict[str, int] = {}
        for at, name in enumerate(names):
            seen[name] = seen.get(name, 0) + 1
            if seen[name] > 1:
                names[at] = f"{name} ({seen[name]})"
        return names

    def under(self, index: int = 0) -> SourceTable:
        """The rows below the given header row; a row wider or narrower than the header is a bad one."""
        columns = self.header(index)
        table = SourceTable(self.file, self.sheet, columns, [], list(self.bad))
        width = len(columns)
        for line, cells in self.lines[index + 1 :]:
            if len(cells) < width or any(cell.strip() for cell in cells[width:]):
                args = {"found": str(len(cells)), "wanted": str(width)}
                table.bad.append(BadRow(line, cells, "wrong-width", args, self.file))
            else:
                table.rows.append(Row(line, dict(zip(columns, cells, strict=False)), self.file))
        table.bad.sort(key=lambda row: row.line)
        return table


def read_grids(path: Path, *, encoding: str = "", delimiter: str = "") -> list[Grid]:
    """All tables of a file. Raises UnreadableError where it cannot be read at all."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise UnreadableError("too-large", {"file": path.name, "limit": str(MAX_BYTES // 1024**2)})
        raw = path.read_bytes()
    except OSError as error:
        raise UnreadableError("no-file", {"file": str(path), "reason": error.strerror or ""}) from error
    if raw.startswith(b"PK\x03\x04"):
        sheets = [(sheet, _filled(enumerate(rows, 1))) for sheet, rows in read_xlsx(raw, path.name)]
        named = len(sheets) > 1
        return [Grid(path.name, sheet if named else "", lines) for sheet, lines in sheets if lines]
    lines, unread = read_csv(raw, path.name, encoding=encoding, delimiter=delimiter)
    limit = csv.field_size_limit()
    bad = [
        BadRow(line, [text], "long-cell" if len(text) > limit else "broken-quotes", {"limit": f"{limit:,}"}, path.name)
        for line, text in unread
    ]
    return [Grid(path.name, "", _filled(lines), bad)]


def _filled(lines: Iterable[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    return [(line, cells) for line, cells in lines if any(cell.strip() for cell in cells)]
