"""Characters that are invisible, break lines behind an editor's back, or cannot be stored: found and named."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator

from kam.load.exact import SUSPICIOUS
from kam.load.slip import Slip
from kam.model.problem import Level

EMOJI_BEFORE_JOINER = re.compile("[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff]")
ZERO_WIDTH = frozenset("\u200b\u200c\u200d\u2060\ufeff\xad\u180e")
BREAKS = frozenset("\u2028\u2029")
ODD = re.compile(f"{SUSPICIOUS.pattern}|锟斤拷")
MAX_SLIPS = 200
"""After so many lines with odd characters the rest of a file is taken as more of the same."""
HARMLESS = {
    **dict.fromkeys(range(0x20), "\ufffd"),
    **dict.fromkeys(range(0x7F, 0xA0), "\ufffd"),
    9: "\t", 10: "\n", 0x85: " ", 0x2028: " ", 0x2029: " ", 0xFEFF: "\ufffd", 0xFFFE: "\ufffd", 0xFFFF: "\ufffd",
}  # fmt: skip
"""One character for each that would stop the YAML parser or shift its count of lines."""
NAMES = {
    "\x00": "NUL", "\x1b": "ESC", "\x7f": "DEL", "\x85": "NEL", "\x0b": "VT", "\x0c": "FF",
}  # fmt: skip


def find_characters(text: str, body_from: int) -> Iterator[Slip]:
    """Yield suspicious characters, the first of each rule per line.

    ``body_from`` is the line at which the body begins.
    """
    seen: set[tuple[int, str]] = set()
    places = Places(text)
    for match in ODD.finditer(text):
        rule = _rule_of(text, match.start())
        if rule is None:
            continue
        line, column = places.of(match.start())
        if (line, rule) in seen:
            continue
        if len(seen) >= MAX_SLIPS:
            break
        seen.add((line, rule))
        level = Level.WARNING if rule in ("zero-width", "invisible-char") and line >= body_from else None
        yield Slip(rule, line, column, args={"char": spell(match[0][0]), "text": match[0]}, level=level)
    if not unicodedata.is_normalized("NFC", text):
        yield _find_decomposed(text)


class Places:
    """Lines and columns of characters of a text, looked up without counting from its beginning each time."""

    def __init__(self, text: str) -> None:
        self.breaks = [match.start() for match in re.finditer("\n", text)]

    def of(self, index: int) -> tuple[int, int]:
        """Line and column, from 1, of the character at ``index``."""
        line = bisect_left(self.breaks, index)
        return line + 1, index - (self.breaks[line - 1] if line else -1)


def spell(char: str) -> str:
    """A character as people can look it up: ``U+200B ZERO WIDTH SPACE``."""
    name = NAMES.get(char) or unicodedata.name(char, "")
    return f"U+{ord(char):04X} {name}".rstrip()


def _rule_of(text: str, index: int) -> str | None:
    char = text[index]
    if char in "\ufffd锟":
        return "damaged-text"
    if char == "\u200d" and index and EMOJI_BEFORE_JOINER.match(text[index - 1]):
        return None
    if char in BREAKS:
        return "odd-line-break"
    if char < "\xa0" and char != "\xad":
        return "control-char"
    return "zero-width" if char in ZERO_WIDTH else "invisible-char"


def _find_decomposed(text: str) -> Slip:
    for number, line in enumerate(text.split("\n"), 1):
        if not unicodedata.is_normalized("NFC", line):
            whole = unicodedata.normalize("NFC", line)
            column = next((i for i, (a, b) in enumerate(zip(line, whole, strict=False), 1) if a != b), 1)
            return Slip("not-nfc", number, column)
    return Slip("not-nfc", 1, 1)
