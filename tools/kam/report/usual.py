"""The level of each rule where no policy changes it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from kam.load.slip import WARNINGS
from kam.model.problem import Level
from kam.portfolio.judge import EXPIRED, UNUSED


@cache
def _levels() -> Mapping[str, Level]:
    from kam.rules.discovery import load_rules

    return {
        **dict.fromkeys((*WARNINGS, UNUSED, EXPIRED), Level.WARNING),
        **{rule.name: rule.level for rule in load_rules()},
    }


def usual_level(rule: str) -> Level:
    """How bad a rule takes what it finds to be (some take it less ill in free text)."""
    return _levels().get(rule, Level.ERROR)
