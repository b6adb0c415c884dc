"""The parts of each account's health score: weight and points, on each of the days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from kam.tables.gathered import SharedTable
from kam.tables.plan import NUMBER, TEXT, Column, Part

if TYPE_CHECKING:
    import pyarrow as pa

    from kam.tables import Tables
    from kam.tables.source import RecordSource

TABLE = SharedTable(
    "health_parts",
    {"en": "Parts of the accounts' health", "zh": "客户健康度构成"},
    tuple(
        Column(name, sql, {"en": en, "zh": zh}, Part.FIXED)
        for name, sql, en, zh in (
            ("day", "DATE", "Day", "日期"),
            ("account", TEXT, "Account", "客户"),
            ("record", TEXT, "Profile", "客户资料"),
            ("part", TEXT, "Part", "组成部分"),
            ("weight", NUMBER, "Weight", "权重"),
            ("points", NUMBER, "Points, 0 to 100", "得分（0–100）"),
        )
    ),
)


def rows(portfolio: RecordSource, tables: Tables, days: Sequence[date]) -> Sequence[tuple[Any, ...]] | pa.Table:
    """A row for each account, day and part of the settings; without points where the part has no value."""
    from kam.kpi.health_points import health_points

    found = health_points(portfolio, days, tables)
    return () if found is None else found
