"""What is wrong with the goals of appraisals that only the KPI files can tell."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kam.kpi.definition import Kpi, load_kpis
from kam.model.problem import Problem
from kam.settings.appraisal import FILE, GROUPINGS, QUOTA
from kam.settings.yaml_reader import LocatedYaml, load_yaml_with_lines

if TYPE_CHECKING:
    from kam.settings import Settings

RULE = "appraisal-goal"


def check_goals(root: Path, settings: Settings) -> list[Problem]:
    """Goals whose KPI gives no figure of one person or no points; the settings tell the rest."""
    path = root / "site-config" / FILE
    if not path.is_file():
        return []
    file = load_yaml_with_lines(f"site-config/{FILE}", path.read_bytes(), empty_ok=True)
    known = {kpi.id: kpi for kpi in load_kpis(root)}
    schemes = file.get("appraisal", "schemes")
    file.problems.clear()
    for at, scheme in enumerate(schemes if isinstance(schemes, list) else []):
        goals = scheme.get("goals") if isinstance(scheme, dict) else None
        for number, goal in enumerate(goals if isinstance(goals, list) else []):
            kpi = known.get(str(goal.get("kpi"))) if isinstance(goal, dict) else None
            if kpi is not None:
                _check(file, ("appraisal", "schemes", at, "goals", number), goal, kpi)
    return file.problems


def _check(file: LocatedYaml, path: tuple[str | int, ...], goal: dict[str, object], kpi: Kpi) -> None:
    words = {"name": kpi.id}
    asked = str(goal.get("by") or "")
    wanted = (asked,) if asked in GROUPINGS else GROUPINGS
    if kpi.aggregation == "share":
        file.report((*path, "kpi"), RULE, "share", words)
        return
    if not any(name in kpi.groupings for name in wanted):
        file.report((*path, "kpi"), RULE, "grouping", words | {"wanted": ", ".join(wanted)})
    if goal.get("points"):
        return
    if kpi.better == "neither":
        file.report((*path, "kpi"), RULE, "neither", words)
    elif goal.get("target") is None and kpi.target.good is None:
        file.report((*path, "kpi"), RULE, "no-target", words)
    elif goal.get("target") == QUOTA and kpi.unit != "money":
        file.report((*path, "target"), RULE, "quota", words)
