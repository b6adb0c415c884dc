"""The name that was probably meant."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from kam.model.schema import Field


def find_field(name: str, known: Sequence[Field]) -> Field | None:
    """The field whose name or label comes nearest to ``name``."""
    spelt: dict[str, Field] = {}
    for each in known:
        for text in (each.name, *each.label.values()):
            spelt.setdefault(_plain(text), each)
    return spelt.get(_closest(_plain(name), list(spelt)))


def find_choice(value: str, allowed: Sequence[str], labels: Mapping[str, Mapping[str, str]]) -> str | None:
    """The allowed value whose name or label comes nearest to ``value``."""
    spelt: dict[str, str] = {}
    for option in allowed:
        for text in (option, *labels.get(option, {}).values()):
            spelt.setdefault(_plain(text), option)
    return spelt.get(_closest(_plain(value), list(spelt)))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold().replace("-", "_").replace(" ", "_")


def _closest(text: str, candidates: list[str]) -> str:
    if text in candidates:
        return text
    from difflib import get_close_matches

    cutoff = 0.7 if text.isascii() else 0.6
    found = get_close_matches(text[:100], candidates, n=1, cutoff=cutoff)
    return found[0] if found else ""
