"""Why a settings file is no YAML, in its author's words: told by looking at the lines, not by the parser's message."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

import yaml

CONFLICT = re.compile(r"<{7}(?: |$)", re.MULTILINE)
KEY = r"(\s*(?:- +)*)([A-Za-z_$][\w.$-]*)"
FULL_COLON = re.compile(KEY + r" *：\s*(.*)\Z")
NO_SPACE = re.compile(KEY + r":(?=[^\s:/])(.*)\Z")
KEYED = re.compile(r"(\s*(?:- +)*[^\s:#][^:#]*:[ \t]+)(\S.*)\Z")
WITH_COLON = re.compile(r"\s*(?:- +)*\S.*:(?:[ \t]|\Z)")
ODD_INDENT = re.compile("[ \t]*([\t\u3000\xa0\u2000-\u200a\u202f\u205f])")
QUOTED = {'"': re.compile(r'"(?:[^"\\]|\\.)*"'), "'": re.compile(r"'(?:[^']|'')*'")}
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
CLOSING = {"[": "]", "{": "}"}
BY_MESSAGE = (
    ("mapping values are not allowed", "colon"),
    ("unknown escape character", "escape"),
    ("cannot start any token", "first-char"),
    ("expected alphabetic", "alias"),
    ("undefined tag handle", "tag"),
    ("block sequence entries", "list-place"),
    ("expected key", "indent"),
    ("'-' indicator", "indent"),
)
"""What the parser says, and the message that is written for it here."""


@dataclass(frozen=True, slots=True)
class YamlSlip:
    """The message of ``settings-yaml`` with its place (from 1; 0 is the file as a whole) and its words."""

    key: str
    line: int = 0
    column: int = 0
    words: Mapping[str, str] = field(default_factory=dict)


def find_conflicts(text: str) -> list[YamlSlip]:
    """Where Git left both versions of a place."""
    return [YamlSlip("conflict", text.count("\n", 0, m.start()) + 1, 1) for m in CONFLICT.finditer(text)]


def explain_failure(text: str, error: yaml.YAMLError, hidden: Collection[int] = ()) -> list[YamlSlip]:
    """Why the parser stopped. ``hidden`` are lines (from 0) inside texts, where anything may stand."""
    control = CONTROL.search(text)
    if control:
        before = text[: control.start()]
        return [YamlSlip("control", before.count("\n") + 1, len(before) - before.rfind("\n"))]
    lines = text.split("\n")
    stopped, begun = _marks(error, lines)
    found = [slip for at, line in enumerate(lines) if at not in hidden for slip in _certain(line, at)]
    if any(slip.line <= stopped[0] + 2 for slip in found):
        return found
    for at in dict.fromkeys((begun[0], stopped[0] - 1, stopped[0])):
        if 0 <= at < len(lines) and at not in hidden:
            slip = _doubtful(lines[at], at)
            if slip is not None:
                return [slip]
    return [_explain_message(str(getattr(error, "problem", "") or error), lines, stopped, begun)]


def explain_top(text: str) -> list[YamlSlip]:
    """Slips with which a whole file is read as something else than it looks like."""
    return [slip for at, line in enumerate(text.splitlines()) for slip in _certain(line, at)]


def explain_key(key: str, line: int, column: int) -> list[YamlSlip]:
    """Full-width signs that YAML takes for a part of a name."""
    if ODD_INDENT.match(key):
        return [YamlSlip("odd-space", line, column)]
    match = FULL_COLON.match(key)
    if match is None or not match[3]:
        return []
    words = {"name": match[2], "fixed": f"{match[2]}: {match[3]}"}
    return [YamlSlip("fullwidth-colon", line, column + key.index("："), words)]


def _marks(error: yaml.YAMLError, lines: list[str]) -> tuple[tuple[int, int], tuple[int, int]]:
    """Line and column, from 0, where the parser stopped and where the thing it was reading begins."""
    last = (len(lines) - 1, 0)
    if not isinstance(error, yaml.MarkedYAMLError):
        return last, last
    stopped = (error.problem_mark.line, error.problem_mark.column) if error.problem_mark else last
    stopped = min(stopped, (last[0], stopped[1]))
    begun = (error.context_mark.line, error.context_mark.column) if error.context_mark else stopped
    return stopped, min(begun, stopped)


def _certain(line: str, at: int) -> Iterator[YamlSlip]:
    """Slips that need no look at the lines around."""
    indent = ODD_INDENT.match(line)
    if indent and line.strip():
        yield YamlSlip("tab" if indent[1] == "\t" else "odd-space", at + 1, indent.end())
    match = FULL_COLON.match(line)
    if match:
        words = {"name": match[2], "fixed": f"{match[1]}{match[2]}: {match[3]}".strip()}
        yield YamlSlip("fullwidth-colon", at + 1, line.index("：") + 1, words)


def _doubtful(line: str, at: int) -> YamlSlip | None:
    """What is wrong with a line, given that the parser could not read on near it."""
    match = NO_SPACE.match(line)
    if match:
        words = {"name": match[2], "fixed": f"{match[1]}{match[2]}: {match[3]}".strip()}
        return YamlSlip("no-space", at + 1, match.start(3) + 1, words)
    match = KEYED.match(line)
    if match is None or match[2][0] not in QUOTED:
        return None
    sign, column = match[2][0], match.start(2) + 1
    closed = QUOTED[sign].match(match[2])
    if closed is None:
        return YamlSlip("open-quote", at + 1, column, {"char": sign})
    rest = match[2][closed.end() :].strip()
    return YamlSlip("after-quote", at + 1, column + closed.end()) if rest and rest[0] not in "#:" else None


def _explain_message(message: str, lines: list[str], stopped: tuple[int, int], begun: tuple[int, int]) -> YamlSlip:
    if "node content" in message:
        begun = _last_open(lines, stopped[0]) or begun
    opened = lines[begun[0]][begun[1] : begun[1] + 1]
    if opened in CLOSING:
        return _explain_bracket(lines, stopped, begun, opened)
    if "could not find expected ':'" in message:
        at = begun[0] if not WITH_COLON.match(lines[begun[0]]) else max(0, stopped[0] - 1)
        return YamlSlip("no-colon", at + 1, 1, {"text": lines[at].strip()[:60]})
    key = next((key for part, key in BY_MESSAGE if part in message), "syntax")
    line, column = lines[stopped[0]], stopped[1]
    words = {"char": line[column : column + 1], "tag": line[column : column + 20].split(" ")[0]}
    if key == "escape":
        words["char"] = line[column + 1 : column + 2]
    elif key == "colon":
        match = KEYED.match(line)
        if match is None or match.end(1) > column:
            key = "indent"
        else:
            words["fixed"] = f'{match[1].strip()} "{match[2]}"' if '"' not in match[2] else f"{match[1].strip()} '…'"
    return YamlSlip(key, stopped[0] + 1, column + 1, words)


def _last_open(lines: list[str], stopped: int) -> tuple[int, int] | None:
    """Where the last bracket stands that its line does not close."""
    for at in range(stopped, max(-1, stopped - 100), -1):
        opened: list[int] = []
        for column, char in enumerate(lines[at]):
            if char in CLOSING:
                opened.append(column)
            elif char in CLOSING.values() and opened:
                opened.pop()
        if opened:
            return at, opened[-1]
    return None


def _explain_bracket(lines: list[str], stopped: tuple[int, int], begun: tuple[int, int], opened: str) -> YamlSlip:
    place = (begun[0] + 1, begun[1] + 1)
    inside = "\n".join(lines[begun[0] : stopped[0] + 1])
    if "，" in inside:
        at = next(at for at in range(begun[0], stopped[0] + 1) if "，" in lines[at])
        return YamlSlip("fullwidth-comma", at + 1, lines[at].index("，") + 1)
    return YamlSlip("bracket", *place, {"char": opened, "close": CLOSING[opened]})
