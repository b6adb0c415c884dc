"""How things stood on a day, worked out once for all KPIs that ask for the same day."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import partial

from kam.kpi.definition import Kpi
from kam.kpi.facts import literal, spans_sql
from kam.settings.files import digest_of
from kam.tables import Tables
from kam.tables.session import by_day
from kam.tables.standing import standing_queries

STANDING = ("active_on", "in_force_on", "staff_on")
"""Table macros of a day that many KPIs ask, and that are much work."""
ASKED = re.compile(
    rf"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/"
    rf"|\b(?P<macro>{'|'.join(STANDING)})\(\s*\$(?P<day>as_of|to|from)\s*(?:-\s*(?P<back>[0-9]{{1,4}})\s*)?\)",
    re.DOTALL | re.IGNORECASE,
)
"""Texts, names in quotes and comments of SQL, and outside of these: what stood on a day of the window."""
BOUND = re.compile(r"\basked\b")
"""The day in the queries of the macros."""


def keep_standing(tables: Tables, sql: str, windows: Iterable[tuple[date | None, date]]) -> str:
    """A fact query that asks what is kept for the first and last days of its windows, instead of working it out."""
    spans = list(windows)
    wanted: dict[str, set[date]] = {}

    def ask(found: re.Match[str]) -> str:
        days = [to if found["day"].lower() != "from" else first for first, to in spans] if found["macro"] else []
        back = timedelta(days=int(found["back"] or 0))
        if not days or any(day is None or day - date.min < back for day in days):
            return found[0]
        name = found["macro"].lower()
        wanted.setdefault(name, set()).update(day - back for day in days if day)
        return _kept(name, f"${found['day']} - {back.days}")

    asked = ASKED.sub(ask, sql)
    for name, days in wanted.items():
        _keep(tables, name, days)
    return asked


def keep_spans(tables: Tables, kpi: Kpi, days: Sequence[date], fiscal_start: int) -> str:
    """The table that keeps ``spans_sql`` of the days: to read them anew with every query takes longer."""
    made = spans_sql(kpi, days, fiscal_start)
    name = f"days {digest_of(made.encode())}"
    tables.keep_by_day(name, days, lambda _: made)
    return by_day(name)


def sort_by_effort(kpis: Iterable[Kpi], tables: Tables) -> list[Kpi]:
    """In which order to begin KPIs that are worked out side by side: first those that can begin at once, then those
    for which something is kept meanwhile, last those for which a table is filled; and the longest of each first, so
    that no core is left waiting at the end."""

    def effort(kpi: Kpi) -> tuple[bool, bool, int]:
        return bool(tables.late.named_in(kpi.all_sql)), any(name in kpi.sql for name in STANDING), -len(kpi.sql)

    return sorted(kpis, key=effort)


def _keep(tables: Tables, name: str, days: Iterable[date]) -> None:
    """Keep what a macro gives for the days, made of what is kept of the macros that it asks itself."""
    query = standing_queries(tables.plans).get(name, f"SELECT * FROM {name}(asked)")
    wanted = sorted(set(days))
    for other in STANDING:
        if f"{other}(asked)" in query and other != name:
            _keep(tables, other, wanted)
            query = query.replace(f"{other}(asked)", _kept(other, "asked"))
    made = BOUND.sub("d.kept_day", query)
    tables.keep_by_day(name, wanted, partial(_by_day, made))


def _kept(name: str, day: str) -> str:
    return f"(SELECT * EXCLUDE (kept_day) FROM {by_day(name)} WHERE kept_day = {day})"


def _by_day(query: str, days: list[date]) -> str:
    values = ", ".join(f"({literal(day)})" for day in days)
    return f"SELECT d.kept_day, s.* FROM (VALUES {values}) d(kept_day), LATERAL ({query}) s"
