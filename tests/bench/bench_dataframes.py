"""KPIs by account with their trend of twelve months, against the same in Polars and pandas over the same tables.

All three are given the tables in memory, and what they find is compared, figure by figure, before a time is told.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import in_pandas
import in_polars
import polars as pl
from generate import generate
from measure import KAM, Cost, Line, run

from kam.kpi import figures, load_kpis, open_tables
from kam.kpi.window import month_ends, window_on
from kam.portfolio import Portfolio, open_portfolio
from kam.settings import load_settings
from kam.tables import Tables
from kam.tables.opening import make_tables

DAY = date(2026, 1, 1)
MONTHS = 12
TIMES = 3
USED = (
    "opportunities", "orders", "orders_lines", "orders_lines_deliveries", "feedback", "issues", "services", "expenses",
    "people", "transitions", "opportunities then", "orders then", "issues then", "services then",
)  # fmt: skip
MORE = 10
"""How often the larger portfolio holds each record."""


def lines(folder: Path, *, small: bool) -> Iterator[Line]:
    """All lines of this benchmark; ``small`` takes a tenth of the records."""
    records = 10_000 if small else 100_000
    root = folder / f"records-{records}"
    if not root.exists():
        generate(root, records)
    run((*KAM, "kpi", "--as-of", DAY.isoformat()), root)
    with open_portfolio(root, load_settings(root)) as portfolio:
        with open_tables(portfolio, DAY) as tables:
            yield from _compared(portfolio, tables, records)
        yield from _all(portfolio, records)
        with _multiplied(portfolio, folder / "multiplied.duckdb") as tables:
            yield from _compared(portfolio, tables, records * MORE)


def _compared(portfolio: Portfolio, tables: Tables, records: int) -> Iterator[Line]:
    """kam against both libraries, on the KPIs that they know."""
    days = month_ends(DAY, MONTHS)
    kpis = [kpi for kpi in load_kpis(portfolio.root) if kpi.id in in_polars.FACTS]
    ids = [kpi.id for kpi in kpis]
    asked = [(k.id, k.aggregation, k.scale, k.window == "now") for k in kpis]
    spans = {k.id: [(day, window_on(k.window, day).from_ or date.min) for day in days] for k in kpis}
    known = {name: tables.connection.sql(f'SELECT {_bounded(name)} FROM "{name}"').to_arrow_table() for name in USED}
    ours, found = _median(lambda: figures(portfolio, days, ids, by="account", tables=tables))
    mine = pl.DataFrame(pl.from_arrow(found))
    for name, module in (("Polars", in_polars), ("pandas", in_pandas)):
        frames = module.Records(known)
        theirs, others = _median(lambda m=module, f=frames: m.compute(f, asked, spans))
        _require_same(mine, pl.DataFrame(others), name)
        title = f"{len(kpis)} KPIs by account, 12 months, {records} records : {name}"
        yield Line(title, ours.wall, theirs.wall, 1)
        yield Line("the same, CPU", ours.cpu, theirs.cpu, 0, note="no goal")


def _bounded(table: str) -> str:
    """The columns, with ends of spans that every library knows."""
    if not table.endswith(" then"):
        return "*"
    first, last = (f"CAST('{day}' AS DATE)" for day in (date.min, date.max))
    return f'* REPLACE (greatest("valid from", {first}) AS "valid from", least("valid to", {last}) AS "valid to")'


def _median(work: Callable[[], Any]) -> tuple[Cost, Any]:
    """The middle of several runs after one that does not count, and what the last one gave."""
    work()
    costs = []
    for _ in range(TIMES):
        begin, cpu = time.perf_counter(), time.process_time()
        found = work()
        costs.append(Cost(time.perf_counter() - begin, time.process_time() - cpu))
    return Cost(statistics.median(c.wall for c in costs), statistics.median(c.cpu for c in costs)), found


def _require_same(ours: Any, theirs: pl.DataFrame, name: str) -> None:
    """Raise RuntimeError where a figure of one side is not that of the other, to nine digits."""
    key = ["kpi", "day", "key"]
    other = theirs.select("kpi", pl.col("day").cast(pl.Date), "key", theirs=pl.col("value").fill_nan(None))
    mine = ours.select(*key, ours="value").drop_nulls("ours")
    both = mine.join(other.drop_nulls("theirs"), on=key, how="full", coalesce=True)
    wrong = both.filter(
        pl.col("ours").is_null()
        | pl.col("theirs").is_null()
        | ((pl.col("ours") - pl.col("theirs")).abs() > pl.col("theirs").abs() * 1e-9 + 1e-9)
    )
    if wrong.height or not both.height:
        raise RuntimeError(f"{name} differs in {wrong.height} of {both.height} figures\n{wrong.head(12)}")


def _all(portfolio: Portfolio, records: int) -> Iterator[Line]:
    """All KPIs there are: those whose facts are in the tables kept, and those that need more beside them, which is
    worked out for each run: history, contacts due, scores, predictions."""
    days = month_ends(DAY, MONTHS)
    with open_tables(portfolio, DAY) as tables:
        kept = [kpi.id for kpi in load_kpis(portfolio.root) if not tables.late.named_in(kpi.all_sql)]
        cost, _ = _median(lambda: figures(portfolio, days, kept, by="account", tables=tables))
    title = f"{len(kept)} KPIs of records by account, 12 months, {records} records"
    yield Line(title, cost.wall, None, 2)
    yield Line("the same, CPU", cost.cpu, None, 0, note="no goal")
    with open_tables(portfolio, DAY) as tables:
        begin, cpu = time.perf_counter(), time.process_time()
        figures(portfolio, days, by="account", tables=tables)
        wall, cpu = time.perf_counter() - begin, time.process_time() - cpu
    title = f"all KPIs, also by history, scores and predictions, {records} records"
    yield Line(title, wall, None, 2)
    yield Line("the same, CPU", cpu, None, 0, note="no goal")


def _multiplied(portfolio: Portfolio, path: Path) -> Tables:
    """The tables of a portfolio with every record several times, each time of other accounts."""
    path.unlink(missing_ok=True)
    (kept,) = (portfolio.root / ".kam/cache").glob("tables-*.duckdb")
    path.write_bytes(kept.read_bytes())
    connection = duckdb.connect(":memory:")
    connection.execute(f"ATTACH '{path}' AS kept; USE kept")
    found = connection.execute(
        "SELECT schema_name, table_name, list(column_name) FROM duckdb_columns() JOIN duckdb_tables()"
        " USING (database_name, schema_name, table_name) WHERE database_name = 'kept' GROUP BY ALL"
    ).fetchall()
    for schema, table, columns in found:
        keys = [name for name in ("id", "record", "account", "path") if name in columns]
        if schema != "main" or ("account" in keys and len(keys) > 1):
            replaced = ", ".join(f"{key} || '~' || k AS {key}" for key in keys)
            connection.execute(
                f'INSERT INTO {schema}."{table}" SELECT t.* REPLACE ({replaced})'
                f' FROM {schema}."{table}" t, range(1, {MORE}) r(k)'
            )
    connection.execute("CHECKPOINT")
    return make_tables(connection, portfolio, DAY)
