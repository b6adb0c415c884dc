"""Which rules have a fix: the modules of ``kam.mending.fixes``, each with ``RULES`` and ``mend(problem, page)``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from kam.mending.page import Page
from kam.mending.patch import Patch
from kam.model.problem import Problem

Fix = Callable[[Problem, Page], Patch | None]
"""Of a problem and the page that it is on, what mends it; None where more than one thing can be meant."""


@cache
def load_fixes() -> Mapping[str, Fix]:
    """Rule → what mends it. Raises ValueError where two modules would mend the same."""
    found: dict[str, Fix] = {}
    for info in iter_modules([str(Path(__file__).parent / "fixes")]):
        module = import_module(f"kam.mending.fixes.{info.name}")
        for rule in module.RULES:
            if rule in found:
                raise ValueError(f"{info.name}: {rule} has a fix already")
            found[rule] = module.mend
    return found


def fixable_rules() -> frozenset[str]:
    """The rules that have a fix; not all that they find can be mended."""
    return frozenset(load_fixes())
