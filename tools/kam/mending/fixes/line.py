"""Lines of fields with a slip in their form, which the loader knows how to read."""

from __future__ import annotations

import re

from kam.mending.page import Page
from kam.mending.patch import Patch, Span, difference
from kam.model.problem import Problem
from kam.model.schema import Kind

RULES = (
    "fullwidth-colon", "fullwidth-bracket", "missing-space", "odd-space", "odd-key", "tab-indent", "trailing-comma",
    "colon-in-value", "reserved-char", "tag", "list-on-key-line", "text-after-quote", "bad-escape",
)  # fmt: skip

QUOTED = frozenset({"colon-in-value", "reserved-char", "tag", "text-after-quote", "bad-escape"})
"""Rules whose values are put between quotes: right for free text only."""
FIELD = re.compile(r"\s*(?:- +)*([\w-]+):\s+(.*)\Z")
NAME = re.compile(r"([\w-]+)\s*[:：]")
ODD_BEGINNING = re.compile("[:：,，、;；”’｝］)]|- ")
MEANT = re.compile(r'\\[0abtnvfre"\\/xuU]')


def mend(problem: Problem, page: Page) -> Patch | None:
    """The line as the loader reads it."""
    line = page.line(problem.line)
    if problem.key == "key" or problem.rule == "odd-key":
        return _mend_key(problem, page)
    mended = page.reading.mended.get(problem.line) if page.reading else None
    if mended is None or _is_doubtful(problem, line, mended, page):
        return None
    return Patch((difference(line, mended, page.line_span(problem.line)[0]),), adds=True)


def _is_doubtful(problem: Problem, line: str, mended: str, page: Page) -> bool:
    """Whether the loader reads on, but somebody may have meant something else."""
    if problem.rule == "bad-escape" and MEANT.search(line):
        return True
    if problem.rule == "tag" and ("!!" in line or "!<" in line):
        return True
    field = FIELD.match(mended)
    if problem.rule in QUOTED:
        return field is None or not _is_free(field[1], page) or _holds_field(field[2], page)
    if field is None:
        return False
    if field[2].startswith("[") and "[" not in line:
        return not _has_plain_items(field[1], page)
    return ODD_BEGINNING.match(field[2]) is not None


def _is_free(name: str, page: Page) -> bool:
    """Whether any text can stand in the fields of that name."""
    fields = [field for path, field in page.rtype.iter_fields() if path[-1] == name]
    return bool(fields) and all(
        field.kind in (Kind.TEXT, Kind.MULTILINE) and not (field.targets or field.format or field.unique)
        for field in fields
    )


def _has_plain_items(name: str, page: Page) -> bool:
    """Whether the fields of that name are lists of single values."""
    fields = [field for path, field in page.rtype.iter_fields() if path[-1] == name]
    return bool(fields) and all(field.items is not None and field.items.kind is not Kind.MAP for field in fields)


def _holds_field(value: str, page: Page) -> bool:
    """Whether a value goes on with the name of another field, as if two lines had become one."""
    names = {path[-1] for path, _ in page.rtype.iter_fields()}
    return any(match[1] in names for match in NAME.finditer(value))


def _mend_key(problem: Problem, page: Page) -> Patch | None:
    """The name of a field in ordinary letters; a blank before it that only looks like one."""
    start = page.line_span(problem.line)[0]
    mended = page.reading.mended.get(problem.line) if page.reading else None
    if problem.rule == "odd-space":
        return Patch((difference(page.line(problem.line), mended, start),), adds=True) if mended else None
    start += problem.column - 1
    name, plain = problem.args.get("name", ""), problem.args.get("fixed", "")
    if plain not in {path[-1] for path, _ in page.rtype.iter_fields()} or not page.text.startswith(name + ":", start):
        return None
    return Patch((Span(start, start + len(name), plain),), adds=True)
