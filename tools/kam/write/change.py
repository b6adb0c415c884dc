"""Several files changed together: all of them, or after a crash none or still all of them.

What is to happen is first written down as a whole (``.kam/unfinished.json``), then done, then the note is removed. A
process that dies in between leaves the note, and the next one that holds the write lock carries on where it stopped.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from kam.write.file import (
    PREFIX,
    SUFFIX,
    RefusedError,
    clear_leftovers,
    is_inside,
    refuse_links,
    sync_folder,
    write_bytes,
)

NOTE = ".kam/unfinished.json"
TREES = ("accounts", "archive", "import-state", "site-config")
"""Where files may be written; a note that names others is not ours."""


@dataclass(frozen=True, slots=True)
class Change:
    """One file: ``content`` is what it is to hold, None to take it away; ``expected`` what it holds now, None where
    it must not exist. ``path`` runs from the portfolio's root, with ``/``."""

    path: str
    content: bytes | None
    expected: bytes | None


def write_changes(root: Path, changes: Sequence[Change]) -> None:
    """Make all changes; call it under the write lock, after ``finish_changes``.

    Raises RefusedError, with nothing changed, where a file is not as expected or lies behind a symbolic link; OSError
    where the system refuses, with everything put back that was done by then.
    """
    for change in changes:
        _require(root, change)
    folders = {(root / change.path).parent for change in changes}
    clear_leftovers(path for folder in folders if folder.is_dir() for path in folder.glob(f"{PREFIX}*{SUFFIX}"))
    if len(changes) == 1:
        _apply(root, changes[0])
        return
    note = root / NOTE
    write_bytes(note, _render(changes), expected=_read(note))
    done: list[Change] = []
    try:
        for change in changes:
            _apply(root, change)
            done.append(change)
    except (OSError, RefusedError):
        for change in reversed(done):
            with suppress(OSError, RefusedError):
                _apply(root, Change(change.path, change.expected, change.content))
        note.unlink(missing_ok=True)
        raise
    note.unlink()


def finish_changes(root: Path) -> list[str]:
    """Carry on what a process that died had begun; the paths that are in place now. Call it under the write lock.

    A file that somebody has changed since stays as it is.
    """
    note = root / NOTE
    if note.is_symlink() or not note.is_file():
        return []
    changes = _parse(note.read_bytes())
    finished = []
    for path, content, was in changes:
        if not is_inside(path, TREES):
            continue
        found = _read(root / path)
        if found == content:
            continue
        if _digest(found) == was:
            _apply(root, Change(path, content, found))
            finished.append(path)
    note.unlink()
    return finished


def _require(root: Path, change: Change) -> None:
    place = root / change.path
    if not is_inside(change.path, TREES):
        raise RefusedError(change.path, "outside")
    refuse_links(place, root)
    found = _read(place)
    if found != change.expected:
        raise RefusedError(change.path, "gone" if found is None else "exists" if change.expected is None else "changed")


def _apply(root: Path, change: Change) -> None:
    place = root / change.path
    if change.content is not None:
        write_bytes(place, change.content, expected=change.expected, root=root)
        return
    refuse_links(place, root)
    if change.expected is None or _read(place) is None:
        return
    place.unlink()
    sync_folder(place.parent)
    _drop_empty(place.parent, root)


def _drop_empty(folder: Path, root: Path) -> None:
    """Folders that hold nothing any more go too, up to the account's."""
    while folder.parent not in (root, folder) and folder != root:
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent


def _read(place: Path) -> bytes | None:
    try:
        handle = os.open(place, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        return None
    with os.fdopen(handle, "rb") as file:
        return file.read()


def _digest(content: bytes | None) -> str:
    return "" if content is None else blake2b(content, digest_size=16).hexdigest()


def _render(changes: Iterable[Change]) -> bytes:
    rows = [
        [each.path, None if each.content is None else base64.b64encode(each.content).decode(), _digest(each.expected)]
        for each in changes
    ]
    return json.dumps(rows, ensure_ascii=False).encode()


def _parse(raw: bytes) -> list[tuple[str, bytes | None, str]]:
    """The changes of a note; nothing where it cannot be read, for a note is whole before anything is done."""
    try:
        rows: Any = json.loads(raw)
        return [
            (str(path), None if content is None else base64.b64decode(content), str(was)) for path, content, was in rows
        ]
    except (ValueError, TypeError):
        return []
