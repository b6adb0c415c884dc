"""What should not stand in a record: identity card, bank card and mobile numbers in free text, passwords and keys.

The check digit of an identity card follows GB 11643-1999 (ISO 7064, MOD 11-2), that of a bank card ISO/IEC 7812-1,
annex B (the Luhn formula).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kam.load.exact import has_secret_sign, is_day

NUMBER = re.compile(
    r"(?<![0-9.])(?:(?P<id>[1-9][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9]{4}[0-9Xx](?![0-9]))"
    r"|(?P<card>(?:62|4[0-9]|5[1-5]|2[2-7]|3[457])[0-9]{2}(?:[ -][0-9]{4}[ -][0-9]{4}[ -][0-9]{3,4}(?:[ -][0-9]{1,4})?"
    r"|[0-9]{11,15})(?!\.?[0-9]))"
    r"|(?P<phone>(?:\+?86[ -]?)?1[3-9][0-9](?:[0-9]{8}|[ -][0-9]{4}[ -][0-9]{4})(?!\.?[0-9])))"
)
NAMED = re.compile(
    r"(?:passw(?:or)?d|pwd|secret|api[ _]?key|密码|口令|密钥)"
    r"(?:[\"'”’]?\s{0,3}(?:[:=：＝]|is\b|为|是)\s{0,3}|[ \t])[\"'“‘]?(?P<value>[!-~]{4,200})",
    re.IGNORECASE,
)
"""A password or key behind its name."""
KEY = re.compile(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bLTAI[0-9A-Za-z]{12,26}\b"
    r"|\bAKID[0-9A-Za-z]{28,40}\b|\bgh[ps]_[0-9A-Za-z]{30,}|\bgithub_pat_[0-9A-Za-z_]{30,}|\bglpat-[0-9A-Za-z_-]{18,}"
    r"|\bxox[abeprs]-[0-9A-Za-z-]{10,}|\beyJ[0-9A-Za-z_-]{8,}\.eyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{8,}"
    r"|[a-z][a-z0-9+.-]{1,20}://[^\s:/@]{1,80}:[^\s:/@]{3,80}@"
)
"""Keys that their form gives away, and passwords inside addresses."""
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"


def find_sensitive(text: str) -> Iterator[tuple[str, int, str]]:
    """Yield rule, character it begins at, and what of it may be shown in a message."""
    for match in NUMBER.finditer(text):
        found = match[0]
        if match["phone"]:
            yield "pii-phone", match.start(), mask(found)
        elif match["id"] and is_identity_card(found):
            yield "pii-id-card", match.start(), mask(found)
        elif is_bank_card(found):
            yield "pii-bank-card", match.start(), mask(found)
    if has_secret_sign(text.encode("utf-8", "replace").decode()):
        for match in KEY.finditer(text):
            yield "secret", match.start(), f"{match[0][:4]}…"
        for match in NAMED.finditer(text):
            if _is_secret(match["value"]):
                yield "secret", match.start(), f"{match[0][: match.start('value') - match.start()].strip()} …"


def is_identity_card(text: str) -> bool:
    """True for 18 characters with a real birthday and the right check digit."""
    if len(text) != 18 or not is_day(f"{text[6:10]}-{text[10:12]}-{text[12:14]}"):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, text, strict=False))
    return CHECK_DIGITS[total % 11] == text[17].upper()


def is_bank_card(text: str) -> bool:
    """True for 15 to 19 digits, in groups or not, that begin like a card and have the right check digit."""
    digits = [int(each) for each in text if each.isdigit()]
    if not 15 <= len(digits) <= 19 or len(set(digits)) < 2 or "X" in text.upper():
        return False
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(doubled) + sum(digits[-1::-2])) % 10 == 0


def _is_secret(value: str) -> bool:
    """Whether what stands behind “password” is one, and no word of the sentence: it has a digit and is no date."""
    value = value.rstrip(".,;:!?)]}\"'")
    return (
        len(value) >= 4 and any(c.isdigit() for c in value) and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}.*", value)
    )


def mask(text: str) -> str:
    """The number as it may be shown in a message: its first three and last two characters."""
    return f"{text[:3]}…{text[-2:]}"
