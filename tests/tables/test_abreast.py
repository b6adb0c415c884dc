"""Queries side by side give what they give one by one, in their order; one that fails is no other's business."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from kam.tables import Tables, TablesError, open_tables

DAY = date(2026, 3, 31)
ENDLESS = "SELECT count(*) AS n FROM range(100_000_000) a, range(100_000_000) b WHERE a.range <> b.range"
PATIENCE = 20.0


@pytest.fixture
def tables(given: Callable[..., Any]) -> Iterator[Tables]:
    with open_tables(given({"acme/profile": {"name": "Acme"}}), DAY, cache=False) as opened:
        yield opened


def values(found: pa.Table | TablesError) -> list[Any]:
    assert isinstance(found, pa.Table)
    return list(found.column(0).to_pylist())


def test_answers_come_in_the_order_of_the_queries(tables: Tables) -> None:
    queries = [f"SELECT count(*) + {at} AS n FROM range({100_000 * (20 - at)})" for at in range(20)]
    found = [values(each) for each in tables.read_many(queries)]
    assert found == [[100_000 * (20 - at) + at] for at in range(20)]
    assert [[value for (value,) in tables.read(sql)] for sql in queries] == found


def test_queries_see_the_records_what_is_kept_by_day_and_the_parameters(tables: Tables) -> None:
    tables.keep_by_day("numbers", [DAY], lambda days: "SELECT 7 AS seven")
    queries = ["SELECT seven FROM memory.by_day.numbers", "SELECT name FROM accounts", "SELECT $account"]
    with_parameter = tables.read_many(queries[2:], {"account": "acme"})
    assert [values(each) for each in tables.read_many(queries[:2])] == [[7], ["Acme"]]
    assert [values(each) for each in with_parameter] == [["acme"]]


def test_one_that_fails_gives_its_error_and_the_others_their_rows(tables: Tables) -> None:
    first, wrong, last = tables.read_many(["SELECT 1", "SELECT nothing FROM accounts", "SELECT 2"])
    assert (values(first), values(last)) == ([1], [2])
    assert isinstance(wrong, TablesError) and "nothing" in str(wrong)


def test_one_that_takes_too_long_is_stopped_alone(tables: Tables) -> None:
    tables.seconds = 0.5
    quick = ["SELECT 1"] * 3
    *before, endless, after = tables.read_many([*quick, ENDLESS, "SELECT 1"])
    assert isinstance(endless, TablesError) and endless.is_final
    assert [values(each) for each in (*before, after)] == [[1]] * 4


def test_whoever_stops_listening_stops_the_queries_and_can_ask_again(tables: Tables) -> None:
    begun = time.monotonic()
    answers = tables.read_many(["SELECT 1", ENDLESS, ENDLESS, ENDLESS])
    assert values(next(answers)) == [1]
    answers.close()  # type: ignore[attr-defined]
    assert time.monotonic() - begun < PATIENCE
    assert [values(each) for each in tables.read_many(["SELECT 2"])] == [[2]]


def test_no_thread_is_left(tables: Tables) -> None:
    tables.read("SELECT 1")
    before = threading.active_count()
    assert len(list(tables.read_many(["SELECT 1"] * 5))) == 5
    assert threading.active_count() == before


def test_no_queries_give_no_answers(tables: Tables) -> None:
    assert list(tables.read_many([])) == []
