"""From bytes to text: UTF-8 and nothing else, but the other encodings are recognised and named."""

from __future__ import annotations

from kam.load.slip import Slip
from kam.model.encoding import is_utf16, name_chinese_encoding

BOM = b"\xef\xbb\xbf"


def decode(raw: bytes, limit: int) -> tuple[str | None, list[Slip]]:
    """The text with plain line feeds and without a byte order mark; None where it cannot be read."""
    if len(raw) > limit:
        return None, [Slip("too-large", args={"size": f"{len(raw):,}", "limit": f"{limit:,}"})]
    if is_utf16(raw):
        return None, [Slip("not-utf8", 1, 1, "utf-16", {"encoding": "UTF-16"})]
    slips = []
    if raw.startswith(BOM):
        raw = raw[len(BOM) :]
        slips.append(Slip("bom", 1, 1))
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return None, [_name_encoding(raw, error.start)]
    if "\r" in text:
        text = text.replace("\r\n", "\n")
        if "\r" in text:
            at = text.index("\r")
            line = text.count("\n", 0, at) + 1
            slips.append(Slip("odd-line-break", line, at - text.rfind("\n", 0, at), args={"char": "U+000D CR"}))
            text = text.replace("\r", "\n")
    return text, slips


def _name_encoding(raw: bytes, start: int) -> Slip:
    if b"\0" in raw:
        return Slip("not-utf8", 0, 0, "binary")
    line = raw.count(b"\n", 0, start) + 1
    before = raw[raw.rfind(b"\n", 0, start) + 1 : start]
    column = len(before.decode("utf-8", "replace")) + 1
    name = name_chinese_encoding(raw)
    return Slip("not-utf8", line, column, "known" if name else "default", {"encoding": name})
