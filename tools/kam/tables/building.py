"""Fills a database with the tables of a portfolio, a batch of records at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any

from kam.settings.figures import Figures
from kam.tables.batches import Filling, pack, unpack
from kam.tables.collect import Batch, Flaw
from kam.tables.gathered import ACTIONS, RECORDS, SERVICE_CLOCKS, SHARED, TRANSITIONS, quoted, reference_rows, union_sql
from kam.tables.plan import ACTION, Column, TablePlan
from kam.tables.standing import standing_sql
from kam.tables.states import macro_sql, then_table

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from kam.tables.source import RecordSource

AT_ONCE = 20
"""Batches of records inserted together."""
FLAWS = "flaws"
"""Table of values that could not go into a table: table, column, record, position, and the sentence that says why."""
PLAIN = ("BOOLEAN", "INTEGER")
"""SQL types of columns whose values are handed over as they are."""
TRANSITION = "transition"
"""Shape of lists of changes of state."""


def build_tables(
    connection: duckdb.DuckDBPyConnection,
    portfolio: RecordSource,
    plans: Sequence[TablePlan],
    fillings: Iterable[Filling],
) -> None:
    """Create and fill all tables in the connection's current database. Faulty records are left out."""
    settings = portfolio.settings
    _create(connection, plans)
    flaws = _insert_records(connection, plans, fillings)
    actions = union_sql(ACTIONS, ACTION, plans)
    if actions:  # a table and no view: they are asked for often, and are spread over many tables
        connection.execute(f"INSERT INTO {ACTIONS.name} {actions}")
    for name, rows in reference_rows(settings).items():
        columns = next(s.columns for s in SHARED if s.name == name)
        insert_rows(connection, quoted(name), columns, rows)
    figures = settings.part(Figures).parameters
    connection.execute(macro_sql(plans, settings.currencies) + standing_sql(plans, figures))
    _cover_flaws(connection, plans, flaws)


def _insert_records(
    connection: duckdb.DuckDBPyConnection, plans: Sequence[TablePlan], fillings: Iterable[Filling]
) -> list[Flaw]:
    """Fill the tables of the record types and the table of all records; gives the flaws of all."""
    columns = {t.name: t.columns for plan in plans for t in plan.iter_all()}
    columns |= {shared.name: shared.columns for shared in (RECORDS, SERVICE_CLOCKS)}
    flaws: list[Flaw] = []
    overview: list[bytes] = []
    for _, of_type in groupby(fillings, key=lambda f: f.plan.name):
        while run := list(islice(of_type, AT_ONCE)):
            streams: dict[str, list[bytes]] = {}
            for filling in run:
                flaws += filling.flaws
                for table, rows in filling.rows:
                    streams.setdefault(table, []).append(rows)
            overview += streams.pop(RECORDS.name, [])
            _insert_all(connection, streams, columns)
    for at in range(0, len(overview), AT_ONCE):
        _insert_all(connection, {RECORDS.name: overview[at : at + AT_ONCE]}, columns)
    return flaws


def _insert_all(
    connection: duckdb.DuckDBPyConnection, streams: Mapping[str, list[bytes]], columns: Mapping[str, tuple[Column, ...]]
) -> None:
    """Add rows to several tables in one transaction: a table is packed anew at the end of each."""
    connection.execute("BEGIN")
    for table, packed in streams.items():
        insert_columns(connection, quoted(table), columns[table], unpack(packed))
    connection.execute("COMMIT")


def _create(connection: duckdb.DuckDBPyConnection, plans: Sequence[TablePlan]) -> None:
    statements = [_create_sql(t.name, t.columns) for plan in plans for t in plan.iter_all()]
    changes = union_sql(TRANSITIONS, TRANSITION, plans)
    for shared in SHARED:
        is_view = shared is TRANSITIONS and changes
        made = f"CREATE VIEW {shared.name} AS {changes}" if is_view else _create_sql(shared.name, shared.columns)
        statements.append(made)
    connection.execute(";\n".join(statements))


def _create_sql(name: str, columns: Iterable[Column]) -> str:
    return f"CREATE TABLE {quoted(name)} ({', '.join(f'{quoted(c.name)} {c.sql}' for c in columns)})"


def insert_rows(
    connection: duckdb.DuckDBPyConnection, table: str, columns: tuple[Column, ...], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Add rows to a table of our own; ``table`` is a name as SQL writes it."""
    if rows:
        values = zip(columns, zip(*rows, strict=True), strict=True)
        batch = Batch(table, columns, [_written(c.sql, v) for c, v in values])
        insert_columns(connection, table, columns, unpack([pack(batch)]))


def _written(sql: str, values: Iterable[Any]) -> list[Any]:
    """The values of a column as they are handed over: texts, but for what ``pack`` takes as it is."""
    if sql.endswith("[]") or sql in PLAIN:
        return list(values)
    return [v if v is None or isinstance(v, str) else _text(v) for v in values]


def _text(value: object) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def insert_columns(
    connection: duckdb.DuckDBPyConnection, target: str, columns: tuple[Column, ...], rows: pa.Table
) -> None:
    """Add rows that are columns of Arrow already; those that are missing stay empty."""
    kinds = {c.name: c.sql for c in columns}
    connection.register("incoming_rows", rows)
    into = ", ".join(quoted(name) for name in rows.column_names)
    casts = ", ".join(_cast(quoted(name), kinds[name]) for name in rows.column_names)
    connection.execute(f"INSERT INTO {target} ({into}) SELECT {casts} FROM incoming_rows")
    connection.unregister("incoming_rows")


def coded_column(at: Any, values: Iterable[str | None]) -> pa.DictionaryArray:
    """A column of texts of which each stands once, and by its number ``at`` the rows that have it (an array)."""
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(pa.array(at, pa.int32()), pa.array(list(values), pa.string()))


def _cast(name: str, sql: str) -> str:
    return name if sql in ("VARCHAR", "VARCHAR[]", *PLAIN) else f"CAST({name} AS {sql})"


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
        columns_missing = sorted({f.column for f in flaws if f.table == table})
        connection.execute(_view_sql(table, table, columns_missing, keys))
        if plan.rtype.states is not None and not plan.source:
            connection.execute(_view_sql(then_table(table), table, columns_missing, keys))


def _padded(idx: tuple[int, ...], length: int) -> tuple[int | None, ...]:
    return (*idx, *[None] * (length - len(idx)))


def _view_sql(name: str, table: str, columns: Sequence[str], keys: Sequence[str]) -> str:
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
        f"CREATE VIEW strict.{quoted(name)} AS SELECT t.* REPLACE ({', '.join(replaced)})"
        f" FROM main.{quoted(name)} t {' '.join(joins)}"
    )
