"""What is exactly right: the forms of values and the signs of trouble that both ways of reading a file share.

Kept apart from the explanations of what is wrong, so that a portfolio in order never loads those.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import cache

from jsonschema_rs import Draft202012Validator, RegexOptions

MAX_DIGITS = 14
"""Digits before the decimal point; the tables keep amounts as DECIMAL(18,4)."""
MAX_DECIMALS = 12
INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,13})\Z")
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,13})(?:\.[0-9]{1,12})?\Z")
DATETIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])\Z"
)

NULL_WORDS = frozenset({"~", "null", "Null", "NULL"})
NULL_TEXTS = frozenset({"None", "nil", "NaN", "undefined", "#N/A", "(null)", "<null>"})
FULLWIDTH = re.compile("[\uff01-\uff5e\u3000]")

SUSPICIOUS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ufeff\uffa0\ufff9-\uffff\U000e0000-\U000e007f]"
)
NUMBERS = re.compile(
    r"[1-6](?:(?<=1)[3-9][0-9](?:[0-9]{8}|[ -][0-9]{4}[ -])|(?:(?<=1)[89]|(?<=2)0)[0-9]{2}[01][0-9]{6}[0-9Xx]"
    r"|(?<=[2-6])[0-9]{3}(?:[0-9]{11}|[ -][0-9]{4}[ -][0-9]{4}[ -]))"
)
"""What every mobile, identity card and bank card number contains. Beginning with one digit, it is soon looked for."""


def _finder(pattern: str) -> Callable[[str], bool]:
    """Whether something stands anywhere in a text. The engine of the schemas looks many times faster than ``re``."""
    found: Callable[[str], bool] = Draft202012Validator({"pattern": pattern}, pattern_options=RegexOptions()).is_valid
    return found


_SECRET = (
    "(?i:passw|pwd|secret|pi[_ ]?key)|密码|口令|密钥|-----BEGIN|AKI|LTAI|eyJ|glpat-|xox|gh[ps]_|github_pat_"
    "|://[^@]{3,200}@"
)
_ODD = f"{SUSPICIOUS.pattern}|锟斤拷|>>>>>>>|{_SECRET}"
"""What needs a closer look wherever it stands, as it might have to be reported."""
has_front_sign = _finder(rf"{_ODD}|[\\\t]|\{{\{{|\{{%| #[^ \n]|(?:^|[\s\[{{,:])(?:[&*]\S|!)|\[[^\]\n]*[，、；]")
"""True where front matter, or a value in it, needs a closer look: for what values do not show, too, which are escapes,
template signs, a comment that cuts a value, an anchor, alias or tag, a list with Chinese separators."""
has_body_sign = _finder(rf"{_ODD}|[<{{&]|\]\(|\]:|[0-9]{{11}}|[0-9]{{3}}[ -][0-9]{{4}}[ -]|\n---")
"""True where a body needs a closer look."""


@cache
def _secret_finder() -> Callable[[str], bool]:
    return _finder(_SECRET)


def has_secret_sign(text: str) -> bool:
    """True where a text needs a closer look for passwords and keys."""
    return _secret_finder()(text)


def is_composed(text: str) -> bool:
    """True for text in the form NFC. Quick."""
    return text.isascii() or unicodedata.is_normalized("NFC", text)


def is_day(text: str) -> bool:
    """True for a day in ISO form that the calendar knows. Quick."""
    try:
        return date.fromisoformat(text) is not None and text[4] == text[7] == "-" and "1800" <= text < "22"
    except (ValueError, IndexError):
        return False
