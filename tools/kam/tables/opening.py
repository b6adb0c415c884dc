"""Opens the tables of a portfolio: from the cache where it is whole and fresh, else built anew."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from kam.tables.abreast import Readers
from kam.tables.batches import are_many, split_records, start_filling
from kam.tables.building import build_tables
from kam.tables.cadence import cadence_columns
from kam.tables.gathered import CADENCE_DUE, REVISIONS, quoted
from kam.tables.kept import KeptRows
from kam.tables.late import LateTable, LateTables
from kam.tables.plan import TablePlan, plan_tables
from kam.tables.revisions import revision_columns
from kam.tables.sealed import is_sealed, put_sealed, remove_sealed
from kam.tables.session import BY_DAY, CORES, Tables, lock_down

if TYPE_CHECKING:
    import duckdb

    from kam.tables.source import RecordSource

FORM = 17
"""Raised with every change to what the tables hold, so that older caches are left alone."""
FOLDER = Path(".kam/cache")
SMALL_BLOCK, LARGE_BLOCK = "16384", "65536"
"""Bytes of a block in the file: the smallest there is, as most of the many tables are small; more are faster to write
where there are many records."""

OWN_PATH, STRICT_PATH = "SET search_path = 'kept,memory'", "SET search_path = 'kept.strict,kept.main,memory'"


def open_tables(portfolio: RecordSource, as_of: date, *, cache: bool = True, late: Iterable[LateTable] = ()) -> Tables:
    """The record tables of a portfolio as a locked-down connection; close it, or use it in a ``with``.

    ``cache`` keeps the finished tables in ``.kam/cache``, named by the contents they were made from and believed
    only while their seal holds, which no other machine and no clone can make. ``late`` are further tables that are
    filled when a query asks for them; ``cache`` keeps their rows, too.
    """
    import duckdb

    plans = plan_tables(portfolio.settings.types.values())
    kept = _kept_file(portfolio) if cache else None
    is_kept = kept is not None and (is_sealed(kept) or _keep(portfolio, plans, kept))
    connection = _attach(kept) if kept and is_kept else None
    if connection is None:
        fillings = start_filling(portfolio, split_records(portfolio, plans))
        connection = duckdb.connect(":memory:")
        connection.execute("ATTACH ':memory:' AS kept; USE kept")
        build_tables(connection, portfolio, plans, fillings)
    return make_tables(connection, portfolio, as_of, late, KeptRows(portfolio, as_of) if cache else None)


def make_tables(
    connection: duckdb.DuckDBPyConnection,
    portfolio: RecordSource,
    as_of: date,
    late: Iterable[LateTable] = (),
    kept: KeptRows | None = None,
) -> Tables:
    """Tables over a connection that has what ``build_tables`` makes attached as ``kept``; locks it down for good."""
    filled = LateTables.of((*_own_late(portfolio), *late), kept)
    for table in filled.tables:
        columns = ", ".join(f"{quoted(each.name)} {each.sql}" for each in table.columns)
        connection.execute(f"CREATE TABLE memory.{quoted(table.name)} ({columns})")
    connection.execute(f"CREATE SCHEMA {BY_DAY}")
    zone = portfolio.settings.site.time_zone
    strict = _cursor(connection, zone, STRICT_PATH)
    readers = Readers([_cursor(connection, zone, OWN_PATH) for _ in range(CORES if CORES > 1 else 0)])
    connection.execute(OWN_PATH)
    lock_down(connection, zone)
    return Tables(connection, strict, plan_tables(portfolio.settings.types.values()), as_of, filled, readers)


def _cursor(connection: duckdb.DuckDBPyConnection, zone: str, path: str) -> duckdb.DuckDBPyConnection:
    made = connection.cursor()
    made.execute(f"{path}; SET TimeZone = '{zone}'")
    return made


def _own_late(portfolio: RecordSource) -> tuple[LateTable, ...]:
    return (
        LateTable(REVISIONS, lambda tables, days: revision_columns(portfolio)),
        LateTable(CADENCE_DUE, partial(cadence_columns, portfolio), by_day=True),
    )


def _kept_file(portfolio: RecordSource) -> Path:
    import duckdb

    versions = (duckdb.__version__, version("holidays"))
    made_of = (str(FORM), *versions, portfolio.digest, portfolio.settings.digest)
    return portfolio.root / FOLDER / f"tables-{hashlib.sha256(chr(0).join(made_of).encode()).hexdigest()[:32]}.duckdb"


def _keep(portfolio: RecordSource, plans: list[TablePlan], path: Path) -> bool:
    """Build the tables into the cache; false where it cannot be written. Errors of the build itself are not hidden."""
    import duckdb

    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        ignored = path.parent.parent / ".gitignore"
        if not ignored.exists():
            ignored.write_text("*\n", "ascii")
        _remove(draft)
        shares = split_records(portfolio, plans)
        fillings = start_filling(portfolio, shares)
        block = LARGE_BLOCK if are_many(shares) else SMALL_BLOCK
        connection = duckdb.connect(str(draft), config={"default_block_size": block})
    except (OSError, duckdb.Error):
        return False
    try:
        connection.execute("SET preserve_insertion_order = true")
        build_tables(connection, portfolio, plans, fillings)
        connection.close()
        put_sealed(draft, path)
    except (OSError, duckdb.IOException):
        return False
    finally:
        connection.close()
        _remove(draft)
    _remove_older(path)
    return True


def _remove(path: Path) -> None:
    for each in (path, path.with_name(path.name + ".wal")):
        with suppress(OSError):
            each.unlink(missing_ok=True)


def _remove_older(path: Path) -> None:
    """Keep the newest tables only; what another run still has open goes next time."""
    for other in path.parent.glob("tables-*.duckdb"):
        if other != path:
            remove_sealed(other)


def _attach(path: Path) -> duckdb.DuckDBPyConnection | None:
    import duckdb

    connection = duckdb.connect(":memory:")
    try:
        connection.execute(f"ATTACH '{str(path).replace(chr(39), chr(39) * 2)}' AS kept (READ_ONLY); USE kept")
    except duckdb.Error:
        connection.close()
        return None
    return connection
