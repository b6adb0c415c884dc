"""Numbers written for the eye: with separators, units or wide digits."""

from __future__ import annotations

import re
import unicodedata

from kam.load.exact import NUMBER
from kam.load.mend import GROUPED
from kam.load.numbers import INDIAN, POINT_GROUPS, SCALED, THOUSANDS
from kam.mending.page import Page
from kam.mending.patch import Patch, difference
from kam.mending.written import fixed_of
from kam.model.problem import FieldPath, Problem
from kam.model.schema import Field, Kind

RULES = (
    "not-a-number", "not-whole", "fullwidth-digits", "thousands-comma", "percent-sign", "unit-in-number",
)  # fmt: skip

ONE_GROUP = re.compile(r"[+-]?[0-9]{1,3}[,，][0-9]{3}(?:\.[0-9]+)?\Z")
DOUBTFUL_UNITS = frozenset("mM")
"""A million, but metres, minutes or months as well."""


def mend(problem: Problem, page: Page) -> Patch | None:
    """Digits alone, where the text can mean one number only."""
    path = page.path_of(problem)
    node, field = page.node(path), page.field(path)
    fixed = fixed_of(problem)
    if node is None and field is not None and problem.rule == "thousands-comma":
        return _mend_between_braces(problem, page, path, field)
    if node is None or field is None or not NUMBER.match(fixed) or not is_certain(node.text, field):
        return None
    return page.replace(path, fixed)


def _mend_between_braces(problem: Problem, page: Page, path: FieldPath, field: Field) -> Patch | None:
    """``{amount: 1,200}``, where the comma would begin another field."""
    mended = page.reading.mended.get(problem.line) if page.reading else None
    numbers = [match[1] for match in GROUPED.finditer(mended or "")]
    if (
        mended is None
        or not numbers
        or not all(number[:1].isdigit() and is_certain(number, field) for number in numbers)
    ):
        return None
    new = GROUPED.sub(lambda match: re.sub("[,，]", "", match[1]), mended)
    return Patch((difference(page.line(problem.line), new, page.line_span(problem.line)[0]),), (path,), adds=True)


def is_certain(text: str, field: Field) -> bool:
    """Whether the text can mean one number only in this field."""
    text = unicodedata.normalize("NFKC", text).strip() if "，" not in text else text.strip()
    if ONE_GROUP.match(text):
        return bool(field.money) or field.kind is Kind.INTEGER or "." in text
    if re.search("[,，]", text):
        return any(pattern.match(text) for pattern in (THOUSANDS, INDIAN, POINT_GROUPS))
    if text.endswith(("%", "％")):
        return field.format == "percent" or field.unit in ("%", "％")
    scaled = SCALED.match(text)
    if scaled:
        return not field.unit and not field.unit_label and scaled[2] not in DOUBTFUL_UNITS
    return True
