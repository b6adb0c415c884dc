"""Stops what takes too long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class End:
    """When something has taken too long, and how it is stopped."""

    at: float
    stop: Callable[[], None]


class Watch:
    """Stops what has gone on for too long.

    One thread looks at the clock for all that is limited; it is started once and woken only for a nearer end than it
    waits for. To start a timer for each of very many short queries would cost more than the queries do.
    """

    def __init__(self) -> None:
        self._ends: list[End] = []
        self._wakes: float | None = None
        self._changed = threading.Condition()
        self._is_closed = False
        self._thread: threading.Thread | None = None

    @contextmanager
    def limit(self, seconds: float, stop: Callable[[], None]) -> Iterator[None]:
        """Call ``stop`` once when what goes on inside takes longer than so many seconds."""
        end = End(time.monotonic() + seconds, stop)
        with self._changed:
            self._ends.append(end)
            self._wake_by(end.at)
        try:
            yield
        finally:
            with self._changed:
                if end in self._ends:
                    self._ends.remove(end)

    def close(self) -> None:
        """End the thread, and wait for that: one that outlives its engine looks like a leak to it."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _wake_by(self, end: float) -> None:
        if self._wakes is None:
            self._wakes = end
            self._is_closed = False
            self._thread = threading.Thread(target=self._look, daemon=True)
            self._thread.start()
        elif end < self._wakes:
            self._wakes = end
            self._changed.notify()

    def _look(self) -> None:
        with self._changed:
            while self._wakes is not None and not self._is_closed:
                self._changed.wait(max(self._wakes - time.monotonic(), 0))
                now = time.monotonic()
                over = [end for end in self._ends if end.at <= now]
                self._ends = [end for end in self._ends if end.at > now]
                for end in over:
                    end.stop()
                if now >= self._wakes:
                    self._wakes = min((end.at for end in self._ends), default=None)
            self._wakes = None
