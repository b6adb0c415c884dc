"""``suppressions.yml``: findings that a person takes responsibility for, for a reason and until a day::

suppressions:
  - rule: overpaid-invoice
    record: acme/invoices/2026-03#INV-7
    reason: The customer paid in advance for the next order
    by: zhou-kaiwen
    until: 2026-12-31
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from functools import cached_property
from typing import NamedTuple

from kam.model.problem import Problem
from kam.settings.checks import check_rule_name, is_protected
from kam.settings.parts import Known
from kam.settings.section import Section, nearest, shown

RULE = "settings-suppression"
FILE = "site-config/suppressions.yml"
KEYS = ("rule", "record", "field", "reason", "by", "until")


class Suppression(NamedTuple):
    """One entry. ``record`` is a record's id, an account, or a pattern with ``*``; ``field`` may be empty: any field.

    ``until`` is the last day (ISO) on which it holds; ``line`` and ``column`` are where the entry begins in its file.
    """

    rule: str
    record: str
    reason: str
    by: str
    until: str
    field: str = ""
    line: int = 0
    column: int = 0

    def has_ended(self, as_of: date) -> bool:
        """Whether its last day is over."""
        return self.until < as_of.isoformat()

    def is_about(self, problem: Problem) -> bool:
        """Whether the problem is what the entry speaks of, whatever the day."""
        if problem.rule != self.rule or not _is_inside(problem.field, self.field, ".["):
            return False
        place = problem.path.removeprefix("accounts/").removesuffix(".md")
        return any(_is_inside(name, self.record, "/#") for name in (problem.record, place) if name)


@dataclass(frozen=True)
class Suppressions:
    """All entries, in the order of the file."""

    entries: tuple[Suppression, ...] = ()

    def find(self, problem: Problem) -> Suppression | None:
        """The first entry that speaks of the problem, ended or not."""
        return next((each for each in self._by_rule.get(problem.rule, ()) if each.is_about(problem)), None)

    @cached_property
    def _by_rule(self) -> Mapping[str, list[Suppression]]:
        found: dict[str, list[Suppression]] = {}
        for each in self.entries:
            found.setdefault(each.rule, []).append(each)
        return found


def _is_inside(name: str, pattern: str, dividers: str) -> bool:
    """Whether the pattern fits the name, or something that the name is part of."""
    if not pattern or fnmatchcase(name, pattern):
        return True
    return any(fnmatchcase(name[:at], pattern) for at, each in enumerate(name) if each in dividers)


def read_suppressions(section: Section, known: Known) -> Suppressions:
    """All entries that are complete; adds problems for those that are not, and for what they name in vain."""
    for key in section.value:
        if key != "suppressions":
            section.report_unknown(key, ("suppressions",))
    found = (_read_entry(each, known) for each in section.sections("suppressions", KEYS))
    return Suppressions(tuple(each for each in found if each))


def _read_entry(entry: Section, known: Known) -> Suppression | None:
    before = len(entry.file.problems)
    entry.require("rule", "record", "reason", "by", "until")
    rule, by, until = entry.text("rule"), entry.text("by"), entry.day("until")
    if rule and check_rule_name(entry, ("rule",), rule) and is_protected(rule):
        entry.complain(("rule",), "protected", RULE, name=rule)
    if by and by not in known.people:
        near = nearest(by, known.people)
        entry.complain(("by",), "person-near" if near else "person", RULE, found=shown(by), near=near)
    record = entry.text("record").removeprefix("accounts/").removesuffix(".md").rstrip("/")
    if record and not record.strip("*/#"):
        entry.complain(("record",), "everything", RULE, found=shown(record))
    if len(entry.file.problems) > before:
        return None
    line, column = entry.file.place(entry.path)
    return Suppression(rule, record, entry.text("reason"), by, until, entry.text("field"), line, column)
