"""What is wrong with a portfolio: problems and findings, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from kam.model.schema import NOTHING

FieldPath = tuple[str | int, ...]


class Level(StrEnum):
    """How bad a problem is: errors fail a check, warnings fail it under ``--strict``."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Finding(NamedTuple):
    """What a rule says of one record, before it is known where in the file it stands.

    ``path`` leads to the value inside the record (``("contacts", 2, "email")``); ``key`` names the
    message among the rule's texts and ``args`` fill its gaps. ``record`` is set by rules that look at
    several records at once.
    """

    path: FieldPath = ()
    key: str = "default"
    args: Mapping[str, str] = NOTHING
    record: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding with its place. ``line`` and ``column`` count from 1; 0 means the file as a whole.

    The words are not in here: rule, ``key`` and ``args`` give them in the reader's language
    (see ``kam.model.texts``).
    """

    path: str
    line: int
    column: int
    rule: str
    level: Level
    key: str = "default"
    args: Mapping[str, str] = field(default_factory=dict)
    record: str = ""
    field: str = ""

    @property
    def sort_key(self) -> tuple[str, int, int, str, str, str]:
        """Order of a report: by place, then rule, so that two runs print the same bytes."""
        return (self.path, self.line, self.column, self.rule, self.field, self.key)


def field_text(path: FieldPath) -> str:
    """Spell a path as people read it: ``contacts[2].email``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text
