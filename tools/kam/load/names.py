"""Names of record files and their folders."""

from __future__ import annotations

import re
import unicodedata

from kam.load.exact import SUSPICIOUS
from kam.model.problem import Level, Problem
from kam.model.record import PORTFOLIO, UNASSIGNED
from kam.model.slug import is_reserved_name, is_slug, slugify

MAX_BYTES = 200
FORBIDDEN = re.compile(r'[<>:"|?*\\]')
ATTACHMENTS = "attachments"


def check_name(relative_path: str) -> list[Problem]:
    """What is wrong with the path of a file below ``accounts/`` (given with or without that folder)."""
    parts = relative_path.split("/")
    inside = parts[1:] if parts[0] == "accounts" else parts
    attached = ATTACHMENTS in inside[1:-1]
    for index, part in enumerate(inside):
        free = attached and index >= inside.index(ATTACHMENTS)
        found = _check_part(part, is_file=index == len(inside) - 1, free=free, first=index == 0)
        if found:
            key, args = found
            return [Problem(relative_path, 0, 0, "file-name", Level.ERROR, key, {"part": part, **args})]
    return []


def _check_part(part: str, *, is_file: bool, free: bool, first: bool) -> tuple[str, dict[str, str]] | None:
    if not unicodedata.is_normalized("NFC", part):
        return "not-nfc", {"fixed": unicodedata.normalize("NFC", part)}
    odd = SUSPICIOUS.search(part)
    if odd:
        from kam.load.characters import spell

        return "odd-char", {"char": spell(odd[0])}
    if part != part.strip(" \u3000\xa0") or part.endswith("."):
        return "edge", {"fixed": part.strip(" \u3000\xa0").rstrip(".")}
    if is_reserved_name(part):
        return "reserved", {}
    if len(part.encode()) > MAX_BYTES:
        return "too-long", {"limit": str(MAX_BYTES)}
    if FORBIDDEN.search(part):
        return "forbidden", {"char": FORBIDDEN.search(part)[0]}  # type: ignore[index]
    if free or (first and part in (PORTFOLIO, UNASSIGNED)):
        return None
    stem = part.removesuffix(".md") if is_file else part
    if is_file and not part.endswith(".md"):
        return None
    return None if is_slug(stem) else ("slug", {"fixed": slugify(stem) + (".md" if is_file else "")})
