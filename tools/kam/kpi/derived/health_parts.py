"""The parts of each account's health score: weight and points, on each of the days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kam.settings.health import PROFILE
from kam.tables.gathered import SharedTable
from kam.tables.plan import NUMBER, TEXT, Column, Part

if TYPE_CHECKING:
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
PLACES = Decimal("0.0001")


def rows(portfolio: RecordSource, tables: Tables, days: Sequence[date]) -> list[tuple[Any, ...]]:
    """A row for each account, day and part of the settings; without points where the part has no value."""
    from kam.kpi.health import score_days

    found = score_days(portfolio, sorted(days), tables)
    return [
        (
            day.isoformat(),
            account,
            f"{account}/{PROFILE}",
            each.part.id,
            str(each.part.weight),
            None if each.points is None else str(each.points.quantize(PLACES)),
        )
        for account, scores in sorted(found.items())
        for day, score in sorted(scores.items())
        for each in score.parts
    ]
