"""What the parts with settings of their own (KPIs, import mappings) say of them, and what the day makes of settings.

Their checks take a second, as they ask the database; so their findings are kept in ``.kam/cache``, for these settings
and this code, and a run in which nothing changed reads two small files.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from kam.model.problem import Problem
    from kam.settings import Settings

CHECKS = (
    ("kam.kpi.check", "check_kpis"),
    ("kam.kpi.goals", "check_goals"),
    ("kam.importers.mapping", "check_mappings"),
)
"""Module and function of the parts that check settings of their own."""

CODE = ("model", "settings", "policy", "tables", "kpi", "importers")
"""The packages whose code decides what is found."""

FILE, DATED_FILE = "parts.json", "dated.json"
ALL = "settings"
"""What the findings are kept under: they are those of all parts together."""


def try_kpis(settings: Settings) -> list[Problem]:
    """What only running the KPIs on made-up records tells. It takes seconds, so only those who ask about settings
    wait for it. Settings must be usable."""
    from kam.kpi.trial import try_kpis as try_all

    return try_all(settings.root, settings)


def find_problems(settings: Settings, *, cache: bool = True) -> list[Problem]:
    """All that is wrong with KPI files and import mappings. Settings must be usable."""

    def find() -> list[Problem]:
        problems: list[Problem] = []
        for module, name in CHECKS:
            problems += getattr(import_module(module), name)(settings.root, settings)
        return problems

    return _remember(settings, FILE, settings.digest, find) if cache else find()


def find_dated_problems(settings: Settings, as_of: date, *, cache: bool = True) -> list[Problem]:
    """What the day makes wrong with settings: holidays that nobody has announced yet. Settings must be usable."""

    def find() -> list[Problem]:
        from kam.policy.announced import find_unannounced

        return find_unannounced(settings, as_of)

    month = as_of.isoformat()[:7]  # what is announced is asked by the month
    return _remember(settings, DATED_FILE, f"{settings.digest} {month}", find) if cache else find()


def _remember(settings: Settings, file: str, asked: str, find: Callable[[], list[Problem]]) -> list[Problem]:
    from kam.portfolio.remembered import make_key, recall, remember

    key = make_key(asked, CODE)
    found = recall(settings.root, file, key)
    if found is None:
        found = {ALL: find()}
        remember(settings.root, file, key, found)
    return found[ALL]


def find_own_problems(settings: Settings) -> list[Problem]:
    """What can be told of those files while the settings they build on have errors.

    KPI files without their queries; mappings only where the record types are right.
    """
    from kam.importers.mapping import check_mappings
    from kam.kpi.definition import problems_of, read_kpis

    if any(problem.rule == "settings-unreadable" for problem in settings.problems):
        return []
    found = problems_of(read_kpis(settings.root))
    if not any(problem.path.startswith("site-config/schemas/") for problem in settings.problems):
        found += check_mappings(settings.root, settings)
    return found
