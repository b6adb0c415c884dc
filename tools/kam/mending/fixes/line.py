"""Lines of fields with a slip in their form, which the loader knows how to read."""

from __future__ import annotations

import re

from kam.mending.page import Page
from kam.mending.patch import Patch, Span, difference
from kam.model.problem import Problem

RULES = (
    "fullwidth-colon", "fullwidth-bracket", "missing-space", "odd-space", "odd-key", "tab-indent", "trailing-comma",
    "colon-in-value", "reserved-char", "tag", "list-on-key-line", "text-after-quote", "bad-escape",
)  # fmt: skip

MEANT = re.compile(r'\\[0abtnvfre"\\/xuU]')


def mend(problem: Problem, page: Page) -> Patch | None:
    """The line as the loader reads it."""
    line = page.line(problem.line)
    if problem.key == "key" or problem.rule == "odd-key":
        return _mend_key(problem, page)
    mended = page.reading.mended.get(problem.line) if page.reading else None
    if mended is None or _is_doubtful(problem, line):
        return None
    return Patch((difference(line, mended, page.line_span(problem.line)[0]),), adds=True)


def _is_doubtful(problem: Problem, line: str) -> bool:
    if problem.rule == "tag":
        return "!!" in line or "!<" in line
    return problem.rule == "bad-escape" and MEANT.search(line) is not None


def _mend_key(problem: Problem, page: Page) -> Patch | None:
    """The name of a field in ordinary letters; a blank before it that only looks like one."""
    start = page.line_span(problem.line)[0]
    mended = page.reading.mended.get(problem.line) if page.reading else None
    if problem.rule == "odd-space":
        return Patch((difference(page.line(problem.line), mended, start),), adds=True) if mended else None
    start += problem.column - 1
    name, plain = problem.args.get("name", ""), problem.args.get("fixed", "")
    if not plain or not page.text.startswith(name + ":", start):
        return None
    return Patch((Span(start, start + len(name), plain),), adds=True)
