"""KPIs: each is one fact query; every total, group, trend and drill-down is an aggregation of the same facts."""

from __future__ import annotations

from kam.kpi.check import check_kpis
from kam.kpi.compute import compute
from kam.kpi.definition import Kpi, load_kpis
from kam.kpi.figures import figures
from kam.kpi.opening import open_tables
from kam.kpi.result import FactRow, Group, KpiResult, Point
from kam.kpi.show import show_n, show_target, show_unit, show_value

__all__ = [
    "FactRow",
    "Group",
    "Kpi",
    "KpiResult",
    "Point",
    "check_kpis",
    "compute",
    "figures",
    "load_kpis",
    "open_tables",
    "show_n",
    "show_target",
    "show_unit",
    "show_value",
]
