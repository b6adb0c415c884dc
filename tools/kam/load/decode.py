"""From bytes to text: UTF-8 and nothing else, but the other encodings are recognised and named."""

from __future__ import annotations

from kam.load.slip import Slip

BOM = b"\xef\xbb\xbf"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
ENCODINGS = {"gb18030": "GB18030 (GBK)", "big5": "Big5"}


def decode(raw: bytes, limit: int) -> tuple[str | None, list[Slip]]:
    """The text with plain line feeds and without a byte order mark; None where it cannot be read."""
    if len(raw) > limit:
        return None, [Slip("too-large", args={"size": f"{len(raw):,}", "limit": f"{limit:,}"})]
    if raw.startswith(UTF16_MARKS) or _is_unmarked_utf16(raw):
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
            line = text.count("\n", 0, text.index("\r")) + 1
            slips.append(Slip("odd-line-break", line, 0, args={"char": "U+000D CR"}))
            text = text.replace("\r", "\n")
    return text, slips


def _is_unmarked_utf16(raw: bytes) -> bool:
    start = raw[:400]
    return len(start) >= 4 and start.count(0) * 4 > len(start)


def _name_encoding(raw: bytes, start: int) -> Slip:
    line = raw.count(b"\n", 0, start) + 1
    before = raw[raw.rfind(b"\n", 0, start) + 1 : start]
    column = len(before.decode("utf-8", "replace")) + 1
    for encoding, name in ENCODINGS.items():
        if _reads_as_chinese(raw, encoding):
            return Slip("not-utf8", line, column, "known", {"encoding": name})
    return Slip("not-utf8", line, column)


def _reads_as_chinese(raw: bytes, encoding: str) -> bool:
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    wide = [c for c in text if c > "\x7f"]
    chinese = sum("\u3000" <= c <= "\u303f" or "\u3400" <= c <= "\u9fff" or c >= "\uff00" for c in wide)
    return bool(wide) and chinese * 10 >= len(wide) * 7
