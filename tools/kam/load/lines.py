"""Slips that are plain to see in one line of YAML, each with the line as it should be written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Set as AbstractSet

from kam.load.slip import Slip

ODD_INDENT = re.compile("[ \t]*[\u3000\xa0\u2000-\u200a\u202f\u205f]")
TAB_INDENT = re.compile(" *\t[ \t]*(?=\\S)")
FULL_COLON = re.compile(r"(\s*(?:- +)?(?:\{ *)?)([\w.-]+)[ \u3000]*：\s*(.*)\Z")
NO_SPACE = re.compile(r"(\s*(?:- +)?)([A-Za-z_][\w-]*):(?=[^\s:/])(.*)\Z")
NO_SPACE_AFTER_DASH = re.compile(r"([ \t]*)-((?:([A-Za-z_][\w-]*)[:：]|\{).*)\Z")
ODD_AFTER_COLON = re.compile("(\\s*(?:- +)?[\\w.-]+:)[ \t]*[\u3000\xa0\u2000-\u200a\u202f\u205f]+[ \t]*(.*)\\Z")
VALUE = re.compile(r"(\s*(?:- +)*(?:[\w.-]+:[ \t]+)?)(\S.*)\Z")
KEYED = re.compile(r"\s*(?:- +)*[\w.-]+:[ \t]")
RESERVED_KEY = re.compile(r"\s*(?:- +)?([%@`!&*])\s*([\w.-]*)")
NESTED_COLON = re.compile(r":(?= |\t|\Z)")
JSON_LINE = re.compile(r'([ \t]*)"?([\w.-]+)"?: *("(?:[^"\\]|\\.)*"|-?[0-9.]+|true|false|\[[^\[\]]*\]), *\Z')
ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0abtnvfre \"/\\N_LP\t])?")


def explain_line(line: str, number: int, names: AbstractSet[str] = frozenset()) -> Slip | None:
    """A slip that is certain whatever stands around the line; ``names`` are the fields that may occur here."""
    if ODD_INDENT.match(line):
        fixed = re.sub("^[ \t\u3000\xa0\u2000-\u200a\u202f\u205f]+", lambda m: "  " * max(1, len(m[0]) // 2), line)
        return Slip("odd-space", number, 1, args={"fixed": fixed})
    if TAB_INDENT.match(line):
        return Slip("tab-indent", number, line.index("\t") + 1, args={"fixed": line.replace("\t", "  ")})
    match = FULL_COLON.match(line)
    if match and ": " not in line[: match.start(3)] and (not names or knows_name(match[2], names)):
        fixed = f"{match[1]}{match[2]}: {match[3]}"
        return Slip("fullwidth-colon", number, line.index("：") + 1, args={"fixed": fixed.strip(), "name": match[2]})
    match = ODD_AFTER_COLON.match(line)
    if match:
        fixed = f"{match[1]} {match[2]}".strip()
        return Slip("odd-space", number, match.end(1) + 1, args={"fixed": fixed})
    match = NO_SPACE_AFTER_DASH.match(line)
    if match and names and (match[3] is None or match[3] in names):
        fixed = f"{match[1]}- {match[2]}".strip()
        return Slip("missing-space", number, match.start(2) + 1, "dash", {"fixed": fixed})
    match = NO_SPACE.match(line)
    if match and match[2] in names:
        fixed = f"{match[1]}{match[2]}: {match[3]}".strip()
        return Slip("missing-space", number, match.start(3), args={"fixed": fixed, "name": match[2]})
    return None


def explain_value(line: str, number: int) -> Slip | None:
    """A value that YAML cannot read as its author meant it."""
    json = JSON_LINE.match(line)
    if json:
        fixed = f"{json[1]}{json[2]}: {json[3]}".strip()
        return Slip("trailing-comma", number, json.end(3) + 1, args={"fixed": fixed})
    key = RESERVED_KEY.match(line)
    if key and not line.lstrip().startswith("- ") and ":" in line:
        return Slip("reserved-char", number, key.start(1) + 1, "key", {"char": key[1], "name": key[2]})
    match = VALUE.match(line.rstrip())
    if match is None:
        return None
    before, value = match[1], match[2]
    column = match.start(2) + 1
    fixed = f"{before}{quote(_strip_comment(value))}".strip()
    words = {"char": value[0], "fixed": fixed}
    if value[0] == "!":
        return Slip("tag", number, column, "fixed", {"tag": value.split(" ")[0][:60], "fixed": fixed})
    if value[0] in "&*":
        return Slip("reserved-char", number, column, args=words)
    if value[0] in "%@`]},":
        return Slip("reserved-char", number, column, args=words)
    if value[0] in "\"'":
        return _explain_quoted(value, before, number, column)
    if value[0] in "[{":
        return _explain_brackets(value, number, column)
    if value[0] in "|>":
        return Slip("reserved-char", number, column, "block", words)
    return _explain_plain(value, before, number, column)


def quote(text: str) -> str:
    """Text between double quotes, as YAML wants it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _quote_around(text: str) -> str:
    return quote(text) if "'" in text else f"'{text}'"


