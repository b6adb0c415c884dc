"""The invisible mark that some editors put before the first character."""

from __future__ import annotations

from kam.load.decode import BOM
from kam.mending.page import Page
from kam.mending.patch import Patch
from kam.model.problem import Problem

RULES = ("bom",)


def mend(problem: Problem, page: Page) -> Patch | None:
    """Take it away."""
    return Patch(raw=page.raw.removeprefix(BOM)) if page.raw.startswith(BOM) else None
