"""The points that each account earns by the criteria of key accounts, as of each day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from kam.model.schema import Label
from kam.tables.gathered import SharedTable
from kam.tables.plan import NUMBER, TEXT, Column, Part

if TYPE_CHECKING:
    import pyarrow as pa

    from kam.tables import Tables
    from kam.tables.source import RecordSource

COLUMNS: tuple[tuple[str, str, Label], ...] = (
    ("day", "DATE", {"en": "As of", "zh": "截至"}),
    ("account", TEXT, {"en": "Account", "zh": "客户"}),
    ("record", TEXT, {"en": "Profile", "zh": "客户资料"}),
    ("criterion", TEXT, {"en": "Criterion", "zh": "标准"}),
    ("earned", NUMBER, {"en": "Points", "zh": "得分"}),
    ("most", NUMBER, {"en": "Points at most", "zh": "满分"}),
    ("tier", TEXT, {"en": "Tier that follows", "zh": "对应级别"}),
)
TABLE = SharedTable(
    "tier_points",
    {"en": "Points of accounts by the criteria of key accounts", "zh": "客户按重点客户标准的得分"},
    tuple(Column(name, sql, label, Part.FIXED) for name, sql, label in COLUMNS),
)


def rows(portfolio: RecordSource, tables: Tables, days: Sequence[date]) -> Sequence[tuple[Any, ...]] | pa.Table:
    """A row for each day, account and criterion; criteria that are left out for lack of a value have none."""
    from kam.kpi.points import points_of

    found = points_of(portfolio, days, tables)
    return () if found is None else found
