"""Copies of a record file that were left lying beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.rules.contract import AccountRecords
from kam.rules.names import squash
from kam.rules.values import text_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "copied-record"
LEVEL = Level.WARNING

WORDS = ("copy", "kopie", "副本", "复制", "拷贝", "复件")
COPY = re.compile(rf"(?:^|[-_ (（])(?:{'|'.join(WORDS)})(?:[-_ )）\d]|$)|副本$")
NUMBERED = re.compile(r"[-_ ]?(?:\(\d\)|（\d）|-\d)$")
BRACKETS = (")", "）")
LONGEST_NUMBER = 4
"""What file managers add to the names of copies, also as it becomes when such a name is put right."""


def check_account(records: AccountRecords, settings: Settings) -> Iterator[Finding]:
    """Records with the title of another of their type, in a file whose name says that it is a copy."""
    names = "\n".join([record.id for record in records]).casefold()
    has_words = any(word in names for word in WORDS)
    for name, group in records.by_type.items():
        if len(group) < 2:
            continue
        rtype = settings.types[name]
        if rtype.layout != "record" or rtype.name == "profile":
            continue
        copies = _find_copies({record.id for record in group}, has_words=has_words)
        suspects = [record for record in group if record.id in copies] if copies else ()
        if suspects:
            by_title = _originals(records, name, rtype.title_field, {each.id for each in suspects})
            for record in suspects:
                other = by_title.get(squash(text_of(record.data, rtype.title_field)))
                if other:
                    yield Finding((), args={"other": other}, record=record.id)


def _originals(records: AccountRecords, name: str, title: str, copies: set[str]) -> dict[str, str]:
    """Title → record, of all that are no copies by their names."""
    found: dict[str, str] = {}
    for record in records.of(name):
        key = squash(text_of(record.data, title))
        if key and record.id not in copies:
            found.setdefault(key, record.id)
    return found


def _find_copies(ids: set[str], *, has_words: bool) -> set[str]:
    """The records that are copies by their names; ``has_words`` tells whether any of them can have a word for it."""
    found = {name for name in ids if COPY.search(_stem(name))} if has_words else set()
    for name in [each for each in ids if each[-2:-1] == "-" or each[-1] in BRACKETS]:
        if name[:-2] not in ids and name[:-3] not in ids and name[:-4] not in ids:
            continue
        number = NUMBERED.search(name[-LONGEST_NUMBER:])
        if number and name[: -len(number[0])] in ids:
            found.add(name)
    return found


def _stem(name: str) -> str:
    return name.rpartition("/")[2].casefold()
