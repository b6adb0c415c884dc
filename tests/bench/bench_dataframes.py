"""KPIs by account with their trend of twelve months, against the same in Polars and pandas over the same tables.

All three are given the tables in memory, and what they find is compared, figure by figure, before a time is told.
Compared are all KPIs whose facts come from records alone; those that are none of accounts are computed for the whole.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import in_pandas
import in_polars
from agreement import choose, ours, require_same
from asked import Asked, read_frames
from generate import generate
from measure import KAM, Cost, Line, run

from kam.kpi import figures, load_kpis, open_tables
from kam.kpi.definition import Kpi
from kam.kpi.window import month_ends
from kam.portfolio import Portfolio, open_portfolio
from kam.settings import load_settings
from kam.tables import Tables
from kam.tables.opening import make_tables

DAY = date(2026, 1, 1)
MONTHS = 12
TIMES = 3
LONG = 30.0
"""Seconds of a first run from which on it is not repeated."""
MORE = 10
"""How often the larger portfolio holds each record."""
NAMES = ("id", "record", "account", "path", "contract", "invoice", "predecessor")
"""Columns that name a record."""
GOAL = 2.0
"""Seconds that kam may take for the smaller portfolio."""
REASONS = {
    "revisions": "Git history",
    "cadence_due": "contacts due",
    "tier_points": "points of tiers",
    "health_parts": "parts of the health score",
    "customer_values": "fitted models of buying",
}
"""Why a KPI is not compared, by the table made for it."""


def lines(folder: Path, *, small: bool) -> Iterator[Line]:
    """All lines of this benchmark; ``small`` takes a tenth of the records."""
    records = 10_000 if small else 100_000
    root = folder / f"records-{records}"
    if not root.exists():
        generate(root, records)
    run((*KAM, "kpi", "--as-of", DAY.isoformat()), root)
    with open_portfolio(root, load_settings(root)) as portfolio:
        with open_tables(portfolio, DAY) as tables:
            kpis, others = choose(portfolio, tables)
            left = "; ".join(f"{', '.join(ids)}: {REASONS.get(name, name)}" for name, ids in others.items())
            yield Line("KPIs compared", len(kpis), None, 0, "", note=f"left out {left}")
            yield from _compared(portfolio, tables, kpis, records, GOAL)
        yield from _all(portfolio, records)
        with _multiplied(portfolio, folder / "multiplied.duckdb") as tables:
            yield from _compared(portfolio, tables, kpis, records * MORE)


def _compared(
    portfolio: Portfolio, tables: Tables, kpis: Sequence[Kpi], records: int, goal: float = 0
) -> Iterator[Line]:
    """kam against both libraries on the same KPIs."""
    asked = [Asked.of(kpi, month_ends(DAY, MONTHS + 1)) for kpi in kpis]
    frames = read_frames(tables)
    mine, found = _median(lambda: ours(portfolio, tables, asked))
    title = f"{len(kpis)} KPIs, 12 months, {records} records"
    yield Line(title, mine.wall, None, goal, note="" if goal else "no goal")
    for name, module in (("Polars", in_polars), ("pandas", in_pandas)):
        known = module.Records(frames)
        theirs, others_found = _median(lambda m=module, k=known: m.compute(k, asked))
        count = require_same(found, others_found, name, [kpi.id for kpi in kpis])
        yield Line(f"{title} : {name}", mine.wall, theirs.wall, 1, note=f"{count} figures agree")
        yield Line("the same, CPU", mine.cpu, theirs.cpu, 0, note="no goal")


def _median(work: Callable[[], Any]) -> tuple[Cost, Any]:
    """The middle of several runs after one that does not count (the only one that does, where it is long), and what
    the last one gave."""
    costs: list[Cost] = []
    while len(costs) <= TIMES and (len(costs) != 1 or costs[0].wall < LONG):
        cost, found = _timed(work)
        costs.append(cost)
    costs = costs[1:] or costs
    return Cost(statistics.median(c.wall for c in costs), statistics.median(c.cpu for c in costs)), found


def _timed(work: Callable[[], Any]) -> tuple[Cost, Any]:
    begin, cpu = time.perf_counter(), time.process_time()
    found = work()
    return Cost(time.perf_counter() - begin, time.process_time() - cpu), found


def _all(portfolio: Portfolio, records: int) -> Iterator[Line]:
    """All KPIs there are, also those that need more beside the tables kept: history, contacts due, scores, predictions.

    That is worked out by the first run, and kept for later ones while no record, setting or commit is another. Each
    run opens the tables anew, which is part of its time; Python and the libraries are loaded already.
    """
    days = month_ends(DAY, MONTHS + 1)
    whole = [kpi.id for kpi in load_kpis(portfolio.root) if "account" not in kpi.groupings]

    def work() -> Any:
        with open_tables(portfolio, DAY) as tables:
            grouped = figures(portfolio, days, by="account", tables=tables)
            return grouped, figures(portfolio, days, whole, tables=tables)

    for path in (portfolio.root / ".kam/cache").glob("late-*"):
        path.unlink()
    first, found = _timed(work)
    later, again = _median(work)
    if not all(_in_order(one).equals(_in_order(other)) for one, other in zip(found, again, strict=True)):
        raise RuntimeError("the figures of the first run are not those of the later ones")
    title = f"all KPIs, also by history, scores and predictions, {records} records"
    yield Line(f"{title}, first run", first.wall, None, 0, note="no goal")
    yield Line("the same, CPU", first.cpu, None, 0, note="no goal")
    yield Line(f"{title}, later runs", later.wall, None, GOAL)
    yield Line("the same, CPU", later.cpu, None, 0, note="no goal")


def _in_order(found: Any) -> Any:
    return found.sort_by([(name, "ascending") for name in ("kpi", "day", "key")])


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
        keys = [name for name in NAMES if name in columns]
        if schema != "main" or ("account" in keys and len(keys) > 1):
            replaced = ", ".join(f"{key} || '~' || k AS {key}" for key in keys)
            connection.execute(
                f'INSERT INTO {schema}."{table}" SELECT t.* REPLACE ({replaced})'
                f' FROM {schema}."{table}" t, range(1, {MORE}) r(k)'
            )
    connection.execute("CHECKPOINT")
    return make_tables(connection, portfolio, DAY)
