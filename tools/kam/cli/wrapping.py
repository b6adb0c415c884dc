"""Texts broken at the width of a terminal, where Chinese characters take two columns."""

from __future__ import annotations

import re
from collections.abc import Iterator

WIDTH = 88
_WIDE = r"\u2010-\u206f\u3000-\u9fff\uff00-\uffef"
_ENDS = "[，。；：、）》”？！…]*"
_PIECES = re.compile(rf"[“（《\[]*[{_WIDE}]{_ENDS}|[“（《]*[^\s{_WIDE}]+\s*{_ENDS}|\s+")


def wrap(text: str, indent: str = "", width: int = WIDTH) -> Iterator[str]:
    """Break at words; Chinese at any character, as is usual, but not before a closing mark."""
    from kam.report.source import display_width

    line = indent
    for piece in _PIECES.findall(text):
        if display_width(line + piece.rstrip()) > width and line.strip():
            yield line.rstrip()
            line = indent + piece.lstrip()
        else:
            line += piece
    yield line.rstrip()
