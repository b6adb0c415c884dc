"""The source line a problem stands in, with a caret under the place."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator

MAX_WIDTH = 100
"""Columns of a source line that are shown; of a longer one, the part around the place."""

BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of text: shown as they are, they let a line look like another."""


def display_width(text: str) -> int:
    """Columns that a text takes on a terminal: Chinese characters two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(_width(each) for each in text)


def _width(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def plain(text: str) -> str:
    """Text that a terminal shows and does not obey: one line, control characters spelt out."""
    if text.isprintable() or not text:
        return text
    return "".join(_spell(each) for each in text)


def _spell(character: str) -> str:
    if character == "\t":
        return " "
    if character in BIDI or unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp"):
        return f"\\u{ord(character):04x}"
    return character


class SourceLines:
    """Lines of the files that problems stand in; keeps the last file, since problems come sorted by path."""

    def __init__(self, read: Callable[[str], bytes | None]) -> None:
        self._read = read
        self._path = ""
        self._lines: list[str] = []

    def line(self, path: str, number: int) -> str | None:
        """Line ``number`` (from 1) of the file at ``path``, or None where there is none."""
        if path != self._path:
            raw = self._read(path)
            self._path = path
            self._lines = raw.decode("utf-8-sig", "replace").split("\n") if raw else []
        if 1 <= number <= len(self._lines):
            return self._lines[number - 1].rstrip("\r")
        return None


def iter_excerpt(line: str, number: int, column: int) -> Iterator[str]:
    """The line with its number, and below it a caret under ``column`` (from 1)."""
    at = max(0, min(column - 1, len(line)))
    shown, at = _clip(line, at)
    before, rest = plain(shown[:at]), plain(shown[at:])
    margin = f"{number:>6} | "
    yield f"{margin}{before}{rest}".rstrip()
    yield " " * (len(margin) - 2) + "| " + " " * display_width(before) + "^"


def _clip(line: str, at: int) -> tuple[str, int]:
    if display_width(line) <= MAX_WIDTH:
        return line, at
    first = at
    while first > 0 and display_width(line[first - 1 : at]) <= MAX_WIDTH // 2:
        first -= 1
    last = at
    while last < len(line) and display_width(line[first:last]) < MAX_WIDTH - 2:
        last += 1
    head, tail = "…" if first else "", "…" if last < len(line) else ""
    return f"{head}{line[first:last]}{tail}", at - first + len(head)
