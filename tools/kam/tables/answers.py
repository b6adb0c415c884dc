"""What a query gives back: rows, or one sentence in both languages on why there are none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kam.model.schema import Label


class TablesError(Exception):
    """A table could not be made or asked. ``words`` says why, in English and Chinese.

    ``line`` is that of the query the engine complains of, from 1; 0 where it names none. ``is_final`` says that it is
    no use to ask for less.
    """

    is_final = False

    def __init__(self, en: str, zh: str, line: int = 0) -> None:
        super().__init__(en)
        self.words: Label = {"en": en, "zh": zh}
        self.line = line


SEPARATOR = "\x1f"


def join_words(en: str, zh: str) -> str:
    """A sentence in both languages as one text, for where the engine can keep only one."""
    return en + SEPARATOR + zh


def failed(joined: str, line: int = 0) -> TablesError:
    """The error of a text that may hold both languages."""
    en, _, zh = joined.partition(SEPARATOR)
    return TablesError(en, zh or en, line)


@dataclass(frozen=True, slots=True)
class Result:
    """Rows of an answer. ``types`` are SQL types; ``truncated`` says that there were more rows than asked for."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    truncated: bool = False
