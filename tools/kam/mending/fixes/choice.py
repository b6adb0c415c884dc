"""Choices by their label, or in another spelling."""

from __future__ import annotations

from kam.authoring.spelling import is_same
from kam.mending.page import Page
from kam.mending.patch import Patch
from kam.mending.written import write_text
from kam.model.problem import Problem

RULES = ("not-a-choice",)


def mend(problem: Problem, page: Page) -> Patch | None:
    """The one choice of that name, case and width aside."""
    path = page.path_of(problem)
    node, field = page.node(path), page.field(path)
    if node is None or field is None or not field.choices:
        return None
    found = [key for key, label in field.choices.items() if is_same(node.text, key, *label.values())]
    return page.replace(path, write_text(found[0])) if len(found) == 1 else None
