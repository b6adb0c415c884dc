"""Letters stored as a letter with an accent behind it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from kam.mending.page import Page
from kam.mending.patch import Patch, Span
from kam.model.problem import Problem

RULES = ("not-nfc",)

CLUSTER = re.compile("[^\u0300-\u036f\u1100-\u11ff\u3099\u309a\n][\u0300-\u036f\u3099\u309a]+|[\u1100-\u11ff]{2,}")
"""A letter with accents or voicing marks, or a Korean syllable in its parts."""


def mend(problem: Problem, page: Page) -> Patch | None:
    """The composed letters in all of the file."""
    spans = tuple(_iter_spans(page.text))
    return Patch(spans, adds=True) if spans else None


def _iter_spans(text: str) -> Iterator[Span]:
    for match in CLUSTER.finditer(text):
        whole = unicodedata.normalize("NFC", match[0])
        if whole != match[0]:
            yield Span(match.start(), match.end(), whole)
