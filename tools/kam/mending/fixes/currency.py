"""Amounts with their currency in them, and currencies under other names than their codes."""

from __future__ import annotations

from kam.load.exact import NUMBER
from kam.mending.fixes.number import is_certain
from kam.mending.page import Page
from kam.mending.patch import Patch, difference
from kam.mending.written import fixed_of
from kam.model.problem import FieldPath, Problem
from kam.schema_check.currency_names import find_listed
from kam.write import EditError, set_value

RULES = ("currency-in-number", "unknown-currency")


def mend(problem: Problem, page: Page) -> Patch | None:
    """The code of the currency; for an amount the digits alone, and the currency in the field beside it."""
    path = page.path_of(problem)
    if problem.rule == "unknown-currency":
        code = find_code(problem.args.get("value", ""), page)
        return page.replace(path, code) if code else None
    return _mend_amount(problem, page, path)


def find_code(text: str, page: Page) -> str:
    """The one listed currency that a name or sign stands for here; empty where there is none, or several."""
    return find_listed(text, page.settings.currencies)


def _mend_amount(problem: Problem, page: Page, path: FieldPath) -> Patch | None:
    field, node, fixed = page.field(path), page.node(path), fixed_of(problem)
    if field is None or node is None or not field.money or not NUMBER.match(fixed):
        return None
    sign = problem.args.get("sign", "")
    code = find_code(sign, page)
    digits = node.text.strip().removeprefix(sign).removesuffix(sign).strip()
    if not code or not is_certain(digits, field):
        return None
    beside = (*path[:-1], field.money)
    there = page.value(beside)
    amount = page.replace(path, fixed)
    if amount is None or (there is not None and there != code):
        return None
    if there == code:
        return amount
    if page.node(beside) is not None:
        return None
    try:
        new = set_value(page.text, page.rtype, beside, code)
    except EditError:
        return None
    return Patch((*amount.spans, difference(page.text, new)), (path, beside))
