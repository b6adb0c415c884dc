"""Which encoding bytes are written in that are no UTF-8: named, so that people know what to save anew."""

from __future__ import annotations

UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
CHINESE = {"gb18030": "GB18030 (GBK)", "big5": "Big5"}


def is_utf16(raw: bytes) -> bool:
    """Whether the bytes begin with the mark of UTF-16, or hold as many zeros as only UTF-16 does."""
    start = raw[:400]
    return raw.startswith(UTF16_MARKS) or (len(start) >= 4 and start.count(0) * 4 > len(start))


def name_chinese_encoding(raw: bytes) -> str:
    """``GB18030 (GBK)`` or ``Big5`` where the bytes read as Chinese in it, else an empty text."""
    return next((name for encoding, name in CHINESE.items() if _reads_as_chinese(raw, encoding)), "")


def _reads_as_chinese(raw: bytes, encoding: str) -> bool:
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    wide = [c for c in text if c > "\x7f"]
    chinese = sum("\u3000" <= c <= "\u303f" or "\u3400" <= c <= "\u9fff" or c >= "\uff00" for c in wide)
    return bool(wide) and chinese * 10 >= len(wide) * 7
