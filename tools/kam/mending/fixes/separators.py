"""Lists of short words, parted by other signs than YAML's."""

from __future__ import annotations

from kam.authoring.values import SHORT_ITEM
from kam.mending.page import Page
from kam.mending.patch import Patch, difference
from kam.model.problem import Problem
from kam.model.schema import Field, Kind

RULES = ("fullwidth-comma", "not-a-list")


def mend(problem: Problem, page: Page) -> Patch | None:
    """The items parted by commas, between brackets."""
    if problem.rule == "fullwidth-comma" and problem.key == "between":
        mended = page.reading.mended.get(problem.line) if page.reading else None
        start = page.line_span(problem.line)[0]
        return Patch((difference(page.line(problem.line), mended, start),), adds=True) if mended else None
    path = page.path_of(problem)
    fixed = problem.args.get("fixed", "")
    if not path or not fixed:
        return None
    is_item = isinstance(path[-1], int)
    whole = path[:-1] if is_item else path
    field = page.field(whole)
    is_one = "," not in fixed
    patch = page.replace(path, fixed) if field is not None and (is_one or _has_short_items(field)) else None
    return Patch(patch.spans, (whole,)) if patch else None


def _has_short_items(field: Field) -> bool:
    """Whether its items are words, in which nobody writes a comma."""
    items = field.items
    return items is not None and (bool(items.targets) or items.kind is not Kind.TEXT or items.max_length <= SHORT_ITEM)
