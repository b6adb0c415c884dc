"""What is wrong with KPI files and service levels, each with the place and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kam.kpi.definition import problems_of, read_kpis
from kam.model.problem import Problem

if TYPE_CHECKING:
    from kam.settings import Settings


def check_kpis(root: Path, settings: Settings) -> list[Problem]:
    """Problems of ``site-config/kpis`` and ``site-config/policy.yml``, sorted. Needs no records."""
    files = read_kpis(root)
    return sorted(problems_of(files), key=lambda p: p.sort_key)
