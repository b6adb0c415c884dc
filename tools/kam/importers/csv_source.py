"""Reads delimited text, strict about quotes, going on after a row whose quotes are broken."""

from __future__ import annotations

import csv
import io

from kam.importers.decode import decode

DELIMITERS = ",;\t|"
Lines = list[tuple[int, list[str]]]


def read_csv(raw: bytes, name: str, *, encoding: str = "", delimiter: str = "") -> tuple[Lines, list[tuple[int, str]]]:
    """Rows with the line each begins on, and the lines that could not be taken with their text.

    After broken quotes reading goes on with the next line, so one bad row does not swallow the rest.
    """
    text = decode(raw, name, encoding=encoding)
    lines = list(io.StringIO(text, newline=""))
    sep = delimiter or find_delimiter(lines)
    rows: Lines = []
    bad: list[tuple[int, str]] = []
    at = 0
    while at < len(lines):
        at = _read_from(lines, at, sep, rows, bad)
    return rows, bad


def _read_from(lines: list[str], start: int, sep: str, rows: Lines, bad: list[tuple[int, str]]) -> int:
    """Read until the end or the first broken row; returns the index of the line to go on with."""
    reader = csv.reader(lines[start:] if start else lines, delimiter=sep, strict=True)
    begin = start
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return len(lines)
        except csv.Error:
            bad.append((begin + 1, lines[begin].rstrip("\r\n")))
            return begin + 1
        if cells:
            rows.append((begin + 1, cells))
        begin = start + reader.line_num


def find_delimiter(lines: list[str]) -> str:
    """The delimiter with which the first rows have most cells, and as many in each row as in the header."""
    sample = lines[:50]

    def score(sep: str) -> tuple[float, int]:
        try:
            widths = [len(cells) for cells in csv.reader(sample, delimiter=sep) if cells]
        except csv.Error:
            return (0, 0)
        if not widths or widths[0] < 2:
            return (0, 0)
        return (sum(width == widths[0] for width in widths) / len(widths), widths[0])

    best = max(DELIMITERS, key=score)
    return best if score(best) > (0, 0) else ","
