"""Figures as columns, for whatever works with very many of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kam.kpi.aggregate import worth_sql
from kam.kpi.compute import choose_kpis, find_mistakes
from kam.kpi.definition import Kpi
from kam.kpi.evaluate import Evaluator, halves
from kam.kpi.opening import open_tables
from kam.tables import Tables, TablesError

if TYPE_CHECKING:
    import pyarrow as pa

    from kam.tables.source import RecordSource

EXACT = "DECIMAL(38,10)"
PLACES = Decimal("1e-10")


def figures(
    portfolio: RecordSource,
    days: Iterable[date],
    kpis: Iterable[str] | None = None,
    *,
    by: str | None = None,
    account: str | None = None,
    tables: Tables | None = None,
) -> pa.Table:
    """The figures of the KPIs named (all, where none is) on each of the days: a row for each KPI, day and group.

    Columns: ``kpi, day, key, value, n, numerator, denominator``. With ``by`` a row for each group that has facts, of
    the KPIs with that grouping; else one for the whole, with ``key`` null. ``value`` is in the KPI's unit and in binary
    floating point, null where there is none; ``numerator`` and ``denominator`` are what it was made of, exact.
    Raises KeyError for an unknown KPI, and TablesError where one cannot be computed.
    """
    wanted = sorted(set(days))
    if tables is None:
        with open_tables(portfolio, max(wanted)) as opened:
            return figures(portfolio, wanted, kpis, by=by, account=account, tables=opened)
    import pyarrow as pa

    evaluator = Evaluator(tables, portfolio.settings.site.fiscal_year_start_month, account)
    made = [_table([])]
    chosen = choose_kpis(portfolio.settings, kpis)
    for mistake in find_mistakes(portfolio, chosen, tables).values():
        raise TablesError(mistake["en"], mistake["zh"])
    for kpi in chosen:
        if by is None or by in kpi.groupings:
            made.append(_columns(evaluator, kpi, wanted, by or ""))
    return pa.concat_tables(made)


def _columns(evaluator: Evaluator, kpi: Kpi, days: Sequence[date], grouping: str) -> pa.Table:
    import pyarrow as pa

    worth = worth_sql(kpi)
    if not grouping or not worth:
        return _table(list(_rows(evaluator, kpi, days, grouping)))
    sql, failures = evaluator.prepare(kpi, days, grouping, totals=False)
    for words in failures.values():
        raise TablesError(words["en"], words["zh"])
    shown = ("NULL", "NULL") if kpi.aggregation == "median" else ("numerator", "denominator")
    numerator, denominator = (f"CAST({each} AS {EXACT})" for each in shown)
    query = (
        f"SELECT '{kpi.id}' AS kpi, kpi_day AS day, kpi_key AS key, {worth} AS value, n, {numerator} AS numerator,"
        f" {denominator} AS denominator FROM ({sql}) WHERE NOT kpi_total ORDER BY day, key"
    )
    try:
        return evaluator.tables.read_arrow(query, evaluator.params)
    except TablesError as error:
        if len(days) == 1 or error.is_final:
            raise
    return pa.concat_tables([_columns(evaluator, kpi, part, grouping) for part in halves(days)])


def _rows(evaluator: Evaluator, kpi: Kpi, days: Sequence[date], grouping: str) -> Iterator[tuple[Any, ...]]:
    answer = evaluator.answer(kpi, days, grouping)
    for words in answer.failures.values():
        raise TablesError(words["en"], words["zh"])
    for day in days:
        keys = sorted(answer.groups.get(day, {}), key=lambda key: (key is None, key or "")) if grouping else [None]
        for key in keys:
            figure = answer.of_group(day, key) if grouping else answer.figure(day)
            value = None if figure.value is None else float(figure.value)
            yield kpi.id, day, key, value, figure.n, _fitted(figure.numerator), _fitted(figure.denominator)


def _fitted(number: Decimal | None) -> Decimal | None:
    return None if number is None else number.quantize(PLACES)


def _table(rows: list[tuple[Any, ...]]) -> pa.Table:
    import pyarrow as pa

    exact = pa.decimal128(38, 10)
    kinds = (pa.string(), pa.date32(), pa.string(), pa.float64(), pa.int64(), exact, exact)
    names = ("kpi", "day", "key", "value", "n", "numerator", "denominator")
    schema = pa.schema(list(zip(names, kinds, strict=True)))
    if not rows:
        return pa.Table.from_batches([], schema)  # to make arrays of no values would import pandas
    columns = zip(*rows, strict=True)
    return pa.table([pa.array(c, kind) for c, kind in zip(columns, kinds, strict=True)], schema=schema)
