"""Fills a database with the tables of a portfolio, a batch of records at a time."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from kam.tables.collect import Batch, Collector, Flaw
from kam.tables.gathered import ACTIONS, SHARED, TRANSITIONS, quoted, reference_rows, union_sql
from kam.tables.money import Converter
from kam.tables.plan import Column, TablePlan, plan_tables
from kam.tables.states import macro_sql

if TYPE_CHECKING:
    import duckdb

    from kam.tables.source import RecordSource

BATCH = 5_000
FLAWS = "flaws"
"""Table of values that could not go into a table: table, column, record, position, and the sentence that says why."""
LISTED = {ACTIONS.name: ("action", ACTIONS), TRANSITIONS.name: ("transition", TRANSITIONS)}


def build_tables(connection: duckdb.DuckDBPyConnection, portfolio: RecordSource) -> None:
    """Create and fill all tables in the connection's current database. Faulty records are left out."""
    settings = portfolio.settings
    plans = plan_tables(settings.types.values())
    _create(connection, plans)
    collector = Collector(
        Converter(settings.currencies), ZoneInfo(settings.site.time_zone), _account_currencies(portfolio)
    )
    with _no_cyclic_gc():
        for plan in plans:
            records = portfolio.iter_records(type=plan.rtype.name)
            while batch := list(islice(records, BATCH)):
                _insert_all(connection, collector.collect(plan, batch))
    for name, rows in reference_rows(settings).items():
        columns = next(s.columns for s in SHARED if s.name == name)
        insert_rows(connection, quoted(name), columns, rows)
    for name, (shape, shared) in LISTED.items():
        query = union_sql(shared, shape, plans)
        if query:
            connection.execute(f"INSERT INTO {quoted(name)} {query}")
    _cover_flaws(connection, plans, collector.flaws)
    connection.execute(macro_sql(plans, settings.currencies.base))


@contextmanager
def _no_cyclic_gc() -> Iterator[None]:
    """Records hold no cycles, and looking for some among millions of values takes half the time of a build."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _account_currencies(portfolio: RecordSource) -> dict[str, str]:
    if "profile" not in portfolio.settings.types:
        return {}
    profiles = portfolio.iter_records(type="profile")
    return {r.account: str(r.data["currency"]) for r in profiles if "currency" in r.data}


def _create(connection: duckdb.DuckDBPyConnection, plans: Sequence[TablePlan]) -> None:
    statements = [_create_sql(t.name, t.columns) for plan in plans for t in plan.iter_all()]
    statements += [_create_sql(s.name, s.columns) for s in SHARED]
    connection.execute(";\n".join(statements))


def _create_sql(name: str, columns: Iterable[Column]) -> str:
    return f"CREATE TABLE {quoted(name)} ({', '.join(f'{quoted(c.name)} {c.sql}' for c in columns)})"


def _insert_all(connection: duckdb.DuckDBPyConnection, batches: Iterator[Batch] | Iterable[Batch]) -> None:
    for batch in batches:
        _insert(connection, batch)


def insert_rows(
    connection: duckdb.DuckDBPyConnection, table: str, columns: tuple[Column, ...], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Add rows of texts to a table of our own; ``table`` is a name as SQL writes it."""
    if rows:
        _insert(connection, Batch(table, columns, [list(v) for v in zip(*rows, strict=True)]), table)


def _insert(connection: duckdb.DuckDBPyConnection, batch: Batch, target: str = "") -> None:
    import pyarrow as pa

    arrays = [pa.array(v, type=_arrow_type(c.sql)) for c, v in zip(batch.columns, batch.values, strict=True)]
    names = [f"c{at}" for at in range(len(arrays))]
    connection.register("incoming_rows", pa.table(arrays, names=names))
    into = ", ".join(quoted(c.name) for c in batch.columns)
    casts = ", ".join(_cast(n, c.sql) for n, c in zip(names, batch.columns, strict=True))
    connection.execute(f"INSERT INTO {target or quoted(batch.table)} ({into}) SELECT {casts} FROM incoming_rows")
    connection.unregister("incoming_rows")


def _cast(name: str, sql: str) -> str:
    return name if sql in ("VARCHAR", "VARCHAR[]", "BOOLEAN", "INTEGER") else f"CAST({name} AS {sql})"


def _arrow_type(sql: str) -> Any:
    import pyarrow as pa

    if sql.endswith("[]"):
        return pa.list_(pa.string())
    return {"BOOLEAN": pa.bool_(), "INTEGER": pa.int32()}.get(sql, pa.string())


def _cover_flaws(connection: duckdb.DuckDBPyConnection, plans: Sequence[TablePlan], flaws: Sequence[Flaw]) -> None:
    """Keep what is missing for a reason, and views in schema ``strict`` that fail with the reason when asked for it."""
    positions = max((len(f.idx) for f in flaws), default=0)
    rows = [(f.table, f.column, f.record, *_padded(f.idx, positions), f.message) for f in flaws]
    numbers = tuple(Column(f"p{at}", "INTEGER", {}) for at in range(positions))
    texts = [Column(name, "VARCHAR", {}) for name in ("tbl", "col", "record", "message")]
    columns = (*texts[:3], *numbers, texts[3])
    connection.execute(_create_sql(FLAWS, columns) + "; CREATE SCHEMA strict")
    insert_rows(connection, FLAWS, columns, rows)
    known = {t.name: t for plan in plans for t in plan.iter_all()}
    for table in sorted({f.table for f in flaws}):
        plan = known[table]
        keys = [
            "record" if plan.source else "id",
            *(f"{step}_idx" for step in plan.outer),
            *["idx"][: len(plan.source)],
        ]
        connection.execute(_view_sql(table, sorted({f.column for f in flaws if f.table == table}), keys))


def _padded(idx: tuple[int, ...], length: int) -> tuple[int | None, ...]:
    return (*idx, *[None] * (length - len(idx)))


def _view_sql(table: str, columns: Sequence[str], keys: Sequence[str]) -> str:
    replaced, joins = [], []
    for at, column in enumerate(columns):
        same = [f"f{at}.record = t.{quoted(keys[0])}", *(f"f{at}.p{n} = t.{quoted(k)}" for n, k in enumerate(keys[1:]))]
        joins.append(
            f"LEFT JOIN {FLAWS} f{at} ON f{at}.tbl = '{table}' AND f{at}.col = '{column}' AND {' AND '.join(same)}"
        )
        replaced.append(
            f"CASE WHEN f{at}.message IS NOT NULL THEN error(f{at}.message) ELSE t.{quoted(column)} END"
            f" AS {quoted(column)}"
        )
    return (
        f"CREATE VIEW strict.{quoted(table)} AS SELECT t.* REPLACE ({', '.join(replaced)})"
        f" FROM main.{quoted(table)} t {' '.join(joins)}"
    )
