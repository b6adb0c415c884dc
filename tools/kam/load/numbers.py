"""Numbers and true/false as people write them: read where they are in order, else named and mended."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from kam.load.exact import INTEGER, MAX_DECIMALS, MAX_DIGITS, NUMBER
from kam.load.wrong import Wrong

DIGITS_ONLY = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?\Z")
LEADING_ZERO = re.compile(r"([+-]?)0+([0-9]+(?:\.[0-9]+)?)\Z")
LOOSE = re.compile(r"([+-]?)([0-9]*)\.?([0-9]*)\Z")
THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:([,，' _\u00a0\u2009])[0-9]{3})(?:\1[0-9]{3})*(?:\.[0-9]+)?\Z")
INDIAN = re.compile(r"[+-]?[0-9]{1,2}(?:,[0-9]{2})*,[0-9]{3}(?:\.[0-9]+)?\Z")
CHINESE_GROUPS = re.compile(r"[+-]?[1-9][0-9]{0,3}(?:,[0-9]{4})+(?:\.[0-9]+)?\Z")
DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]{1,2}\Z")
POINT_GROUPS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:\.[0-9]{3})+,[0-9]+\Z|[+-]?[1-9][0-9]{0,2}(?:\.[0-9]{3}){2,}\Z")
PROGRAM = re.compile(r"[+-]?0(?:[xX][0-9a-fA-F_]+|[oO][0-7_]+|[bB][01_]+)\Z")
SEXAGESIMAL = re.compile(r"[+-]?[0-9]+(?::[0-9]{1,2})+(?:\.[0-9]+)?\Z")
NON_FINITE = re.compile(r"[+-]?(?:\.?inf(?:inity)?|\.?nan|∞)\Z", re.IGNORECASE)
EXPONENT = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?[eE][+-]?[0-9]{1,3}\Z")
PERCENT = re.compile(r"(.*?)\s*[%％]\Z")
SIGN_BEFORE = re.compile(r"([¥￥$€£₩₹₽]|US\$|HK\$|RMB|人民币|[A-Z]{3})\s*(.+)\Z")
SIGN_AFTER = re.compile(r"(.+?)\s*([¥￥$€£₩₹₽元圆]|美元|欧元|港元|日元|人民币|RMB|[A-Z]{3})\Z")
SCALED = re.compile(r"([+-]?[0-9]+(?:\.[0-9]+)?)\s*(万亿|百万|千万|亿|万|千|[kKmM])\Z")
SCALES = {"千": 3, "k": 3, "K": 3, "万": 4, "百万": 6, "m": 6, "M": 6, "千万": 7, "亿": 8, "万亿": 12}

TRUE_WORDS = frozenset({"true", "yes", "y", "on", "1", "是", "对", "有", "√", "✓", "t"})
FALSE_WORDS = frozenset({"false", "no", "n", "off", "0", "否", "不是", "无", "×", "✗", "f"})


def read_integer(text: str, quoted: bool) -> int | Wrong:
    """A whole number, or why it is none."""
    if not quoted and INTEGER.match(text):
        return int(text)
    wrong = explain_number(text, quoted)
    if wrong is None:
        whole = Decimal(text)
        if whole == whole.to_integral_value():
            return Wrong("not-whole", "fraction", f"{whole:.0f}")
        return Wrong("not-whole")
    return wrong if wrong != Wrong("not-a-number") else Wrong("not-a-number", "whole")


def read_number(text: str, quoted: bool) -> int | Decimal | Wrong:
    """A number: ``int`` where it is written without a decimal point."""
    if not quoted and NUMBER.match(text):
        return Decimal(text) if "." in text else int(text)
    return explain_number(text, quoted) or Wrong("not-a-number")


def read_boolean(text: str, quoted: bool) -> bool | Wrong:
    """``true`` or ``false``, or why it is neither."""
    if not quoted and text in ("true", "false"):
        return text == "true"
    word = unicodedata.normalize("NFKC", text).strip().lower()
    if word in TRUE_WORDS:
        return Wrong("bool-like", "fixed", "true")
    if word in FALSE_WORDS:
        return Wrong("bool-like", "fixed", "false")
    return Wrong("bool-like")


def explain_number(text: str, quoted: bool) -> Wrong | None:
    """Why ``text`` is no number; None where it is a plain one."""
    if quoted:
        inner = text.strip()
        return Wrong("not-a-number", "quoted", inner) if NUMBER.match(inner) else explain_number(text, False) or None
    if NUMBER.match(text):
        return None
    narrow = unicodedata.normalize("NFKC", text).strip()
    if narrow != text and "，" not in text and any("０" <= c <= "９" for c in text):
        return Wrong("fullwidth-digits", *_mended(narrow))
    return _explain_shape(text.strip()) or _explain_signs(text.strip()) or Wrong("not-a-number")


def _explain_shape(text: str) -> Wrong | None:
    if NON_FINITE.match(text):
        return Wrong("non-finite")
    if PROGRAM.match(text):
        return Wrong("hex-like", *_mended(str(_parse_program(text))))
    if LEADING_ZERO.match(text):
        return Wrong("leading-zero", *_mended(LEADING_ZERO.sub(r"\1\2", text).lstrip("+")))
    if DIGITS_ONLY.match(text):
        return _explain_size(text)
    if SEXAGESIMAL.match(text):
        return Wrong("sexagesimal")
    if EXPONENT.match(text):
        return Wrong("exponent", *_mended(_expand(text)))
    if POINT_GROUPS.match(text):
        return Wrong("thousands-comma", "fixed", text.replace(".", "").replace(",", "."))
    if THOUSANDS.match(text) or INDIAN.match(text) or CHINESE_GROUPS.match(text):
        return Wrong("thousands-comma", *_mended(re.sub(r"[^0-9.+-]", "", text)))
    if DECIMAL_COMMA.match(text):
        return Wrong("decimal-comma", *_mended(text.replace(",", ".")))
    loose = LOOSE.match(text)
    if loose and (loose[2] or loose[3]):
        whole = f"{'-' if loose[1] == '-' else ''}{loose[2].lstrip('0') or '0'}"
        return Wrong("not-a-number", *_mended(f"{whole}.{loose[3]}" if loose[3] else whole))
    return None


def _explain_size(text: str) -> Wrong:
    plain = text.lstrip("+")
    if NUMBER.match(plain):
        return Wrong("not-a-number", "fixed", plain)
    whole = plain.lstrip("-").split(".")[0]
    words = (("limit", str(MAX_DIGITS if len(whole) > MAX_DIGITS else MAX_DECIMALS)),)
    return Wrong("number-too-long", "default" if len(whole) > MAX_DIGITS else "decimals", "", words)


def _explain_signs(text: str) -> Wrong | None:
    percent = PERCENT.match(text)
    if percent:
        return Wrong("percent-sign", *_mended(percent[1]))
    scaled = SCALED.match(text)
    if scaled:
        return Wrong("unit-in-number", *_mended(_scale(scaled[1], SCALES[scaled[2]])), (("unit", scaled[2]),))
    for pattern, sign, amount in ((SIGN_BEFORE, 1, 2), (SIGN_AFTER, 2, 1)):
        match = pattern.match(text)
        if match and any(c.isdigit() for c in match[amount]):
            return Wrong("currency-in-number", *_mended(_mend_amount(match[amount])), (("sign", match[sign]),))
    return None


def _mend_amount(text: str) -> str:
    if NUMBER.match(text):
        return text
    wrong = _explain_shape(text) or _explain_scale(text)
    return wrong.fixed if wrong else ""


def _explain_scale(text: str) -> Wrong | None:
    scaled = SCALED.match(text)
    return Wrong("unit-in-number", "fixed", _scale(scaled[1], SCALES[scaled[2]])) if scaled else None


def _mended(text: str) -> tuple[str, str]:
    return ("fixed", text) if NUMBER.match(text) else ("default", "")


def _scale(text: str, power: int) -> str:
    number = Decimal(text).scaleb(power)
    return f"{number:f}".rstrip("0").rstrip(".") if "." in f"{number:f}" else f"{number:f}"


def _expand(text: str) -> str:
    number = Decimal(text)
    return f"{number:f}" if abs(number.adjusted()) <= MAX_DIGITS else ""


def _parse_program(text: str) -> int:
    return int(text.replace("_", "")[:20], 0)
