"""Line breaks that other programs do not see as such."""

from __future__ import annotations

import re

from kam.mending.page import Page
from kam.mending.patch import Patch, Span
from kam.model.problem import Problem

RULES = ("odd-line-break",)

ALONE = re.compile(rb"\r(?!\n)")
SEPARATORS = re.compile("[\u2028\u2029]")


def mend(problem: Problem, page: Page) -> Patch | None:
    """Ordinary line feeds for lone carriage returns; in fields a space for separators, as which they are read."""
    if ALONE.search(page.raw):
        return Patch(raw=ALONE.sub(b"\r\n" if b"\r\n" in page.raw else b"\n", page.raw))
    start, end = page.line_span(problem.line)
    if page.parts.front is None or start >= page.parts.body_at:
        return None
    return Patch(tuple(Span(m.start(), m.end(), " ") for m in SEPARATORS.finditer(page.text, start, end)))
