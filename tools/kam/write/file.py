"""The only place where a record file is written: whole or not at all, and never over someone else's change."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

PREFIX, SUFFIX = ".kam-", ".tmp"
"""What the name of a file in the making begins and ends with; one that was left behind may be deleted."""


class RefusedError(Exception):
    """A file was not written because that could have lost or misplaced something; the message says why."""


def write_file(path: Path, text: str, *, expected: bytes | None, sync: bool = True) -> None:
    """Write ``text`` to ``path``, making its folder where need be.

    ``expected`` is what the file holds now, as the caller last saw it, or None for a file that must not exist yet.
    Raises RefusedError where that is not so, or where ``path`` is or leads through a symbolic link. With ``sync`` off
    the file is still whole or absent if the process dies, but a power failure may lose it: for bulk writers, which
    sync once at their end.
    """
    _refuse_links(path)
    _compare(path, expected)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{PREFIX}{path.name}.{os.getpid()}{SUFFIX}")
    try:
        _fill(temporary, text.encode("utf-8"), sync=sync)
        if expected is None:
            _move_to_free(temporary, path)
        else:
            temporary.replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()
        raise
    if sync:
        _sync_folder(path.parent)


def _refuse_links(path: Path) -> None:
    for place in (path, *path.parents):
        if place.is_symlink():
            raise RefusedError(f"{place} is a symbolic link")
        if place.name == "accounts":
            return


def _compare(path: Path, expected: bytes | None) -> None:
    try:
        found = path.read_bytes()
    except FileNotFoundError:
        if expected is not None:
            raise RefusedError(f"{path} is gone") from None
        return
    if expected is None:
        raise RefusedError(f"{path} exists already")
    if found != expected:
        raise RefusedError(f"{path} was changed meanwhile")


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
        raise RefusedError(f"{path} exists already") from None
    except OSError:
        temporary.replace(path)
    else:
        temporary.unlink()


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
