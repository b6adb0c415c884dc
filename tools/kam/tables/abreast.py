"""Several queries at a time: the engine plans each of them on one core, and runs small ones on one, too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

T = TypeVar("T")


def read_abreast(
    connections: Sequence[DuckDBPyConnection], ask: Callable[[DuckDBPyConnection, str], T], queries: Iterable[str]
) -> Iterator[T]:
    """What ``ask`` gives for each query, in their order, as many at a time as there are connections.

    Whoever stops listening, or interrupts the whole, stops the queries, too.
    """
    free: SimpleQueue[DuckDBPyConnection] = SimpleQueue()
    for each in connections:
        free.put(each)

    def ask_next(sql: str) -> T:
        connection = free.get()
        try:
            return ask(connection, sql)
        finally:
            free.put(connection)

    pool = ThreadPoolExecutor(len(connections))
    try:
        yield from pool.map(ask_next, queries)
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for each in connections:
            each.interrupt()
        raise
    finally:
        pool.shutdown()
