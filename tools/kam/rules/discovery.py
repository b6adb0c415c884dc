"""Finding the rules: every module of this package that has a text file of its name beside it."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path

from kam.rules.contract import Rule, rule_of


@cache
def load_rules() -> tuple[Rule, ...]:
    """All rules, sorted by name. Raises ValueError where two have the same name."""
    modules = sorted(path.stem for path in Path(__file__).parent.glob("*.yml"))
    rules = sorted((rule_of(import_module(f"kam.rules.{name}")) for name in modules), key=lambda rule: rule.name)
    names = [rule.name for rule in rules]
    if len(set(names)) != len(names):
        raise ValueError(f"two rules have the same name: {names}")
    return tuple(rules)
