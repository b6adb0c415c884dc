"""Figures as columns, for whatever works with very many of them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kam.kpi.aggregate import AGGREGATIONS, parts_sql, worth_sql
from kam.kpi.compute import choose_kpis, find_mistakes
from kam.kpi.definition import Kpi
from kam.kpi.evaluate import SOURCE, Answer, Evaluator, Grouped, halves
from kam.kpi.opening import open_tables
from kam.kpi.standing import sort_by_effort
from kam.portfolio.workers import without_collector
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
    floating point, null where there is none; ``numerator`` and ``denominator`` are what it was made of, exact. The
    rows come in no particular order.
    Raises KeyError for an unknown KPI, and TablesError where one cannot be computed.
    """
    wanted = sorted(set(days))
    if tables is None:
        with open_tables(portfolio, max(wanted)) as opened:
            return figures(portfolio, wanted, kpis, by=by, account=account, tables=opened)
    import pyarrow as pa

    evaluator = Evaluator(tables, portfolio.settings.site.fiscal_year_start_month, account)
    chosen = choose_kpis(portfolio.settings, kpis)
    for mistake in find_mistakes(portfolio, chosen, tables).values():
        raise TablesError(mistake["en"], mistake["zh"])
    asked = _put_together([kpi for kpi in chosen if by is None or by in kpi.groupings], evaluator, by or "")
    queries = (each.sql(wanted) for each in asked)
    made = [_table([])]
    with without_collector():
        for each, found in zip(asked, tables.read_many(queries, evaluator.params), strict=True):
            made.append(each.named(each.halved(wanted, found) if isinstance(found, TablesError) else found))
            if not by:
                made.append(each.without_facts(wanted, made[-1]))
    return pa.concat_tables(made)


def _put_together(kpis: Iterable[Kpi], evaluator: Evaluator, grouping: str) -> list[_Asked]:
    """Those made of the same sums of the same facts are asked for in one go."""
    alike: dict[tuple[str, ...], list[Kpi]] = {}
    for kpi in sort_by_effort(kpis, evaluator.tables):
        over = AGGREGATIONS[kpi.aggregation].over
        alike.setdefault((kpi.sql, kpi.window, over) if over else (kpi.id,), []).append(kpi)
    return [_Asked(evaluator, tuple(each), grouping) for each in alike.values()]


@dataclass(frozen=True, slots=True)
class _Asked:
    """KPIs whose figures are wanted; if several, they have the same source (``Grouped``)."""

    evaluator: Evaluator
    kpis: tuple[Kpi, ...]
    grouping: str

    def sql(self, days: Sequence[date]) -> str:
        """The query for the figures of all days."""
        found = [self._grouped(kpi, days) for kpi in self.kpis]
        if len(found) == 1:
            return self._figures(0, found[0].sql)
        parts = (self._figures(at, each.select.replace(SOURCE, "source")) for at, each in enumerate(found))
        return f"WITH source AS ({found[0].source}) " + " UNION ALL ".join(parts)

    def _grouped(self, kpi: Kpi, days: Sequence[date]) -> Grouped:
        grouped, failures = self.evaluator.prepare(kpi, days, self.grouping, totals=not self.grouping)
        for words in failures.values():
            raise TablesError(words["en"], words["zh"])
        return grouped

    def _figures(self, at: int, rows: str) -> str:
        kpi = self.kpis[at]
        numerator, denominator = (f"CAST({each} AS {EXACT})" for each in parts_sql(kpi))
        return (
            f"SELECT {at} AS kpi, kpi_day AS day, CAST(kpi_key AS VARCHAR) AS key, {worth_sql(kpi)} AS value, n,"
            f" {numerator} AS numerator, {denominator} AS denominator FROM ({rows})"
            f" WHERE {'NOT kpi_total' if self.grouping else 'kpi_total'}"
        )

    def named(self, found: pa.Table) -> pa.Table:
        """Figures with the ids of their KPIs, which the query only numbers: a text for each row takes its time."""
        import pyarrow as pa

        ids = pa.array([kpi.id for kpi in self.kpis])
        numbers = found["kpi"].combine_chunks()
        return found.set_column(0, "kpi", pa.DictionaryArray.from_arrays(numbers, ids).cast(ids.type))

    def halved(self, days: Sequence[date], error: TablesError) -> pa.Table:
        """The figures of days that failed together, of half of them at a time."""
        import pyarrow as pa

        if len(days) == 1 or error.is_final:
            raise error
        parts = halves(days)
        answers = self.evaluator.tables.read_many(map(self.sql, parts), self.evaluator.params)
        found = [
            self.halved(part, each) if isinstance(each, TablesError) else each
            for part, each in zip(parts, answers, strict=True)
        ]
        return pa.concat_tables(found)

    def without_facts(self, days: Sequence[date], found: pa.Table) -> pa.Table:
        """The figures of the whole on days that have no facts."""
        there = set(zip(found["kpi"].to_pylist(), found["day"].to_pylist(), strict=True))
        return _table([row for kpi in self.kpis for row in self._iter_empty(kpi, days, there)])

    def _iter_empty(
        self, kpi: Kpi, days: Sequence[date], there: Container[tuple[str, date]]
    ) -> Iterator[tuple[Any, ...]]:
        answer = Answer(kpi)
        missing = [day for day in days if (kpi.id, day) not in there]
        self.evaluator.add_none_counted(answer, missing, "")
        for day in missing:
            figure = answer.figure(day)
            value = None if figure.value is None else float(figure.value)
            yield kpi.id, day, None, value, figure.n, _fitted(figure.numerator), _fitted(figure.denominator)


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
