"""A locked connection: one SELECT at a time, no files, no network, no settings, no endless work."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from kam.model.schema import Label
from kam.tables.abreast import Readers
from kam.tables.answers import Result, TablesError, failed, join_words
from kam.tables.building import FLAWS
from kam.tables.gathered import SHARED, SharedTable, quoted
from kam.tables.late import WORD, LateTables
from kam.tables.plan import Column, TablePlan
from kam.tables.watch import Watch

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

LINE = re.compile(r"\n\nLINE (\d+)")
ADVICE = re.compile(r"\s*(?:\bPossible solutions\b.*|[^.\n]*\bSET \w+\s*=[^.\n]*\.?)", re.DOTALL)
"""What the engine advises: settings, which nobody can change here."""
SECONDS = 60.0
"""How long a query may take."""
LEAST_MEMORY, MOST_MEMORY = 1_000, 8_000
"""Between these lies what queries may take, in megabytes."""
CORES = min(4, os.cpu_count() or 1)
"""How many cores queries may use at a time."""
LARGE = 2 * 122_880
"""Rows of a table from which on one query has work for several threads: the engine hands them out in such halves."""
DAYS = 256
"""Up to so many days are looked up for each row one by one, rather than sorting all rows by day."""
LOCKS = (
    "SET GLOBAL ieee_floating_point_ops = false",
    "SET GLOBAL error_on_division_by_zero = false",
    f"SET nested_loop_join_threshold = {DAYS}",
    "SET python_enable_replacements = false",
    "SET autoload_known_extensions = false",
    "SET autoinstall_known_extensions = false",
    "SET allow_community_extensions = false",
    "SET allow_extension_repositories = 'forbidden'",
    "SET allow_persistent_secrets = false",
    "SET temp_directory = ''",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)


BY_DAY = "memory.by_day"
"""The schema of what is kept by day: nobody names it by accident, and all of our own connections see it."""


def by_day(name: str) -> str:
    """The table that ``Tables.keep_by_day`` keeps rows in, as queries name it."""
    return f"{BY_DAY}.{quoted(name)}"


def lock_down(connection: duckdb.DuckDBPyConnection, zone: str) -> None:
    """Take from a connection for good what a query could do harm with. Tables already attached stay readable.

    Where the largest of these is small, the engine gets no threads of its own beside those that ask: one query alone
    has nothing to do for a second one, and queries side by side would only wait for it.
    """
    connection.execute(f"SET TimeZone = '{zone}'")
    connection.execute(f"SET memory_limit = '{_memory()}MB'")
    (largest,) = connection.execute("SELECT max(estimated_size) FROM duckdb_tables()").fetchall()[0]
    connection.execute(f"SET threads = {CORES}")
    connection.execute(f"SET external_threads = {CORES if (largest or 0) < LARGE else 1}")
    for statement in LOCKS:
        connection.execute(statement)


def _memory() -> int:
    """Megabytes that queries may take in all: a quarter of what the machine has, but never less than 1 GB nor more than
    8 GB; where nobody can say what it has, 1 GB."""
    try:
        whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1_000_000
    except (AttributeError, OSError, ValueError):
        return LEAST_MEMORY
    return min(max(whole // 4, LEAST_MEMORY), MOST_MEMORY)


@dataclass
class Tables:
    """The record tables as of a day. Queries read; nothing can be changed or reached from them.

    Every table holds all records; ``as_of`` is the day that queries get as ``$as_of``. ``late`` fills tables that are
    only made when a query asks for them. ``readers`` see what ``connection`` sees; without any, it reads alone.
    """

    connection: duckdb.DuckDBPyConnection
    strict: duckdb.DuckDBPyConnection
    plans: list[TablePlan]
    as_of: date
    late: LateTables = field(repr=False)
    readers: Readers = field(default_factory=lambda: Readers(()), repr=False)
    seconds: float = SECONDS
    _flawed: list[tuple[Any, ...]] | None = field(default=None, repr=False)
    _kept: dict[str, set[date]] = field(default_factory=dict, repr=False)
    _watch: Watch = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._watch = Watch()

    def __enter__(self) -> Tables:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the memory back; the tables cannot be asked any more."""
        self._watch.close()
        for each in (*self.readers.connections, self.strict, self.connection):
            each.close()

    @property
    def shared(self) -> tuple[SharedTable, ...]:
        """The tables that belong to no single record type."""
        return (*SHARED, *self.late.tables)

    def iter_described(self) -> Iterator[tuple[str, Label, tuple[Column, ...]]]:
        """Name, label and columns of every table there is to ask."""
        for plan in self.plans:
            for each in plan.iter_all():
                yield each.name, each.label, each.columns
        for shared in self.shared:
            yield shared.name, shared.label, shared.columns

    def columns_of(self, table: str) -> tuple[str, ...]:
        """The columns of a table, or nothing where there is no such table."""
        for plan in self.plans:
            for each in plan.iter_all():
                if each.name == table:
                    return tuple(c.name for c in each.columns)
        return next((tuple(c.name for c in s.columns) for s in self.shared if s.name == table), ())

    def query(
        self,
        sql: str,
        params: Mapping[str, Any] | None = None,
        *,
        limit: int | None = None,
        seconds: float | None = None,
    ) -> Result:
        """Rows of one SELECT of anybody's. ``$as_of`` is known; other parameters come from ``params``.

        Raises TablesError where the text is anything but one SELECT, fails, takes longer than ``seconds``, or looks at
        an amount whose rate is missing.
        """
        with self._asked(sql, params, seconds) as given:
            return _read(self.strict, sql, given, limit)

    def query_arrow(
        self, sql: str, params: Mapping[str, Any] | None = None, *, seconds: float | None = None
    ) -> pa.Table:
        """As ``query``, all rows as columns of Arrow: money stays decimal, moments have the company's time zone."""
        with self._asked(sql, params, seconds) as given:
            return self.strict.sql(sql, params=given or None).to_arrow_table()

    def all_rows(self, table: str) -> pa.Table:
        """A whole table, sorted, as columns of Arrow. Amounts without a rate are null here; see ``flaws``."""
        sql = f"SELECT * FROM {quoted(table)} ORDER BY ALL"
        self.late.fill(self, table, [self.as_of])
        with self._limited(self.connection, self.seconds):
            return self.connection.sql(sql).to_arrow_table()

    def flaws(self) -> list[Label]:
        """Why single values are missing in the tables, each in both languages."""
        found = self.read(f"SELECT DISTINCT message FROM {FLAWS} ORDER BY message")
        return [failed(str(message)).words for (message,) in found]

    @contextmanager
    def _asked(self, sql: str, params: Mapping[str, Any] | None, seconds: float | None) -> Iterator[dict[str, Any]]:
        """Make sure that a query only reads, and give the parameters it names, for as long as it may take."""
        names = self.check_select(sql)
        known = {"as_of": self.as_of, **(params or {})}
        self.late.fill(self, sql, [known["as_of"]])
        with self._limited(self.strict, self.seconds if seconds is None else seconds):
            self.strict.execute("BEGIN TRANSACTION READ ONLY")
            try:
                yield {name: known[name] for name in names if name in known}
            finally:
                self.strict.execute("ROLLBACK")

    def read(self, sql: str, params: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Rows of a query of our own, also over what ``keep_by_day`` kept. Amounts without a rate are null here."""
        with self._limited(self.connection, self.seconds):
            return _read(self.connection, sql, dict(params or {}), None).rows

    def read_arrow(self, sql: str, params: Mapping[str, Any] | None = None) -> pa.Table:
        """As ``read``, as columns of Arrow."""
        with _without_warnings():
            return self._read_arrow(self.connection, sql, params)

    def read_many(
        self, queries: Iterable[str | TablesError], params: Mapping[str, Any] | None = None
    ) -> Iterator[pa.Table | TablesError]:
        """As ``read``, columns of Arrow for each of the queries, in their order and worked out side by side; for one
        that failed its error, which may stand in place of the query already."""

        def ask(connection: duckdb.DuckDBPyConnection, sql: str | TablesError) -> pa.Table | TablesError:
            if isinstance(sql, TablesError):
                return sql
            try:
                return self._read_arrow(connection, sql, params)
            except TablesError as error:
                return error

        with _without_warnings():
            if self.readers.connections:
                yield from self.readers.read(ask, queries)
            else:
                yield from (ask(self.connection, sql) for sql in queries)

    def _read_arrow(
        self, connection: duckdb.DuckDBPyConnection, sql: str, params: Mapping[str, Any] | None
    ) -> pa.Table:
        with self._limited(connection, self.seconds):
            return connection.execute(sql, dict(params or {}) or None).to_arrow_table()

    def flawed_columns(self, sql: str) -> list[tuple[str, str]]:
        """Table and column of what a query may look at and where values are missing for a reason (table ``flaws``)."""
        if self._flawed is None:
            self._flawed = self.read(f"SELECT DISTINCT tbl, col FROM {FLAWS} ORDER BY ALL")
        words = set(WORD.findall(sql)) if self._flawed else set()
        return [(t, c) for t, c in self._flawed if c in words and {t, f"{t}_on"} & words]

    def keep_by_day(self, name: str, days: Iterable[date], make: Callable[[list[date]], str]) -> None:
        """Keep the rows of a query of our own for each of the days in the table ``by_day(name)``; what is there stays.

        ``make`` gives the query for the days that are missing.
        """
        kept = self._kept.setdefault(name, set())
        missing = sorted(set(days) - kept)
        if missing:
            table = by_day(name)
            begin = f"INSERT INTO {table} BY NAME" if kept else f"CREATE OR REPLACE TABLE {table} AS"
            with self._limited(self.connection, self.seconds):
                self.connection.execute(f"{begin} {make(missing)}")
            kept.update(missing)

    def check_select(self, sql: str) -> set[str]:
        """Make sure that a text is exactly one SELECT; gives the names of its parameters."""
        import duckdb

        try:
            statements = self.connection.extract_statements(sql)
        except duckdb.Error as error:
            raise _failed(error) from None
        if len(statements) != 1:
            raise TablesError("one statement at a time, please", "一次只能执行一条语句")
        if statements[0].type != duckdb.StatementType.SELECT:
            raise TablesError("only SELECT is allowed: the tables are read only", "只允许 SELECT：数据表是只读的")
        return set(statements[0].named_parameters)

    def describe(self, sql: str) -> list[tuple[str, str]]:
        """Names and SQL types of the columns that a SELECT gives, without running it."""
        names = self.check_select(sql)
        given = dict.fromkeys(sorted(names), self.as_of)
        rows = self.read(f"DESCRIBE {sql.strip().rstrip(';')}", given)
        return [(str(r[0]), str(r[1])) for r in rows]

    @contextmanager
    def _limited(self, connection: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
        import duckdb

        try:
            with self._watch.limit(seconds, connection.interrupt):
                yield
        except duckdb.InterruptException:
            self.late.failures += 1
            error = TablesError(
                f"the query took longer than {seconds:g} s and was stopped", f"查询超过 {seconds:g} 秒，已中止"
            )
            error.is_final = True
            raise error from None
        except duckdb.Error as error:
            self.late.failures += 1
            raise _failed(error) from None


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Arrow straight from a query is warned of, as it copies the rows: that costs less than to plan a query twice."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield


def _read(connection: duckdb.DuckDBPyConnection, sql: str, params: dict[str, Any], limit: int | None) -> Result:
    cursor = connection.execute(sql, params) if params else connection.execute(sql)
    described = cursor.description or []
    columns = tuple(str(d[0]) for d in described)
    types = tuple(str(d[1]) for d in described)
    if any("WITH TIME ZONE" in t for t in types):
        connection.abort()
        rows = _read_arrow(connection.sql(sql, params=params or None), limit)
    else:
        rows = cursor.fetchall() if limit is None else cursor.fetchmany(limit + 1)
    truncated = limit is not None and len(rows) > limit
    if truncated:
        connection.abort()
    return Result(columns, types, rows[:limit] if truncated else rows, truncated)


def _read_arrow(relation: duckdb.DuckDBPyRelation, limit: int | None) -> list[tuple[Any, ...]]:
    """Rows with moments: Arrow gives them with the standard library's time zones."""
    rows: list[tuple[Any, ...]] = []
    for batch in relation.to_arrow_reader(10_000):
        rows.extend(zip(*(column.to_pylist() for column in batch.columns), strict=True))
        if limit is not None and len(rows) > limit:
            return rows[: limit + 1]
    return rows


def _failed(error: Exception) -> TablesError:
    import duckdb

    if isinstance(error, duckdb.OutOfMemoryException):
        return _too_large()
    text = str(error)
    found = LINE.search(text)
    said = text.split("\n\nLINE ", maxsplit=1)[0].strip()
    said = said.split(": ", 1)[-1] if said.startswith("Invalid Input Error: ") else said
    said = ADVICE.sub("", said)
    hint = ("", "")
    if "syntax error" in said:
        hint = (
            '. Words of SQL such as at, on, from, to and by need quotes as names: "at"',
            '。at、on、from、to、by 等是 SQL 关键字，作为列名时请加双引号："at"',
        )
    line = int(found[1]) if found else 0
    return failed(join_words(said + hint[0], said + hint[1]) if hint[0] else said, line)


def _too_large() -> TablesError:
    """The error of a query that needs more memory than it may take; fewer days may need less."""
    megabytes = _memory()
    return TablesError(
        f"the query needs more than the {megabytes:,} MB of memory that it may take. Ask for less: name the columns,"
        " narrow it down with WHERE, group rows before joining them, and look for tables joined without a condition",
        f"查询所需内存超过可用的 {megabytes:,} MB。请缩小范围：只选需要的列，用 WHERE 限定范围，先汇总再关联，"
        "并检查是否有未加条件的关联",
    )
