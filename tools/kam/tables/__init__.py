"""Records as tables of an embedded SQL engine that can read nothing else and change nothing."""

from __future__ import annotations

from kam.tables.answers import Result, TablesError
from kam.tables.opening import open_tables
from kam.tables.plan import Column, TablePlan, plan_tables
from kam.tables.session import Tables

__all__ = ["Column", "Result", "TablePlan", "Tables", "TablesError", "open_tables", "plan_tables"]
