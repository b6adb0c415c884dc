"""Values of KPIs group by group, for what scores many of them: without all that is said of figures to readers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from kam.kpi.aggregate import COUNTED, NONE_COUNTED, Row, make_figure
from kam.kpi.compute import choose_kpis, find_mistakes
from kam.kpi.definition import Kpi
from kam.kpi.evaluate import Evaluator, halves
from kam.tables import Tables, TablesError
from kam.tables.late import CircleError

if TYPE_CHECKING:
    from kam.tables.source import RecordSource

OfGroups = dict[str | None, Decimal | None]
Values = dict[date, OfGroups]
"""Day → group → value."""


def compute_values(
    portfolio: RecordSource,
    days: Sequence[date],
    kpis: Iterable[str],
    *,
    by: str,
    tables: Tables,
    window: str = "",
) -> dict[str, Values]:
    """KPI → day → group → value: those of ``compute``.

    A group that has facts on one of the days is there on all of them. A day that failed has no groups, and so has a KPI
    that must not be computed or is without that grouping.
    """
    evaluator = Evaluator(tables, portfolio.settings.site.fiscal_year_start_month)
    chosen = choose_kpis(portfolio.settings, kpis, window)
    mistakes = find_mistakes(portfolio, chosen, tables)
    tables.late.failures += len(mistakes)  # rows made without these KPIs are not to be kept
    found: dict[str, Values] = {}
    for kpi in chosen:
        is_sound = by in kpi.groupings and kpi.id not in mistakes
        values = found[kpi.id] = _values(evaluator, kpi, days, by) if is_sound else {}
        keys = {key for of_day in values.values() for key in of_day}
        without_facts = make_figure(kpi, None).value
        for of_day in values.values():
            of_day.update(dict.fromkeys(keys - of_day.keys(), without_facts))
    return found


def _values(evaluator: Evaluator, kpi: Kpi, days: Sequence[date], by: str) -> Values:
    try:
        return _ask(evaluator, kpi, days, by)
    except TablesError as error:
        if isinstance(error, CircleError) and evaluator.tables.late.is_filling:
            raise
        if len(days) == 1 or error.is_final:
            return {}
    first, second = (_values(evaluator, kpi, part, by) for part in halves(days))
    return first | second


def _ask(evaluator: Evaluator, kpi: Kpi, days: Sequence[date], by: str) -> Values:
    """Groups with the same sums have the same value, which is worked out once for all of them."""
    grouped, failures = evaluator.prepare(kpi, days, by, totals=False)
    rest = "NULL, NULL" if kpi.aggregation == "share" else "sums, value"
    columns = f"kpi_day, list(kpi_key), n, numerator, denominator, {rest}"
    query = f"SELECT {columns} FROM ({grouped.sql}) WHERE NOT kpi_total GROUP BY ALL"
    found: Values = {day: {} for day in days if day not in failures}
    for day, keys, *sums in evaluator.tables.read(query, evaluator.params):
        if day in found:
            found[day].update(dict.fromkeys(keys, make_figure(kpi, Row(*sums)).value))
    if kpi.aggregation in COUNTED:
        nothing = make_figure(kpi, NONE_COUNTED).value
        for day, key in evaluator.read_there(found, by):
            found[day].setdefault(key, nothing)
    return found
