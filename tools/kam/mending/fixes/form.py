"""Phone numbers, addresses and codes that are right but for their form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

from kam.mending.fixes.currency import find_code
from kam.mending.page import Page
from kam.mending.patch import Patch
from kam.mending.written import write_text
from kam.model.problem import Problem
from kam.schema_check.formats import has_format

RULES = ("format",)

MONTH = re.compile(r"([0-9]{4})\s*[-/.年]\s*(0?[1-9]|1[0-2])\s*月?\Z")
EXTENSION = re.compile(r"\s*(?:转|分机号?|ext\.?|x)[:.\s]*([0-9]{1,6})\Z", re.IGNORECASE)
HYPHENS = re.compile("[\u2010-\u2015\u2212]")
PHONE_NAMES = re.compile(r"(?:tel|phone|mobile|电话|手机|座机)\s*[.:]\s*", re.IGNORECASE)


def mend(problem: Problem, page: Page) -> Patch | None:
    """The same in the field's form, where that is all that is wrong with it."""
    path = page.path_of(problem)
    node, field = page.node(path), page.field(path)
    if node is None or field is None or field.format not in FORMS:
        return None
    written = FORMS[field.format](unicodedata.normalize("NFKC", node.text).strip(), page)
    if not written or not has_format(written, field.format):
        return None
    return page.replace(path, write_text(written))


def _mend_phone(text: str, page: Page) -> str:
    text = HYPHENS.sub("-", PHONE_NAMES.sub("", text, count=1) if PHONE_NAMES.match(text) else text)
    text = EXTENSION.sub(r" ext \1", " ".join(text.split()))
    return re.sub(r"\A\+ ", "+", text)


def _mend_email(text: str, page: Page) -> str:
    return re.sub(r"\A(?:mailto:)?<?(.*?)>?\Z", r"\1", text, flags=re.IGNORECASE)


def _mend_month(text: str, page: Page) -> str:
    match = MONTH.match(text)
    return f"{match[1]}-{int(match[2]):02d}" if match else ""


FORMS: Mapping[str, Callable[[str, Page], str]] = {
    "phone": _mend_phone,
    "email": _mend_email,
    "month": _mend_month,
    "currency": find_code,
    "country": lambda text, page: text.upper() if text.isascii() else "",
    "uri": lambda text, page: text,
}
