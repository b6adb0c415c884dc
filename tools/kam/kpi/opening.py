"""Opens the tables of a portfolio with those that are made from KPIs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from kam.tables import Tables
from kam.tables import open_tables as open_record_tables
from kam.tables.late import LateTable

if TYPE_CHECKING:
    from kam.tables.source import RecordSource

DERIVED = "derived"
"""The package with a module for each table that is made from KPIs."""


def open_tables(portfolio: RecordSource, as_of: date, *, cache: bool = True) -> Tables:
    """As ``kam.tables.open_tables``, with the tables of ``kam.kpi.derived``."""
    return open_record_tables(portfolio, as_of, cache=cache, late=_iter_derived(portfolio))


def _iter_derived(portfolio: RecordSource) -> Iterator[LateTable]:
    for info in sorted(iter_modules([str(Path(__file__).parent / DERIVED)]), key=lambda info: info.name):
        module = import_module(f"{__package__}.{DERIVED}.{info.name}")
        is_by_day = any(column.name == "day" for column in module.TABLE.columns)
        yield LateTable(module.TABLE, partial(module.rows, portfolio), is_by_day)
