"""How the lines of a front matter hang together, told without a parser: for files that the parser cannot read."""

from __future__ import annotations

import re

BLOCK = re.compile(r"(?:\s*(?:- +)*[^\s#][^#]*:|\s*-)[ \t]+[|>][0-9+-]*[ \t]*(?:#.*)?\Z")
VALUED = re.compile(r"\s*(?:- +)*[\w.-]+:[ \t]+([^\s|>#].*)\Z")
OPENING = re.compile(r"\s*(?:- +)*[\w.-]+:[ \t]*(?:#.*)?\Z")
DASH = re.compile(r"(?:- +)+")


def find_hidden(lines: list[str]) -> set[int]:
    """The lines (from 0) of texts below | or >, in which anything may stand, and comments."""
    hidden = set()
    below = -1
    for index, line in enumerate(lines):
        text = line.strip(" ")
        width = width_of(line)
        if below >= 0 and (not text or width > below):
            hidden.add(index)
            continue
        below = width if BLOCK.match(line) else -1
        if text.startswith("#"):
            hidden.add(index)
    return hidden


def width_of(line: str) -> int:
    """Spaces at the beginning of a line."""
    return len(line) - len(line.lstrip(" "))


def find_above(line: str, lines: list[str]) -> str:
    """The last of ``lines`` that begins further left than ``line``, or opens or carries on a bracket."""
    width = len(line) - len(line.lstrip())
    for above in reversed(lines):
        text = above.strip()
        if text and not text.startswith("#") and (width_of(above) < width or text.endswith((",", "[", "{"))):
            return above
    return ""


def continues_text(line: str, above: str) -> bool:
    """True where ``line`` carries on the plain or quoted value of the line above, or a list or map in brackets."""
    if above.rstrip().endswith((",", "[", "{")):
        return True
    return VALUED.match(above) is not None and not line.lstrip().startswith("- ") and _begins_deeper(line, above)


def _begins_deeper(line: str, above: str) -> bool:
    return line[: inner_width(above) + 1].strip() == ""


def find_indent(wanted: int, above: list[str], *, is_item: bool) -> int:
    """The column nearest to ``wanted`` in which a line below the lines ``above`` can begin."""
    columns: set[int] = {0}
    limit = 1 << 30
    for index in range(len(above) - 1, -1, -1):
        line = above[index]
        if not line.strip() or line.lstrip().startswith("#") or width_of(line) >= limit:
            continue
        if limit == 1 << 30 and (OPENING.match(line) or BLOCK.match(line)):
            columns.add(inner_width(line) + 2)
        limit = width_of(line)
        inner = inner_width(line)
        columns |= {limit} if is_item == (inner > limit) else set()
        columns |= {inner} if not is_item else set()
        if limit == 0:
            break
    return min(columns, key=lambda column: (abs(column - wanted), -column))


def find_text_indent(wanted: int, above: list[str]) -> int:
    """The column for text without a field's name below the lines ``above``, at least ``wanted``."""
    last = next((line for line in reversed(above) if line.strip()), "")
    if BLOCK.match(last):
        return max(wanted, inner_width(last) + 2)
    is_text = not VALUED.match(last) and not OPENING.match(last) and not last.lstrip().startswith("- ")
    return max(wanted, width_of(last)) if is_text else wanted


def inner_width(line: str) -> int:
    """The column at which the content of an item begins, or the line itself."""
    match = DASH.match(line, width_of(line))
    return match.end() if match else width_of(line)
