"""No query can read files, reach the network, change anything or run for ever."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from kam.tables import Tables, TablesError, open_tables
from kam.tables.late import LateTables

ATTACKS = [
    "SELECT * FROM read_csv('{file}')",
    "SELECT * FROM '{file}'",
    "SELECT * FROM read_text('{file}')",
    "SELECT * FROM read_blob('{file}')",
    "SELECT * FROM read_parquet('{file}')",
    "SELECT * FROM read_json('{file}')",
    "SELECT * FROM sniff_csv('{file}')",
    "SELECT * FROM glob('{folder}/*')",
    "SELECT * FROM query('SELECT * FROM read_text(''{file}'')')",
    "SELECT * FROM 'https://example.org/x.csv'",
    "SELECT * FROM read_csv('s3://bucket/x.csv')",
    "SELECT getenv('HOME')",
    "SELECT * FROM enable_logging()",
    "COPY accounts TO '{folder}/out.csv'",
    "COPY (SELECT 1) TO '{folder}/out.parquet'",
    "EXPORT DATABASE '{folder}/out'",
    "IMPORT DATABASE '{folder}'",
    "ATTACH '{folder}/new.duckdb'",
    "ATTACH ':memory:' AS more",
    "DETACH kept",
    "USE memory",
    "INSTALL httpfs",
    "LOAD httpfs",
    "LOAD '{file}'",
    "SET memory_limit = '99GB'",
    "SET lock_configuration = false",
    "RESET lock_configuration",
    "SET enable_external_access = true",
    "SET search_path = 'memory'",
    "PRAGMA enable_external_access",
    "PRAGMA database_list",
    "CALL enable_logging()",
    "CREATE TABLE t (a INT)",
    "CREATE TEMP TABLE t (a INT)",
    "CREATE SECRET (TYPE s3)",
    "INSERT INTO accounts (id) VALUES ('x')",
    "UPDATE accounts SET name = 'x'",
    "DELETE FROM accounts",
    "DROP TABLE accounts",
    "WITH gone AS (DELETE FROM accounts RETURNING *) SELECT * FROM gone",
    "CHECKPOINT",
    "VACUUM",
    "PREPARE p AS SELECT 1",
    "BEGIN",
    "EXPLAIN ANALYZE SELECT 1",
    "SELECT 1; SELECT 2",
    "SELECT 1; DROP TABLE accounts",
    "",
    "-- nothing",
]


@pytest.fixture(scope="module")
def tables(given: Callable[..., Any]) -> Iterator[Tables]:
    source = given({"acme/profile": {"name": "Acme"}})
    with open_tables(source, date(2026, 3, 31), cache=False) as opened:
        yield opened


@pytest.mark.parametrize("attack", ATTACKS)
def test_anything_but_reading_the_tables_is_refused(tables: Tables, tmp_path: Path, attack: str) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n1,2\n")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(TablesError):
        tables.query(attack.format(file=secret, folder=tmp_path))
    assert sorted(tmp_path.iterdir()) == before
    assert tables.query("SELECT count(*) FROM accounts").rows == [(1,)]


def test_variables_of_the_program_are_no_tables(tables: Tables) -> None:
    import pyarrow as pa

    secret = pa.table({"a": [1]})
    assert secret.num_rows == 1
    with pytest.raises(TablesError, match="secret"):
        tables.query("SELECT * FROM secret")


@pytest.mark.parametrize(
    "sql",
    [
        "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
        "SELECT count(*) FROM range(100000) a, range(100000) b, range(100000) c WHERE a.range + b.range = c.range",
    ],
    ids=["recursion", "cross join"],
)
def test_endless_work_is_stopped(tables: Tables, sql: str) -> None:
    start = time.monotonic()
    with pytest.raises(TablesError, match=r"longer than 0\.3 s"):
        tables.query(sql, seconds=0.3)
    assert time.monotonic() - start < 10
    assert tables.query("SELECT 1").rows == [(1,)]


@pytest.mark.parametrize("sql", ["SELECT repeat('x', 10000000000)", "SELECT list(range) FROM range(1000000000)"])
def test_memory_is_limited(tables: Tables, sql: str) -> None:
    with pytest.raises(TablesError):
        tables.query(sql, seconds=30)


def test_endless_output_is_cut(tables: Tables) -> None:
    result = tables.query("SELECT range AS n FROM range(1000000000000)", limit=3)
    assert result.rows == [(0,), (1,), (2,)]
    assert result.truncated


def test_the_day_is_a_parameter_and_values_never_become_sql(tables: Tables) -> None:
    assert tables.query("SELECT $as_of").rows == [(date(2026, 3, 31),)]
    found = tables.query("SELECT count(*) FROM accounts WHERE name = $name", {"name": "'; DROP TABLE accounts; --"})
    assert found.rows == [(0,)]


def test_moments_come_back_with_their_zone(tables: Tables) -> None:
    (moment,) = tables.query("SELECT CAST('2026-03-02T09:00+08:00' AS TIMESTAMPTZ) AS m, 1 AS n").rows[0][:1]
    assert moment.isoformat() == "2026-03-02T09:00:00+08:00"


def test_a_mistake_is_told_with_its_line_and_reserved_words_explained(tables: Tables) -> None:
    with pytest.raises(TablesError, match="nope") as failure:
        tables.query("SELECT id,\n  nope\nFROM accounts")
    assert failure.value.line == 2
    with pytest.raises(TablesError, match='quotes as names: "at"'):
        tables.query("SELECT at, 1 FROM transitions")


@pytest.mark.parametrize(
    "sql", ["SELECT 1 / 0", "SELECT 1 // 0", "SELECT 1 % 0", "SELECT 0 / sum(x) FROM (SELECT 0 AS x)"]
)
def test_what_is_divided_by_nothing_has_no_value(tables: Tables, sql: str) -> None:
    assert tables.query(sql).rows == [(None,)]
    assert tables.read(sql) == [(None,)]


def test_a_query_over_its_memory_is_told_what_to_do_and_no_setting_that_nobody_can_change() -> None:
    connection = duckdb.connect(config={"memory_limit": "20MB", "temp_directory": ""})
    small = Tables(connection, connection.cursor(), [], date(2026, 6, 30), LateTables.of(()))
    with small, pytest.raises(TablesError) as caught:
        small.read("SELECT list(range) FROM range(20_000_000)")
    en, zh = caught.value.words["en"], caught.value.words["zh"]
    assert "of memory" in en and "WHERE" in en and "所需内存超过可用的" in zh
    assert not {"SET", "threads", "temp_directory"} & set(re.findall(r"\w+", en + zh))
