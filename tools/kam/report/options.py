"""What a report is to look like, and what it may ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from kam.model.problem import Problem
from kam.model.schema import RecordType


class Options(NamedTuple):
    """``scope`` is what was looked at (``all``, ``part``, ``settings``, ``none``); ``read`` gives the bytes of a file.

    ``prefix`` leads from the root of the repository to the portfolio (``kam/``, empty where they are the same);
    ``is_strict`` makes warnings failures; ``types`` and ``type_of`` (path → name of the type, or empty) tell which
    fields are confidential; ``is_fixable`` tells whether ``kam check --fix`` would mend a problem,
    ``is_cut`` (asked afterwards) whether it was not tried of all.
    """

    lang: str
    read: Callable[[str], bytes | None] = lambda path: None
    scope: str = "all"
    show_all: bool = False
    has_colour: bool = False
    is_strict: bool = False
    prefix: str = ""
    types: Mapping[str, RecordType] = MappingProxyType({})
    type_of: Callable[[str], str] = lambda path: ""
    is_fixable: Callable[[Problem], bool] = lambda problem: False
    is_cut: Callable[[], bool] = lambda: False
