"""Records as tables of an embedded SQL engine that can read nothing else and change nothing."""

from __future__ import annotations

from kam.tables.answers import Result, TablesError
from kam.tables.opening import open_tables
from kam.tables.plan import Column, TablePlan, plan_tables
from kam.tables.session import Tables
from kam.tables.source import NoRecords, RecordSource

__all__ = [
    "Column",
    "NoRecords",
    "RecordSource",
    "Result",
    "TablePlan",
    "Tables",
    "TablesError",
    "open_tables",
    "plan_tables",
]
