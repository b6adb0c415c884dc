"""A KPI's fact query for one day or for many at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from kam.kpi.definition import Kpi
from kam.kpi.window import window_on

PARAMETER = re.compile(
    r"\$(?P<tag>\w*)\$.*?\$(?P=tag)\$|[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\""
    r"|--[^\n]*|/\*.*?\*/|\$(?P<name>\w+)",
    re.DOTALL,
)
"""Texts, names in quotes and comments of SQL, and outside of these: a parameter."""
CASTS = {"account": "VARCHAR", "person": "VARCHAR", '"at"': "DATE", "record": "VARCHAR"}


def facts_sql(kpi: Kpi, days: Sequence[date], fiscal_start: int, spans_kept: str = "") -> str:
    """The facts as of each of the days: the columns of the KPI's query, ``kpi_day``, and the window's ``kpi_from``.

    Whatever the query says, nothing outside the window of a day is a fact of that day. With several days, the day is a
    column that the query is joined to, so that all days are worked out in one go; ``spans_kept`` is a table that holds
    what ``spans_sql`` gives.
    """
    begin = window_on(kpi.window, days[0], fiscal_start).from_
    asked = kpi.sql.strip().rstrip(";")
    if len(days) == 1:
        day, first = literal(days[0]), literal(begin or date.min)
        source = f"(\n{with_days(asked, day, first)}\n) f"
    else:
        day, first = "kpi_days.kpi_day", "kpi_days.kpi_from"
        listed = spans_kept or f"({spans_sql(kpi, days, fiscal_start)})"
        query = with_days(asked, day, first)
        lateral = "LATERAL " if query != asked else ""
        source = f"{listed} kpi_days, {lateral}(\n{query}\n) f"
    casts = ", ".join(f"CAST(f.{name} AS {sql}) AS {name}" for name, sql in CASTS.items())
    dated = f'CAST(f."at" AS DATE) <= {day}'
    if begin is not None:
        dated += f' AND CAST(f."at" AS DATE) >= {first}'
    if kpi.window == "now":
        dated = f'{dated} OR f."at" IS NULL'
    return f"SELECT {day} AS kpi_day, {first} AS kpi_from, f.* REPLACE ({casts}) FROM {source} WHERE {dated}"


def spans_sql(kpi: Kpi, days: Sequence[date], fiscal_start: int) -> str:
    """Days (``kpi_day``), each with the first day of the KPI's window (``kpi_from``)."""
    begins = ((day, window_on(kpi.window, day, fiscal_start).from_ or date.min) for day in days)
    values = ", ".join(f"({literal(day)}, {literal(begin)})" for day, begin in begins)
    return f"SELECT * FROM (VALUES {values}) d(kpi_day, kpi_from)"


def with_days(sql: str, day: str, first: str) -> str:
    """A fact query with its parameters ``$as_of``, ``$to`` and ``$from`` replaced by SQL for the days."""
    known = {"as_of": day, "to": day, "from": first}
    return PARAMETER.sub(lambda m: known.get((m["name"] or "").lower(), m[0]), sql)


def literal(day: date) -> str:
    """A day as SQL writes it."""
    return f"DATE '{day.isoformat()}'"
