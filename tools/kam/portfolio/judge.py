"""What the company's policy makes of problems: how bad they are, which are let pass, which keep a record out.

This is the one place where levels and exceptions count, so that a check, the cache, figures and pages agree. An
exception that has run out brings its problem back to the check; the record stays in the figures until the entry is
deleted, because no figure changes just by the passing of a day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from kam.model.problem import Level, Problem
from kam.model.texts import find_texts
from kam.settings.checks import Checks
from kam.settings.suppressions import FILE, Suppression, Suppressions

if TYPE_CHECKING:
    from kam.settings import Settings

UNUSED, EXPIRED = "suppression-unused", "suppression-expired"


class Suppressed(NamedTuple):
    """A problem that somebody lets pass: why, who (key of a person), and the last day of it (ISO)."""

    problem: Problem
    reason: str
    by: str
    until: str


class Judge:
    """The policy of some settings. ``tier_of`` gives the tier of an account, empty where it has none."""

    def __init__(self, settings: Settings, tier_of: Callable[[str], str]) -> None:
        self._settings = settings
        self._tier_of = tier_of

    @cached_property
    def _checks(self) -> Checks:
        return self._settings.part(Checks)

    @cached_property
    def _suppressions(self) -> Suppressions:
        return self._settings.part(Suppressions)

    def weigh(self, problems: Iterable[Problem]) -> list[Problem]:
        """The problems with the levels of the policy, without those of rules that are off."""
        changed = self._checks.rules
        if not changed:
            return list(problems)
        weighed = (self._weigh(each) if each.rule in changed else each for each in problems)
        return [each for each in weighed if each]

    def _weigh(self, problem: Problem) -> Problem | None:
        parts = problem.path.split("/")
        account = parts[1] if len(parts) > 2 and parts[0] == "accounts" else ""
        rtype = self._settings.type_of_path(problem.path) if account else None
        tier = self._tier_of(account) if account and self._checks.needs_tiers else ""
        level = self._checks.find_level(problem.rule, problem.level, rtype.name if rtype else "", tier)
        return replace(problem, level=level) if level else None

    def is_fault(self, problem: Problem) -> bool:
        """Whether a weighed problem keeps its record out of figures and pages, on whatever day.

        One about what people did (an approval that is missing) does not: what the record says may well be right.
        """
        if problem.level is not Level.ERROR or find_texts(problem.rule).get("process"):
            return False
        return self._suppressions.find(problem) is None

    def is_passed(self, problem: Problem, as_of: date) -> bool:
        """Whether somebody lets the problem pass on that day."""
        entry = self._suppressions.find(problem)
        return entry is not None and not entry.has_ended(as_of)

    def settle(self, problems: Iterable[Problem], as_of: date) -> tuple[list[Problem], list[Suppressed]]:
        """All problems weighed: what stands on that day, and what is let pass; with notices of entries of no use."""
        entries = self._suppressions.entries
        weighed = self.weigh(problems)
        if not entries:
            return weighed, []
        kept: list[Problem] = []
        passed: list[Suppressed] = []
        used: set[Suppression] = set()
        for each in weighed:
            entry = self._suppressions.find(each)
            if entry:
                used.add(entry)
            if entry is None or entry.has_ended(as_of):
                kept.append(each)
            else:
                passed.append(Suppressed(each, entry.reason, entry.by, entry.until))
        notices = [_notice(each, UNUSED) for each in entries if each not in used and not compares(each.rule)]
        notices += [_notice(each, EXPIRED) for each in entries if each in used and each.has_ended(as_of)]
        return kept + self.weigh(notices), passed


def compares(rule: str) -> bool:
    """Whether a rule speaks only where the records are compared with a base."""
    return bool(find_texts(rule).get("compares"))


def _notice(entry: Suppression, rule: str) -> Problem:
    args: dict[str, Any] = {"name": entry.rule, "record": entry.record, "by": entry.by, "until": entry.until}
    return Problem(FILE, entry.line, entry.column, rule, Level.WARNING, args=args)
