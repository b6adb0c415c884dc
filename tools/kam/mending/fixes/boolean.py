"""Yes and no in other words."""

from __future__ import annotations

from kam.mending.page import Page
from kam.mending.patch import Patch
from kam.mending.written import fixed_of
from kam.model.problem import Problem

RULES = ("bool-like",)


def mend(problem: Problem, page: Page) -> Patch | None:
    """``true`` or ``false``."""
    fixed = fixed_of(problem)
    return page.replace(page.path_of(problem), fixed) if fixed in ("true", "false") else None
