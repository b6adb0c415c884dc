"""Bytes of unknown encoding to text."""

from __future__ import annotations

import codecs
import re

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CHINESE_PAIR = re.compile(rb"[\xa1-\xfe][\xa1-\xfe]|[\x81-\xfe][\x30-\x39][\x81-\xfe][\x30-\x39]")
HIGH = re.compile(rb"[\x80-\xff]")


class UnreadableError(Exception):
    """A file that cannot be read; ``key`` names the message, ``args`` fill it."""

    def __init__(self, key: str, args: dict[str, str]) -> None:
        super().__init__(key)
        self.key = key
        self.words = args


def decode(raw: bytes, name: str, *, encoding: str = "") -> str:
    """Text of a file whose encoding is named, marked by its first bytes, or told by its content.

    Tried in this order: byte order mark, UTF-16 without one (every other byte zero), UTF-8, GB18030 (most
    high bytes come in pairs), Windows-1252. Raises UnreadableError where none fits.
    """
    tried = encoding or _marked(raw) or _guess(raw)
    try:
        text = raw.decode(tried)
    except (UnicodeDecodeError, LookupError) as error:
        key = "encoding" if encoding else "binary"
        raise UnreadableError(key, {"file": name, "encoding": tried}) from error
    if "\x00" in text:
        raise UnreadableError("binary", {"file": name})
    return text.removeprefix("\ufeff")


def _marked(raw: bytes) -> str:
    return next((name for mark, name in MARKS if raw.startswith(mark)), "")


def _guess(raw: bytes) -> str:
    head = raw[:4096]
    if len(head) > 3 and head.count(0) > len(head) // 4:
        return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030" if _looks_chinese(raw) else "cp1252"
    return "utf-8"


def _looks_chinese(raw: bytes) -> bool:
    """Chinese text has its high bytes in pairs; in Western text they stand alone between ASCII letters."""
    try:
        raw.decode("gb18030")
    except UnicodeDecodeError:
        return False
    paired = sum(len(HIGH.findall(pair)) for pair in CHINESE_PAIR.findall(raw))
    return paired >= 0.7 * len(HIGH.findall(raw))
