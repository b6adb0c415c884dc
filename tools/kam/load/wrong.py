"""Why a text is no value of its kind."""

from __future__ import annotations

from typing import NamedTuple


class Wrong(NamedTuple):
    """Why a text is no value of its kind: rule, message key, words; ``fixed`` is the value as it should be written."""

    rule: str
    key: str = "default"
    fixed: str = ""
    words: tuple[tuple[str, str], ...] = ()
