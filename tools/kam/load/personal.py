"""Personal data where it should not stand: mobile numbers of mainland China in free text, identity card numbers.

The check digit of an identity card follows GB 11643-1999 (ISO 7064, MOD 11-2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kam.load.exact import is_day

PERSONAL = re.compile(
    r"(?<![0-9.])(?:[1-9][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9]{4}[0-9Xx](?![0-9])"
    r"|(?:\+?86[ -]?)?1[3-9][0-9](?:[0-9]{8}|[ -][0-9]{4}[ -][0-9]{4})(?!\.?[0-9]))"
)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"


def find_personal(text: str) -> Iterator[tuple[str, int]]:
    """Yield ``pii-phone`` or ``pii-id-card`` with the character it begins at."""
    for match in PERSONAL.finditer(text):
        found = match[0]
        if len(found) != 18:
            yield "pii-phone", match.start()
        elif is_identity_card(found):
            yield "pii-id-card", match.start()


def is_identity_card(text: str) -> bool:
    """True for 18 characters with a real birthday and the right check digit."""
    if not is_day(f"{text[6:10]}-{text[10:12]}-{text[12:14]}"):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, text, strict=False))
    return CHECK_DIGITS[total % 11] == text[17].upper()


def mask(text: str) -> str:
    """The number as it may be shown in a message: its first three and last two characters."""
    found = re.match(r"[+0-9Xx -]+", text)
    digits = found[0].strip(" -") if found else text
    return f"{digits[:3]}…{digits[-2:]}"
