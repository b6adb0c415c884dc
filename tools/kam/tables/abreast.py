"""Several queries at a time: the engine plans each of them on one core, and runs small ones on one, too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from queue import SimpleQueue
from threading import Event
from time import sleep
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

T = TypeVar("T")
Query = TypeVar("Query")
AGAIN = 0.005
"""Seconds between two calls to stop."""


class Readers:
    """Connections that answer queries side by side, each one query at a time, whoever asks."""

    def __init__(self, connections: Sequence[DuckDBPyConnection]) -> None:
        self.connections = tuple(connections)
        self._free: SimpleQueue[DuckDBPyConnection] = SimpleQueue()
        for each in connections:
            self._free.put(each)

    def read(self, ask: Callable[[DuckDBPyConnection, Query], T], queries: Iterable[Query]) -> Iterator[T]:
        """What ``ask`` gives for each query, in their order.

        Whoever stops listening, or interrupts the whole, stops the queries, too.
        """
        busy: list[DuckDBPyConnection] = []
        stopped = Event()

        def ask_next(sql: Query) -> T:
            connection = self._free.get()
            busy.append(connection)
            try:
                if stopped.is_set():
                    raise CancelledError
                return ask(connection, sql)
            finally:
                busy.remove(connection)
                self._free.put(connection)

        pool = ThreadPoolExecutor(len(self.connections))
        try:
            yield from pool.map(ask_next, queries)
        except BaseException:
            stopped.set()
            pool.shutdown(wait=False, cancel_futures=True)
            while busy:  # a query that is about to begin does not notice a single call
                for each in tuple(busy):
                    each.interrupt()
                sleep(AGAIN)
            raise
        finally:
            pool.shutdown()