def quote_item(text: str) -> str:
    """Text as an item of a list in brackets: quoted only where YAML needs it."""
    if re.match(r"[\w][^,\[\]{}#:&*!|>'\"%@`]*\Z", text):
        return text
    return quote(text)


def knows_name(name: str, names: AbstractSet[str]) -> bool:
    """True for the name of a field, full-width letters or not."""
    return unicodedata.normalize("NFKC", name).strip() in names


def _strip_comment(value: str) -> str:
    return re.sub(r"[ \t]+#( .*)?\Z", "", value)


def _explain_quoted(value: str, before: str, number: int, column: int) -> Slip | None:
    sign = value[0]
    pattern = r'"(?:[^"\\]|\\.)*"' if sign == '"' else r"'(?:[^']|'')*'"
    match = re.match(pattern, value)
    if match is None:
        inner = re.sub(r"[”’]\Z", "", value[1:])
        return Slip("unclosed-quote", number, column, args={"fixed": f"{before}{quote(inner)}".strip()})
    wrong = next((m for m in ESCAPE.finditer(match[0]) if len(m[0]) == 1), None) if sign == '"' else None
    if wrong:
        fixed = f"{before}'{match[0][1:-1]}'".strip()
        args = {"char": match[0][wrong.end()], "fixed": fixed}
        return Slip("bad-escape", number, column + wrong.start(), args=args)
    rest = value[match.end() :].strip()
    if not rest or rest.startswith(("#", ",", "}", "]", ":")):
        return None
    whole = quote(value[1:-1]) if value.endswith(sign) else _quote_around(_strip_comment(value))
    return Slip("text-after-quote", number, column + match.end(), args={"fixed": f"{before}{whole}".strip()})


def _explain_brackets(value: str, number: int, column: int) -> Slip | None:
    bare = re.sub(r'"(?:[^"\\]|\\.)*"|\'(?:[^\']|\'\')*\'', "", value)
    bare = re.sub(r"[ \t]#.*", "", bare)
    opened, closed = bare.count("[") + bare.count("{"), bare.count("]") + bare.count("}")
    sign = value[0]
    if opened > closed:
        return Slip("unclosed-bracket", number, column, args={"char": sign, "close": "]" if sign == "[" else "}"})
    if closed > opened or (value[0] == "[") != (bare.rstrip().endswith("]")):
        return Slip("unclosed-bracket", number, column, "extra", {"char": sign})
    return None


def _explain_plain(value: str, before: str, number: int, column: int) -> Slip | None:
    if before.rstrip().endswith(":") and value.startswith("- "):
        fixed = f"{before}[{quote_item(value[2:].strip())}]".strip()
        return Slip("list-on-key-line", number, column, args={"fixed": fixed})
    colon = NESTED_COLON.search(value)
    if colon and before.rstrip().endswith(":"):
        fixed = f"{before}{quote(_strip_comment(value))}".strip()
        return Slip("colon-in-value", number, column + colon.start(), args={"fixed": fixed})
    return None
