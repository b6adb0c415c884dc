"""Checks of ``site-config/policy.yml``."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from kam.model.problem import Level, Problem
from kam.settings.section import Section
from kam.settings.yaml_reader import load_yaml_with_lines
from kam.tables.policy import POLICY

if TYPE_CHECKING:
    from kam.settings import Settings

RULE = "policy"
LIMITS = ("first_response_hours", "resolution_hours")
TEN_YEARS = 87_600


def check_policy(root: Path, settings: Settings) -> list[Problem]:
    """Misspelt keys, severities that issues do not have, limits that are no hours or in the wrong order."""
    path = root / POLICY
    if not path.is_file():
        return (
            [Problem(POLICY, 0, 0, RULE, Level.WARNING, "missing", {"path": POLICY})]
            if "issue" in settings.types
            else []
        )
    file = load_yaml_with_lines(POLICY, path.read_bytes())
    if file.value is None:
        return file.problems
    levels = Section(file, (), ("service_levels",)).inner("service_levels")
    known = _severities(settings)
    for name in levels.value:
        level = levels.inner(name, LIMITS)
        if known and name not in known:
            near = get_close_matches(name, known, n=1)
            words = {"name": name, "near": near[0] if near else "", "known": ", ".join(known)}
            file.report(("service_levels", name), RULE, "severity-near" if near else "severity", words, of_key=True)
        response, resolution = (level.number(limit, least=0, most=TEN_YEARS) for limit in LIMITS)
        if response is not None and resolution is not None and resolution < response:
            words = {"name": name, "response": str(response), "resolution": str(resolution)}
            file.report(("service_levels", name, "resolution_hours"), RULE, "order", words)
    return file.problems


def _severities(settings: Settings) -> Sequence[str]:
    issue = settings.types.get("issue")
    field = issue.by_name.get("severity") if issue else None
    return list(field.choices or ()) if field else ()
