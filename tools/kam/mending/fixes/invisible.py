"""Characters without width that come along from web pages and chats."""

from __future__ import annotations

import re

from kam.mending.page import Page
from kam.mending.patch import Patch, Span
from kam.model.problem import Problem

RULES = ("zero-width",)

USELESS = re.compile("[\u200b\u2060\ufeff\u00ad]")
"""Those that no script needs to be written; joiners are left alone, since some do."""


def mend(problem: Problem, page: Page) -> Patch | None:
    """Take those of the line away."""
    start, end = page.line_span(problem.line)
    spans = tuple(Span(m.start(), m.end(), "") for m in USELESS.finditer(page.text, start, end))
    return Patch(spans, adds=True) if spans else None
