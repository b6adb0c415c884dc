"""Files saved in another encoding: converted where it is certain which one it is."""

from __future__ import annotations

from kam.mending.page import Page
from kam.mending.patch import Patch
from kam.model.encoding import UTF16_MARKS, name_chinese_encoding
from kam.model.problem import Problem

RULES = ("not-utf8",)

CHINESE = {"GB18030 (GBK)": ("gb18030", "big5"), "Big5": ("big5", "gb18030")}
"""For each encoding its codec, and that of the one that it could be taken for."""


def mend(problem: Problem, page: Page) -> Patch | None:
    """The same text in UTF-8, where it reads as one of the usual encodings alone and turns back into the same bytes."""
    if len(page.raw) > page.way.limit:
        return None
    name, codec = _find_codec(page.raw)
    text = _decode(page.raw, codec) if codec else None
    if text is None or "\0" in text or "\ufffd" in text:
        return None
    note = (f"converted from {name} to UTF-8; please read it through once", f"已从 {name} 转换为 UTF-8，请通读确认一遍")
    return Patch(raw=text.removeprefix("\ufeff").encode("utf-8"), uncovers=True, note=note)


def _find_codec(raw: bytes) -> tuple[str, str]:
    """The encoding's name for people and its codec; empty where nobody could be certain."""
    if raw.startswith(UTF16_MARKS):
        return "UTF-16", "utf-16-le" if raw.startswith(UTF16_MARKS[0]) else "utf-16-be"
    name = name_chinese_encoding(raw)
    codec, other = CHINESE.get(name, ("", ""))
    if not codec or _reads_as_words(raw, other):
        return "", ""
    return name, codec


def _decode(raw: bytes, codec: str) -> str | None:
    try:
        text = raw.decode(codec)
        return text if text.encode(codec) == raw else None
    except UnicodeError:
        return None


def _reads_as_words(raw: bytes, codec: str) -> bool:
    """Whether the bytes read as Chinese in that encoding too, most of it in common characters."""
    text = _decode(raw, codec)
    wide = [c for c in text or "" if "\u4e00" <= c <= "\u9fff"]
    common = sum(len(pair := c.encode("big5", "ignore")) == 2 and 0xA4 <= pair[0] <= 0xC6 for c in wide)
    common = common if codec == "big5" else sum(0xB0 <= c.encode("gb18030")[0] <= 0xD7 for c in wide)
    return bool(wide) and common * 2 >= len(wide)
