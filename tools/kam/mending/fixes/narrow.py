"""Full-width letters and digits in ids and choices."""

from __future__ import annotations

import re
import unicodedata

from kam.load.resolve import SEPARATORS
from kam.mending.page import Page
from kam.mending.patch import Patch
from kam.mending.written import write_text
from kam.model.problem import Problem

RULES = ("fullwidth-id",)

ID = re.compile(r"[\w./#-]+\Z")


def mend(problem: Problem, page: Page) -> Patch | None:
    """The same in ordinary ones; several ids of a list that stand between wide separators are parted."""
    path = page.path_of(problem)
    node = page.node(path)
    if node is None:
        return None
    parts = [unicodedata.normalize("NFKC", part).strip() for part in SEPARATORS.split(node.text)]
    if not all(ID.match(part) for part in parts):
        return None
    if len(parts) == 1:
        return page.replace(path, write_text(parts[0]))
    if not isinstance(path[-1], int) or not page.is_in_brackets(path):
        return None
    patch = page.replace(path, ", ".join(map(write_text, parts)))
    return Patch(patch.spans, (path[:-1],)) if patch else None
