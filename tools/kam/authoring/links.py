"""Links in the free text of records, kept right when records move."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from urllib.parse import quote, unquote

LINK = re.compile(r"(\]\(\s*<?)([^)>\s]+)")
DEFINITION = re.compile(r"^( {0,3}\[[^\]\n]+\]:[ \t]*<?)([^>\s]+)", re.MULTILINE)
FENCE = re.compile(r"^---[ \t]*\r?$", re.MULTILINE)


def split_body(text: str) -> int:
    """Where in the text of a record its free text begins."""
    fences = list(FENCE.finditer(text))
    return fences[1].end() if len(fences) > 1 else len(text)


def rewrite_links(text: str, path: str, new_path: str, renamed: Callable[[str], str]) -> str:
    """The text of the record at ``path`` with its links as they must be once it stands at ``new_path`` and other
    records moved. ``renamed`` gives the new path of a record or attachment (paths from the portfolio's root)."""
    start = split_body(text)
    body = text[start:]

    def mend(match: re.Match[str]) -> str:
        target, mark, anchor = match[2].partition("#")
        if not target or ":" in target or target.startswith(("/", "#")):
            return match[0]
        old = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(target)))
        new = renamed(old)
        if new == old and posixpath.dirname(path) == posixpath.dirname(new_path):
            return match[0]
        way = posixpath.relpath(new, posixpath.dirname(new_path))
        return match[1] + (quote(way) if "%" in target else way) + mark + anchor

    for pattern in (LINK, DEFINITION):
        body = pattern.sub(mend, body)
    return text[:start] + body
