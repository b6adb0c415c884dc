"""The only place where a record file is written: whole or not at all, and never over someone else's change."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

PREFIX, SUFFIX = ".kam-", ".tmp"
"""What the name of a file in the making begins and ends with; one that was left behind may be deleted."""
MAX_NAME = 40
"""Of the name of a file in the making that much comes from the file: a long name with more to it may be too long."""


REASONS = {
    "symlink": "{path} is a symbolic link",
    "gone": "{path} is gone",
    "exists": "{path} exists already",
    "changed": "{path} was changed meanwhile",
    "outside": "{path} is no place for records",
}


class RefusedError(Exception):
    """A file was not written because that could have lost or misplaced something; ``key`` (of REASONS) says why."""

    def __init__(self, path: Path | str, key: str) -> None:
        super().__init__(REASONS[key].format(path=path))
        self.path, self.key = str(path), key


def write_file(path: Path, text: str, *, expected: bytes | None, sync: bool = True) -> None:
    """Write ``text`` to ``path``, making its folder where need be.

    ``expected`` is what the file holds now, as the caller last saw it, or None for a file that must not exist yet.
    Raises RefusedError where that is not so, or where ``path`` is or leads through a symbolic link. With ``sync`` off
    the file is still whole or absent if the process dies, but a power failure may lose it: for bulk writers, which
    sync once at their end.
    """
    write_bytes(path, text.encode("utf-8"), expected=expected, sync=sync)


def write_bytes(
    path: Path, content: bytes, *, expected: bytes | None, sync: bool = True, root: Path | None = None
) -> None:
    """As ``write_file``. ``root`` is the folder up to which no part of the path may be a symbolic link, where that is
    not the one named ``accounts``."""
    refuse_links(path, root)
    _compare(path, expected)
    _make_folder(path.parent, sync=sync)
    temporary = path.with_name(f"{PREFIX}{path.name[-MAX_NAME:]}.{os.getpid()}{SUFFIX}")
    try:
        _fill(temporary, content, sync=sync)
        if expected is None:
            _move_to_free(temporary, path)
        else:
            temporary.replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()
        raise
    if sync:
        sync_folder(path.parent)


def clear_leftovers(paths: Iterable[Path]) -> None:
    """Of these files, remove those in the making that a killed process left behind."""
    for path in paths:
        number = path.name.removesuffix(SUFFIX).rpartition(".")[2]
        if path.name.startswith(PREFIX) and number.isdecimal() and not _is_alive(int(number)):
            with contextlib.suppress(OSError):
                path.unlink()


def _is_alive(process: int) -> bool:
    """Whether a process of that number runs; elsewhere than on POSIX nobody can ask without harm."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True


def _make_folder(folder: Path, *, sync: bool) -> None:
    if folder.is_dir():
        return
    _make_folder(folder.parent, sync=sync)
    folder.mkdir(exist_ok=True)
    if sync:
        sync_folder(folder.parent)


def refuse_links(path: Path, root: Path | None = None) -> None:
    """Raise RefusedError where the path, or a folder on the way from the root to it, is a symbolic link."""
    for place in (path, *path.parents):
        if place == root:
            return
        if place.is_symlink():
            raise RefusedError(place, "symlink")
        if root is None and place.name == "accounts":
            return


def is_inside(path: str, trees: Sequence[str]) -> bool:
    """Whether a path with ``/`` lies in one of these folders and leads nowhere else."""
    parts = path.split("/")
    return len(parts) > 1 and parts[0] in trees and not {"", ".", ".."} & set(parts) and "\\" not in path


def _compare(path: Path, expected: bytes | None) -> None:
    try:
        found = path.read_bytes()
    except FileNotFoundError:
        if expected is not None:
            raise RefusedError(path, "gone") from None
        return
    if expected is None:
        raise RefusedError(path, "exists")
    if found != expected:
        raise RefusedError(path, "changed")


def _fill(temporary: Path, content: bytes, *, sync: bool) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    with os.fdopen(os.open(temporary, flags, 0o644), "wb") as file:
        file.write(content)
        if sync:
            file.flush()
            os.fsync(file.fileno())


def _move_to_free(temporary: Path, path: Path) -> None:
    """Take the name only if it is still free: a link fails where a rename would overwrite."""
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        raise RefusedError(path, "exists") from None
    except OSError:
        temporary.replace(path)
    else:
        temporary.unlink()


def sync_folder(folder: Path) -> None:
    """Make sure that the names in a folder outlive a power failure, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
