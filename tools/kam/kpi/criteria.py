"""What is wrong with criteria of key accounts that only the KPI files can tell."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from kam.kpi.definition import Kpi
from kam.kpi.window import is_window
from kam.model.problem import Problem
from kam.settings.yaml_reader import load_yaml_with_lines

POLICY = "site-config/policy.yml"
RULE = "tier-criteria"


def check_criteria(root: Path, kpis: Iterable[Kpi]) -> list[Problem]:
    """Criteria whose KPI gives no figure for an account, and windows that are none; the settings tell the rest."""
    path = root / POLICY
    if not path.is_file():
        return []
    file = load_yaml_with_lines(POLICY, path.read_bytes(), empty_ok=True)
    listed, known = file.get("tiers", "criteria"), {kpi.id: kpi for kpi in kpis}
    file.problems.clear()
    for at, entry in enumerate(listed if isinstance(listed, list) else []):
        if not isinstance(entry, dict):
            continue
        kpi, window = known.get(str(entry.get("kpi"))), entry.get("window")
        if kpi is not None and "account" not in kpi.groupings:
            file.report(("tiers", "criteria", at, "kpi"), RULE, "grouping", {"name": kpi.id})
        if isinstance(window, str) and not is_window(window):
            file.report(("tiers", "criteria", at, "window"), RULE, "window", {"found": window})
    return file.problems
