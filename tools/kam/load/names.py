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


def check_name(relative_path: str, *, is_folder: bool = False) -> list[Problem]:
    """What is wrong with the path of a file or folder below ``accounts/`` (given with or without that folder)."""
    parts = relative_path.split("/")
    inside = parts[1:] if parts[0] == "accounts" else parts
    attached = ATTACHMENTS in inside[1:-1]
    for index, part in enumerate(inside):
        free = attached and index >= inside.index(ATTACHMENTS)
        found = _check_part(part, is_file=not is_folder and index == len(inside) - 1, free=free, first=index == 0)
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
        bare = part.strip(" \u3000\xa0").rstrip(".")
        return "edge", {"fixed": bare if free else _proper(bare, is_file=is_file)}
    if is_reserved_name(part):
        return "reserved", {}
    if len(part.encode()) > MAX_BYTES:
        return "too-long", {"limit": str(MAX_BYTES)}
    if FORBIDDEN.search(part):
        return "forbidden", {"char": FORBIDDEN.search(part)[0]}  # type: ignore[index]
    if free or (first and part in (PORTFOLIO, UNASSIGNED)):
        return None
    if is_file and not part.endswith(".md"):
        return None
    stem = part.removesuffix(".md") if is_file else part
    return None if is_slug(stem) else ("slug", {"fixed": _proper(part, is_file=is_file)})


def _proper(part: str, *, is_file: bool) -> str:
    """The name as it should be; a file keeps its ending where that is ``.md``."""
    ends = is_file and part.endswith(".md")
    return slugify(part.removesuffix(".md")) + ".md" if ends else part if is_file else slugify(part)
