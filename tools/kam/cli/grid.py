"""Rows on the terminal, as Markdown, CSV or JSON. Shared by the commands that print tables."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

FORMATS = ("table", "json", "csv", "md")
NUMERIC = ("INT", "DECIMAL", "DOUBLE", "FLOAT")
GAP = "  "
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def is_numeric(sql_type: str) -> bool:
    """Whether values of an SQL type stand at the right of their column."""
    return any(word in sql_type for word in NUMERIC) and not sql_type.endswith("[]")


def render_table(heads: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool], cut: int = 0) -> str:
    """Columns aligned by their width on a terminal, where Chinese characters take two places.

    ``cut`` shortens longer cells to that many characters.
    """
    from kam.report.source import display_width

    cells = [[_plain(cell, cut) for cell in row] for row in (heads, *rows)]
    widths = [max(display_width(row[at]) for row in cells) for at in range(len(heads))]
    lines = []
    for row in cells:
        parts = []
        for cell, width, is_right in zip(row, widths, right, strict=True):
            blank = " " * (width - display_width(cell))
            parts.append(blank + cell if is_right else cell + blank)
        lines.append(GAP.join(parts).rstrip())
    lines.insert(1, GAP.join("─" * width for width in widths))
    return "\n".join(lines)


def render_markdown(heads: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool]) -> str:
    """A Markdown table; what Markdown or HTML would act on is escaped."""
    lines = ["| " + " | ".join(escape_markdown(h) for h in heads) + " |"]
    lines.append("|" + "|".join(" ---: " if is_right else " --- " for is_right in right) + "|")
    lines += ["| " + " | ".join(escape_markdown(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def render_csv(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """CSV for spreadsheets: text that a spreadsheet would run as a formula gets an apostrophe in front."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows([_csv_cell(cell) for cell in row] for row in rows)
    return buffer.getvalue().rstrip("\n")


def render_json(value: Any) -> str:
    """One JSON document; decimals keep every digit."""
    import orjson

    options = orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS
    try:
        return orjson.dumps(value, default=_json_value, option=options).decode()
    except orjson.JSONEncodeError:
        return orjson.dumps(_without_huge(value), default=_json_value, option=options).decode()


def shown(value: Any) -> str:
    """A cell as text: numbers without idle zeros, moments to the second, lists with commas."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, list | tuple):
        return ", ".join(shown(v) for v in value)
    return str(value)


def plain_number(value: Decimal) -> str:
    """A decimal without exponent and idle zeros."""
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def _json_value(value: Any) -> Any:
    import orjson

    if isinstance(value, Decimal):
        return orjson.Fragment(plain_number(value))
    return str(value)


def _without_huge(value: Any) -> Any:
    """The same with whole numbers of more than 64 bits as decimals, which come out as the same digits."""
    if isinstance(value, dict):
        return {key: _without_huge(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_huge(inner) for inner in value]
    return Decimal(value) if isinstance(value, int) and value.bit_length() > 63 else value


def _plain(text: str, cut: int) -> str:
    one_line = CONTROL.sub("�", text.replace("\r", "").replace("\n", " ").replace("\t", " "))
    return one_line[: cut - 1] + "…" if 0 < cut < len(one_line) else one_line


def escape_markdown(text: str) -> str:
    """Text on one line in which Markdown and HTML find nothing to act on."""
    one_line = CONTROL.sub("�", text.replace("\r", "").replace("\n", " "))
    for mark in "\\`*_{}[]|~":
        one_line = one_line.replace(mark, "\\" + mark)
    return one_line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _csv_cell(value: Any) -> str:
    text = shown(value)
    is_formula = isinstance(value, str) and text[:1] in ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
    return "'" + text if is_formula else text
