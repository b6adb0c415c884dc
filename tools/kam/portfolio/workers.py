"""Spreading work over processes: forked on Linux where there is enough of it, else done here.

What passes between the processes is plain values, over pipes of our own; nothing of it ever lies in a file.
"""

from __future__ import annotations

import gc
import marshal
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


class WorkerFailed(RuntimeError):
    """A worker process broke; the text is its traceback."""


@contextmanager
def without_collector() -> Iterator[None]:
    """Loading makes no cycles of values, and looking for some among so many takes its time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def can_fork() -> bool:
    """Whether forking is safe here and there is a processor to gain by it."""
    return sys.platform == "linux" and threading.active_count() == 1 and _processors() > 1


def spread(
    tasks: Sequence[Task], make: Callable[[], Callable[[Task], Result]], *, chunk: int, least: int
) -> Iterator[Result]:
    """Results of the tasks, in no order. ``make`` is called once in each process and gives what does one task.

    With fewer than ``least`` tasks everything is done here. Results must be such as ``marshal`` takes.
    Raises WorkerFailed where a worker breaks.
    """
    if len(tasks) < max(least, 2 * chunk) or not can_fork():
        work = make()
        for task in tasks:
            yield work(task)
        return
    yield from _spread_forked(tasks, make, chunk)


def _spread_forked(tasks: Sequence[Task], make: Callable[[], Callable[[Task], Result]], chunk: int) -> Iterator[Result]:
    from selectors import EVENT_READ, DefaultSelector

    count = min(_processors(), len(tasks) // chunk)
    shares = [[tasks[i : i + chunk] for i in range(at * chunk, len(tasks), count * chunk)] for at in range(count)]
    workers = [_start(share, make) for share in shares]
    try:
        with DefaultSelector() as selector:
            for _, each in workers:
                selector.register(each, EVENT_READ, each)
            while selector.get_map():
                for key, _ in selector.select():
                    pipe: BinaryIO = key.data
                    kind, results = _receive(pipe)
                    if kind == "end":
                        selector.unregister(pipe)
                    elif kind == "broken":
                        raise WorkerFailed(str(results))
                    else:
                        yield from results
    finally:
        for pid, each in workers:
            each.close()
            _stop(pid)


def _start(share: list[Sequence[Task]], make: Callable[[], Callable[[Task], Result]]) -> tuple[int, BinaryIO]:
    readable, writable = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writable)
        return pid, os.fdopen(readable, "rb", buffering=0)
    try:
        os.close(readable)
        with os.fdopen(writable, "wb", buffering=0) as pipe:
            _work(pipe, share, make)
    finally:
        os._exit(0)


def _work(pipe: BinaryIO, share: list[Sequence[Task]], make: Callable[[], Callable[[Task], Result]]) -> None:
    gc.freeze()
    try:
        work = make()
        for tasks in share:
            _send(pipe, ("results", [work(task) for task in tasks]))
        _send(pipe, ("end", None))
    except BrokenPipeError:
        return
    except BaseException:
        from traceback import format_exc

        _send(pipe, ("broken", format_exc()))


def _send(pipe: BinaryIO, message: tuple[str, Any]) -> None:
    raw = marshal.dumps(message)
    view = memoryview(len(raw).to_bytes(8, "little") + raw)
    while view:
        view = view[pipe.write(view) :]


def _receive(pipe: BinaryIO) -> tuple[str, Any]:
    size = _read_exactly(pipe, 8)
    if not size:
        return "broken", "a worker process was killed"
    raw = _read_exactly(pipe, int.from_bytes(size, "little"))
    kind, results = marshal.loads(raw)
    return kind, results


def _read_exactly(pipe: BinaryIO, size: int) -> bytes:
    parts = []
    while size:
        part = pipe.read(size)
        if not part:
            return b""
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _stop(pid: int) -> None:
    """Wait for a worker; its next write ends it, since nobody reads its pipe any more."""
    while True:
        try:
            os.waitpid(pid, 0)
        except InterruptedError:
            continue
        except ChildProcessError:
            pass
        return


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
