"""Which encoding bytes are written in that are no UTF-8: named, so that people know what to save anew."""

from __future__ import annotations

UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
CHINESE = {"gb18030": ("GB18030 (GBK)", 0xD7, 0xA1), "big5": ("Big5", 0xC6, 0x40)}
"""For each encoding its name, and the highest first and lowest second byte of its usual characters."""


def is_utf16(raw: bytes) -> bool:
    """Whether the bytes begin with the mark of UTF-16, or hold as many zeros as only UTF-16 does."""
    start = raw[:400]
    return raw.startswith(UTF16_MARKS) or (len(start) >= 4 and start.count(0) * 4 > len(start))


def name_chinese_encoding(raw: bytes) -> str:
    """``GB18030 (GBK)`` or ``Big5`` where the bytes read as usual Chinese in it, else an empty text."""
    return next((CHINESE[encoding][0] for encoding in CHINESE if _reads_as_chinese(raw, encoding)), "")


def _reads_as_chinese(raw: bytes, encoding: str) -> bool:
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    wide = [c for c in text if c > "\x7f"]
    usual = sum(_is_usual(c.encode(encoding), *CHINESE[encoding][1:]) for c in wide)
    return bool(wide) and usual * 10 >= len(wide) * 7


def _is_usual(pair: bytes, most: int, least: int) -> bool:
    """Rare characters are what the accented letters of Western text look like with the letter behind them."""
    return len(pair) == 2 and 0xA1 <= pair[0] <= most and pair[1] >= least
