"""Texts that end at a number sign: ``Pump #2 leaks``."""

from __future__ import annotations

import re

from kam.mending.page import Page
from kam.mending.patch import Patch, Span
from kam.mending.written import fixed_of
from kam.model.problem import Problem

RULES = ("comment-cuts-value",)

NUMBERED = re.compile(r"[ \t]+#[0-9][^\n]*")


def mend(problem: Problem, page: Page) -> Patch | None:
    """Quotes around all of it, where a number follows the sign; anything else may be meant as a comment."""
    path = page.path_of(problem)
    node = page.node(path)
    if node is None or node.style or page.parts.front is None:
        return None
    cut = NUMBERED.match(page.parts.front, node.end)
    if cut is None or " #" in cut[0].strip()[1:]:
        return None
    at = page.parts.front_at
    return Patch((Span(at + node.start, at + node.end + len(cut[0].rstrip()), fixed_of(problem)),), (path,))
