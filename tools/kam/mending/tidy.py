"""What no check complains of, but is put right on the way: blanks at the ends of lines, and the order of fields."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kam.load.layout import find_hidden
from kam.mending.page import Page
from kam.mending.patch import Patch, Span

TRAILING = re.compile(r"[ \t]+$", re.MULTILINE)
KEY = re.compile(r"([\w-]+):(?: |$)")


def find_blanks(page: Page) -> Patch | None:
    """The patch without blanks at the ends of the lines of fields."""
    front = page.parts.front
    if front is None or not TRAILING.search(front) or not _is_readable(page):
        return None
    spans = tuple(_iter_blanks(page))
    return Patch(spans) if spans else None


def find_disorder(page: Page) -> Patch | None:
    """The patch with the fields in the order of the schema."""
    span = _find_order(page)
    return Patch((span,)) if span is not None and _is_readable(page) else None


TIDIES = {"trailing-space": find_blanks, "field-order": find_disorder}
"""Name → what finds something to tidy. Each looks at the text alone first, as nearly all files are tidy."""


def _is_readable(page: Page) -> bool:
    return page.resolved is not None and page.reading is not None and not page.reading.slips


def _iter_blanks(page: Page) -> Iterator[Span]:
    """Blanks behind fields; inside texts of several lines they may be meant."""
    lines = (page.parts.front or "").split("\n")
    texts = find_hidden(lines)
    if page.resolved is None:
        return
    for node in page.resolved.nodes.values():
        if node.kind == "scalar" and "\n" in page.source_of(node):
            first = node.line - page.parts.front_line
            texts |= set(range(first, first + page.source_of(node).count("\n") + 1))
    at = page.parts.front_at
    for index, line in enumerate(lines):
        match = TRAILING.search(line) if index not in texts else None
        if match:
            yield Span(at + match.start(), at + match.end(), "")
        at += len(line) + 1


def _find_order(page: Page) -> Span | None:
    """The fields in the order of the schema, each with the comments above it; None where they stand so already.

    Where empty lines divide the fields, somebody has an order of their own, and where a comment stands above the first
    of them, it may be about all.
    """
    front = page.parts.front or ""
    order = {field.name: place for place, field in enumerate(page.rtype.fields)}
    if page.way.is_ledger or not front.strip() or front.startswith("#") or re.search(r"^[ \t]*$", front[:-1], re.M):
        return None
    blocks: list[tuple[str, str]] = []
    above = ""
    for line in front.splitlines(keepends=True):
        key = KEY.match(line)
        if key:
            blocks.append((key[1], above + line))
            above = ""
        elif line.startswith("#"):
            above += line
        elif above or not blocks:
            return None
        else:
            blocks[-1] = (blocks[-1][0], blocks[-1][1] + line)
    if above or any(name not in order for name, _ in blocks):
        return None
    sorted_blocks = sorted(blocks, key=lambda each: order[each[0]])
    if sorted_blocks == blocks:
        return None
    at = page.parts.front_at
    return Span(at, at + len(front), "".join(text for _, text in sorted_blocks))
