"""Typographic quotes around what is no free text."""

from __future__ import annotations

from kam.load.resolve import WRAPPED
from kam.mending.page import Page
from kam.mending.patch import Patch
from kam.mending.written import write_text
from kam.model.problem import Problem
from kam.model.schema import Kind

RULES = ("fullwidth-quotes",)


def mend(problem: Problem, page: Page) -> Patch | None:
    """The value without them; in free text they may be meant."""
    path = page.path_of(problem)
    node, field = page.node(path), page.field(path)
    match = WRAPPED.match(node.text) if node else None
    if field is None or match is None:
        return None
    is_free = field.kind in (Kind.TEXT, Kind.MULTILINE) and not field.targets and not field.format
    return None if is_free else page.replace(path, write_text(match[1].strip()))
