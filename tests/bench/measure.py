"""Running a command and saying what it cost: wall time, CPU of it and its children, peak memory of them together."""

from __future__ import annotations

import os
import shlex
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent
KAM = (sys.executable, "-m", "kam")
SAMPLE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds, and megabytes (0 where memory was not watched)."""

    wall: float
    cpu: float
    peak: float = 0.0


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the benchmark's table: ours against theirs, and the ratio (or value) that is the goal.

    ``theirs`` is None where the goal is an absolute value in ``unit``.
    """

    name: str
    ours: float
    theirs: float | None
    goal: float
    unit: str = "s"
    note: str = ""

    @property
    def figure(self) -> float:
        """What is compared with the goal."""
        return self.ours if self.theirs is None else self.ours / self.theirs

    @property
    def is_met(self) -> bool:
        """Whether the goal holds."""
        return self.figure <= self.goal


def surroundings() -> dict[str, str]:
    """Environment of measured commands: this source tree, no settings of the user's."""
    return {
        **os.environ,
        "PYTHONPATH": os.environ.get("KAM_BENCH_TOOLS", str(REPOSITORY / "tools")),
        "PYTHONDONTWRITEBYTECODE": "",
        "KAM_LANG": "en",
        "NO_COLOR": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
    }


def run(command: Sequence[str | Path], cwd: Path, *, watch: bool = False, ok: tuple[int, ...] = (0,)) -> Cost:
    """Run once. Raises RuntimeError with what it said where the exit status is none of ``ok``."""
    start = time.perf_counter()
    with subprocess.Popen(
        list(map(str, command)), cwd=cwd, env=surroundings(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        watcher = _Watcher(process.pid) if watch else None
        assert process.stderr is not None
        said = process.stderr.read().decode("utf-8", "replace")
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    if process.returncode not in ok:
        raise RuntimeError(f"{shlex.join(map(str, command))}: exit {process.returncode}\n{said[-2000:]}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, watcher.stop() if watcher else 0.0)


def median(
    command: Sequence[str | Path], cwd: Path, times: int, *, before: Callable[[], None] | None = None, warm: int = 1
) -> Cost:
    """The median over several runs, after some that do not count; ``before`` prepares each."""
    costs = []
    for _ in range(warm + times):
        if before:
            before()
        costs.append(run(command, cwd))
    counted = costs[warm:]
    return Cost(statistics.median(c.wall for c in counted), statistics.median(c.cpu for c in counted))


class _Watcher:
    """Samples the memory of a process and its children; memory shared between them counts once."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.peak = 0
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._watch)
        self.thread.start()

    def stop(self) -> float:
        """The peak in megabytes."""
        self.done.set()
        self.thread.join()
        return self.peak / 1e6

    def _watch(self) -> None:
        while not self.done.wait(SAMPLE_SECONDS):
            self.peak = max(self.peak, sum(_memory(pid) for pid in _family(self.pid)))


def _family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return [pid]
    return [pid, *(each for child in children for each in _family(int(child)))]


def _memory(pid: int) -> int:
    """Proportional set size in bytes; 0 for a process that has just ended."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0
