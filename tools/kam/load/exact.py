"""What is exactly right: the forms of values and the signs of trouble that both ways of reading a file share.

Kept apart from the explanations of what is wrong, so that a portfolio in order never loads those.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

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

PLAIN_BYTES = bytes({9, 10, 13, *range(0x20, 0x7F), *range(0x80, 0x100)})
"""Bytes that need no look: all but the ASCII control characters."""
SUSPICIOUS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ufeff\uffa0\ufff9-\uffff\U000e0000-\U000e007f]"
)
PREFILTER = re.compile(r"[<{&]|\]\(|\]:|[0-9]{11}|[0-9]{3}[ -][0-9]{4}[ -]")
"""Bodies without any of these need no closer look."""
SIGNS = re.compile(r"[<{&\]0-9]")
"""What all of these have in them: quicker to look for, and most bodies have none."""

NUMBERS = re.compile(
    r"[1-6](?:(?<=1)[3-9][0-9](?:[0-9]{8}|[ -][0-9]{4}[ -])|(?:(?<=1)[89]|(?<=2)0)[0-9]{2}[01][0-9]{6}[0-9Xx]"
    r"|(?<=[2-6])[0-9]{3}(?:[0-9]{11}|[ -][0-9]{4}[ -][0-9]{4}[ -]))"
)
"""What every mobile, identity card and bank card number contains. Beginning with one digit, it is soon looked for."""
KEY_NAME = re.compile(rb"pi[_ ]?key")
"""How “API key” is written: the word “key” alone stands in many a record."""
CHINESE_SIGNS = tuple(sign.encode() for sign in ("密码", "口令", "密钥"))


def has_secret_sign(raw: bytes) -> bool:
    """True where a text (in UTF-8) needs a closer look for passwords and keys. Quick."""
    lower = raw.lower()
    if b"passw" in lower or b"pwd" in lower or b"secret" in lower or (b"key" in lower and KEY_NAME.search(lower)):
        return True
    if b"://" in raw and b"@" in raw:
        return True
    # signs of keys, which are written just so; whatever has capital letters or is long is soon looked for
    if b"-----BEGIN" in raw or b"AKI" in raw or b"LTAI" in raw or b"eyJ" in raw or b"glpat-" in raw or b"xox" in raw:
        return True
    if b"_" in raw and (b"ghp_" in raw or b"ghs_" in raw or b"github_pat_" in raw):
        return True
    return not raw.isascii() and any(map(raw.__contains__, CHINESE_SIGNS))


def is_plain(raw: bytes, text: str) -> bool:
    """True where ``text`` (decoded from ``raw``) holds no character that would have to be reported. Quick."""
    if raw.translate(None, PLAIN_BYTES):
        return False
    if text.isascii():
        return True
    return SUSPICIOUS.search(text) is None and "锟斤拷" not in text and unicodedata.is_normalized("NFC", text)


def is_prose(body: str) -> bool:
    """True where a body holds nothing that needs a closer look. Quick."""
    return SIGNS.search(body) is None or PREFILTER.search(body) is None


def is_day(text: str) -> bool:
    """True for a day in ISO form that the calendar knows. Quick."""
    try:
        return date.fromisoformat(text) is not None and text[4] == text[7] == "-" and "1800" <= text < "22"
    except (ValueError, IndexError):
        return False
