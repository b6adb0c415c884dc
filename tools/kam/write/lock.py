"""One writer at a time in a portfolio: who comes second waits, and then sees what the first one wrote."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PLACE = ".kam/write.lock"
PATIENCE = 60.0
PAUSE = 0.02


class LockedError(Exception):
    """Another process has been writing for longer than anybody should have to wait."""


@contextmanager
def write_lock(root: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the portfolio's write lock. It is let go when the process ends, however it ends.

    Raises LockedError after ``patience`` seconds, OSError where no lock file can be made.
    """
    folder = (root / PLACE).parent
    if folder.is_symlink():
        raise OSError(f"{folder} is a symbolic link")
    folder.mkdir(exist_ok=True)
    handle = os.open(root / PLACE, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
    try:
        waited = 0.0
        while not _try_lock(handle):
            if waited >= patience:
                raise LockedError
            time.sleep(PAUSE)
            waited += PAUSE
        yield
    finally:
        os.close(handle)


def _try_lock(handle: int) -> bool:
    try:
        if os.name == "posix":
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    except OSError:
        return False
    return True
