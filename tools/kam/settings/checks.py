"""``checks.yml``: how bad a company takes each rule to be, everywhere or for some record types and tiers::

    rules:
      incomplete: info
      no-primary-contact:
        level: warning
        types: {training: off}
        tiers: {A: error}

Rules without which records could not be read or compared as what they are (``protected`` in their texts) stay errors.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from kam.model.problem import Level
from kam.model.schema import NOTHING
from kam.settings.parts import Known
from kam.settings.section import Section, nearest, shown

RULE = "settings-check-level"
OFF = "off"
LEVELS = (Level.ERROR.value, Level.WARNING.value, Level.INFO.value, OFF)
"""From the strictest to none."""


class RuleLevel(NamedTuple):
    """The level of one rule: everywhere (empty: as the rule has it), by record type, by tier of the account."""

    level: str = ""
    types: Mapping[str, str] = NOTHING
    tiers: Mapping[str, str] = NOTHING

    def find(self, type_name: str, tier: str) -> str:
        """What holds there; where both type and tier have a say, the stricter. Empty: as the rule has it."""
        said = [each for each in (self.types.get(type_name), self.tiers.get(tier)) if each]
        return min(said, key=LEVELS.index) if said else self.level


class Checks(NamedTuple):
    """The levels that the company changed, by rule."""

    rules: Mapping[str, RuleLevel] = NOTHING

    @property
    def needs_tiers(self) -> bool:
        """Whether an account's tier makes a difference."""
        return any(each.tiers for each in self.rules.values())

    def find_level(self, rule: str, usual: Level, type_name: str = "", tier: str = "") -> Level | None:
        """The level of what a rule found; None where the rule is off there. ``usual`` is the rule's own level."""
        changed = self.rules.get(rule)
        found = changed.find(type_name, tier) if changed else ""
        if not found:
            return usual
        return None if found == OFF else Level(found)


def read_checks(section: Section, known: Known) -> Checks:
    """The section ``rules``; adds a problem for each rule, type, tier or level that there is not."""
    profile = known.types.get("profile")
    tier = profile.by_name.get("tier") if profile else None
    tiers = tuple(tier.choices or ()) if tier else ()
    found = {}
    for rule in section.value:
        if check_rule_name(section, (rule,), rule, of_key=True):
            found[rule] = _read_rule(section, rule, known.types, tiers)
    return Checks(found)


def check_rule_name(section: Section, path: tuple[str | int, ...], rule: str, *, of_key: bool = False) -> bool:
    """Whether there is a rule of that name; adds a problem with the nearest name where there is none."""
    from kam.model.texts import find_texts, load_texts

    try:
        find_texts(rule)
    except KeyError:
        near = nearest(rule, load_texts())
        words = {"found": shown(rule), "near": near}
        key = "rule-near" if near else "rule"
        section.file.report((*section.path, *path), RULE, key, words, of_key=of_key)
        return False
    return True


def is_protected(rule: str) -> bool:
    """Whether the rule stays an error, whatever a policy says."""
    from kam.model.texts import find_texts

    return bool(find_texts(rule).get("protected"))


def _read_rule(section: Section, rule: str, types: Collection[str], tiers: Collection[str]) -> RuleLevel:
    if not isinstance(section.value[rule], dict):
        return RuleLevel(_read_level(section, rule, rule))
    inner = section.inner(rule, ("level", "types", "tiers"))
    by = {}
    for key, known in (("types", types), ("tiers", tiers)):
        each = inner.inner(key, known)
        by[key] = {name: level for name in each.value if (level := _read_level(each, name, rule))}
    return RuleLevel(_read_level(inner, "level", rule), by["types"], by["tiers"])


def _read_level(section: Section, key: str, rule: str) -> str:
    found = section.choice(key, LEVELS)
    if found and found != Level.ERROR.value and is_protected(rule):
        section.complain((key,), "protected", RULE, name=rule)
        return ""
    return found
