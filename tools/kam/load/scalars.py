"""Single values of files that are in order, read by the plan of their field; anything odd raises Doubt."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from kam.load.attachments import explain_attachment
from kam.load.exact import DATETIME, FULLWIDTH, INTEGER, NULL_TEXTS, NULL_WORDS, NUMBER, NUMBERS, is_day
from kam.load.plan import Plan

NULLS = NULL_WORDS | NULL_TEXTS
IDENTITY = re.compile(r"(?:1[89]|20)[0-9]{2}[01][0-9]{6}[0-9Xx]")
"""What every identity card number contains."""
FIRST = frozenset("=＝@＠+＋-“”„‘「『«")
"""What a formula or a typographic quote begins with."""

Scalar = Callable[[str, bool], Any]
"""Reads a text; true as the second argument says that it stood between quotes."""


class Doubt(Exception):
    """The file needs a careful look."""


def compile_scalar(plan: Plan) -> Scalar:
    """A function that reads one value of ``plan`` from its text."""
    if plan.kind != "text":
        return {
            "integer": _read_integer, "number": _read_number, "boolean": _read_boolean,
            "date": _read_date, "datetime": _read_datetime, "moment": _read_moment,
        }[plan.kind]  # fmt: skip
    if plan.multiline:
        return _read_multiline
    if plan.attachment:
        return _read_attachment
    if plan.strict:
        return _read_id
    return _read_phone if plan.private else _read_text


def _read_phone(text: str, quoted: bool) -> str:
    if not text or text in NULLS or "\n" in text or (text[0] in FIRST and text[0] != "+"):
        raise Doubt
    if len(text) > 17 and IDENTITY.search(text):
        raise Doubt
    return text


def _read_text(text: str, quoted: bool) -> str:
    if not text or text in NULLS or "\n" in text or text[0] in FIRST:
        raise Doubt
    if len(text) > 10 and NUMBERS.search(text):
        raise Doubt
    return text


def _read_attachment(text: str, quoted: bool) -> str:
    if explain_attachment(_read_text(text, quoted)):
        raise Doubt
    return text


def _read_id(text: str, quoted: bool) -> str:
    if not text.isascii() and FULLWIDTH.search(text):
        raise Doubt
    return _read_phone(text, quoted)


def _read_multiline(text: str, quoted: bool) -> str:
    if not text or text in NULLS or text[0] in FIRST:
        raise Doubt
    if len(text) > 10 and NUMBERS.search(text):
        raise Doubt
    return text


def _read_integer(text: str, quoted: bool) -> int:
    if quoted or not INTEGER.match(text):
        raise Doubt
    return int(text)


def _read_number(text: str, quoted: bool) -> int | Decimal:
    if quoted or not NUMBER.match(text):
        raise Doubt
    return Decimal(text) if "." in text else int(text)


def _read_boolean(text: str, quoted: bool) -> bool:
    if quoted or text not in ("true", "false"):
        raise Doubt
    return text == "true"


def _read_date(text: str, quoted: bool) -> str:
    if not is_day(text):
        raise Doubt
    return text


def _read_datetime(text: str, quoted: bool) -> str:
    if not DATETIME.match(text) or not "1800" <= text < "22":
        raise Doubt
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise Doubt from None
    return text


def _read_moment(text: str, quoted: bool) -> str:
    return _read_date(text, quoted) if len(text) == 10 else _read_datetime(text, quoted)
