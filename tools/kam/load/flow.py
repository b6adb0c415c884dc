"""Slips between the braces and brackets of one line: full-width signs, missing spaces, commas inside numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from typing import NamedTuple

START = re.compile(r"\s*(?:- +)*(?:[\w.-]+:[ \t]+)?(?=[\[{［｛])")
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\']|\'\')*\'')
NEXT_KEY = re.compile(r"\s*([\w.-]+)\s*[:：]")
NEXT_ITEM = re.compile(r"\s*[{\[\"'｛［]")
FULL_COLON = re.compile(r"\s*([\w.-]+)\s*：\s*")
NO_SPACE = re.compile(r"\s*([A-Za-z_][\w-]*):(?=[^\s:/,}\]])")
KEY = re.compile(r"\s*([\w.-]+):\s+")
WITH_COMMAS = re.compile(
    r"(?:[^\s,，{}\[\]\"'][^,，{}\[\]\"']{0,20}?)?[0-9](?:[,，][0-9]{1,20})+(?:\.[0-9]{1,20})?[^,，{}\[\]\"':]{0,20}?(?=\s*[,}])"
)
SPACES = re.compile(r"\s*")
NARROW = {"｛": "{", "［": "[", "｝": "}", "］": "]"}
CLOSING = {"{": "}", "[": "]"}


class Mended(NamedTuple):
    """A line as it should be; ``rule`` is empty where the reader of values still has something to say of it."""

    line: str
    rule: str = ""
    column: int = 0
    key: str = "default"
    name: str = ""


def mend_flow(line: str, knows: Callable[[str], bool], numbers: AbstractSet[str]) -> Mended | None:
    """The line with its fields divided as YAML wants it; None where there is nothing to mend for certain.

    ``knows`` tells whether a name is that of a field, ``numbers`` are the fields that hold numbers.
    """
    start = START.match(line)
    return _Flow(line, knows, numbers).mend(start.end()) if start else None


def close_brackets(line: str) -> str:
    """The line with an end for each of its brackets."""
    bare = re.sub(r"[ \t]#.*", "", QUOTED.sub('""', line))
    open_: list[str] = []
    for char in bare:
        if char in CLOSING:
            open_.append(CLOSING[char])
        elif open_ and char == open_[-1]:
            open_.pop()
    return re.sub(r"[ \t]#.*", "", line) + "".join(reversed(open_))


class _Flow:
    def __init__(self, line: str, knows: Callable[[str], bool], numbers: AbstractSet[str]) -> None:
        self.line, self.knows, self.numbers = line, knows, numbers
        self.out: list[str] = []
        self.open: list[str] = []
        self.wide = False
        self.first: tuple[str, int, str, str] = ("", 0, "default", "")
        self.begins = True
        self.at = 0

    def mend(self, start: int) -> Mended | None:
        self.out.append(self.line[:start])
        self.at = start
        while self.at < len(self.line):
            self._step()
            if not self.open:
                break
        mended = "".join(self.out) + self.line[self.at :]
        return Mended(mended, *self.first) if mended != self.line else None

    def _step(self) -> None:
        char = self.line[self.at]
        narrow = NARROW.get(char, char)
        if self.begins and (quoted := QUOTED.match(self.line, self.at)):
            self._copy(quoted[0])
        elif self.begins and narrow in CLOSING:
            self._note(char, "fullwidth-bracket", char != narrow)
            self.open.append(CLOSING[narrow])
            self.wide = char != narrow
            self._put(narrow, 1)
            self._take_key()
        elif self.open and narrow == self.open[-1]:
            self._note(char, "fullwidth-bracket", char != narrow)
            self.open.pop()
            self._put(narrow, 1)
            self.begins = False
        elif char == ",":
            self._put(char, 1)
            self.begins = True
            self._take_key()
        elif char == "，" and self._divides():
            self._note(char, "fullwidth-comma", True, "between")
            spaces = SPACES.match(self.line, self.at + 1)
            self._put(", ", (spaces.end() if spaces else self.at + 1) - self.at)
            self.begins = True
            self._take_key()
        else:
            self._put(char, 1)
            self.begins = self.begins and char.isspace()

    def _divides(self) -> bool:
        if not self.open or self.open[-1] == "]":
            return bool(self.open) and (self.wide or NEXT_ITEM.match(self.line, self.at + 1) is not None)
        key = NEXT_KEY.match(self.line, self.at + 1)
        return key is not None and self.knows(key[1])

    def _take_key(self) -> None:
        if not self.open or self.open[-1] != "}":
            return
        name = ""
        for pattern, rule in ((FULL_COLON, "fullwidth-colon"), (NO_SPACE, "missing-space"), (KEY, "")):
            match = pattern.match(self.line, self.at)
            if match is None or (rule and not self.knows(match[1])):
                continue
            name = match[1]
            if rule:
                self._note(name, rule, True, offset=match.end(1) - self.at)
            self.out.append(self.line[self.at : match.end(1)] + ": ")
            self.at = match.end()
            self.begins = True
            break
        if name in self.numbers and (number := WITH_COMMAS.match(self.line, self.at)):
            self.out.append(f'"{number[0]}"')
            self.at = number.end()
            self.begins = False

    def _note(self, name: str, rule: str, wrong: bool, key: str = "default", offset: int = 0) -> None:
        if wrong and not self.first[0]:
            self.first = (rule, self.at + offset + 1, key, name)

    def _copy(self, text: str) -> None:
        self._put(text, len(text))
        self.begins = False

    def _put(self, text: str, length: int) -> None:
        self.out.append(text)
        self.at += length
