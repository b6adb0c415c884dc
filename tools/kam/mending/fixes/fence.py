"""The lines of three hyphens around the fields, where it is plain where they belong."""

from __future__ import annotations

from kam.load.fences import ALMOST_FENCE, FENCE, KEY_LINE
from kam.mending.page import Page
from kam.mending.patch import Patch, Span
from kam.model.problem import Problem

RULES = ("no-front-matter", "missing-fence")

INSIDE_STARTS = (" ", "- ")


def mend(problem: Problem, page: Page) -> Patch | None:
    """Write it, or put right one that is nearly so. Whether only fields stand inside is found out by reading them."""
    lines = page.text.split("\n")
    if problem.rule == "missing-fence":
        return _close(problem, page, lines)
    if problem.key == "almost":
        return _mend_first(page, lines)
    if problem.key == "blank-first":
        first = next(index for index, line in enumerate(lines) if line.strip())
        return Patch((Span(0, page.line_span(first + 1)[0], ""),), uncovers=True) if FENCE.match(lines[first]) else None
    if problem.key == "no-fence" and _is_closed(lines):
        return Patch((Span(0, 0, "---\n"),), uncovers=True)
    return None


def _mend_first(page: Page, lines: list[str]) -> Patch | None:
    """Three hyphens in the first line, and in the one further line that is like it."""
    alike = [number for number, line in enumerate(lines, 1) if line == lines[0]]
    if len(alike) != (1 if _is_closed(lines) else 2) or (len(alike) == 2 and any(map(FENCE.match, lines))):
        return None
    return Patch(tuple(Span(*page.line_span(number), "---") for number in alike), uncovers=True)


def _is_closed(lines: list[str]) -> bool:
    return sum(FENCE.match(line) is not None for line in lines[1:]) == 1


def _close(problem: Problem, page: Page, lines: list[str]) -> Patch | None:
    if problem.key == "almost":
        almost = [line for line in lines[1:] if ALMOST_FENCE.match(line) and not KEY_LINE.match(line)]
        inside = lines[1 : problem.line - 1]
        if len(almost) != 1 or not all(map(_is_field, inside)):
            return None
        start, end = page.line_span(problem.line)
        return Patch((Span(start, end, "---"),), uncovers=True)
    first = next((index for index in range(1, len(lines)) if not _is_field(lines[index])), len(lines))
    if first < len(lines) and lines[first].strip():
        return None
    if any(line.strip() and _is_field(line) for line in lines[first:]):
        return None
    if first == len(lines):
        return Patch((Span(len(page.text), len(page.text), "\n---\n"),), uncovers=True)
    at = page.line_span(first + 1)[0]
    return Patch((Span(at, at, "---\n"),), uncovers=True)


def _is_field(line: str) -> bool:
    """Whether the line can only belong to fields."""
    return line.startswith(INSIDE_STARTS) or KEY_LINE.match(line) is not None
