"""Commits and changed files, read from what ``git log --raw -z`` and ``git diff-tree --raw -z`` print."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from itertools import islice
from typing import NamedTuple

FIELDS = ("%H", "%P", "%an", "%ae", "%ce", "%ct", "%ci", "%s", "%b")
START = "\x01"
FORMAT = "--format=%x01" + "%x00".join(FIELDS) + "%x00"
REGULAR = "100"
"""How the mode of an ordinary file begins; links and submodules have others."""
NEW_FILE = f":000000 {REGULAR}"
"""How the entry of an ordinary file that was not there before begins."""


class FileChange(NamedTuple):
    """One file between two commits. ``status`` is ``A`` added, ``D`` deleted, ``M`` changed or ``R`` renamed.

    ``old_path`` differs from ``path`` in a rename only. ``blob`` is empty where the file is gone, ``old_blob`` where it
    is new. Paths begin at the portfolio's root.
    """

    status: str
    path: str
    old_path: str
    blob: str
    old_blob: str

    @property
    def is_pure_rename(self) -> bool:
        """Whether only the name or the mode changed, and not a byte of what is inside."""
        return self.blob == self.old_blob


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit with the files it changed. ``at`` is the committer's time with zone.

    A merge lists only files that it left unlike each of its parents: what the merge itself changed.
    """

    sha: str
    parents: tuple[str, ...]
    author_name: str
    author_email: str
    committer_email: str
    at: datetime
    subject: str
    body: str
    changes: tuple[FileChange, ...] = ()


def parse_log(parts: Iterator[str]) -> Iterator[Commit]:
    """The commits of a log in ``FORMAT`` with ``--raw -z``."""
    begins = next(parts, None)
    while begins is not None:
        head = [begins.lstrip("\n").removeprefix(START), *islice(parts, len(FIELDS) - 1)]
        begins = None
        changes: list[FileChange] = []
        for part in parts:
            text = part if part[:1] == ":" else part.lstrip("\n")
            if text[:1] == ":":
                change = _change(text, parts)
                if change is not None:
                    changes.append(change)
            elif text.startswith(START):
                begins = text
                break
        yield _commit(head, changes)


def parse_changes(parts: Iterator[str]) -> Iterator[FileChange]:
    """The changed files of ``git diff-tree --raw -z``."""
    for text in parts:
        if text.startswith(":"):
            change = _change(text, parts)
            if change is not None:
                yield change


def _change(meta: str, parts: Iterator[str]) -> FileChange | None:
    """One changed file; None for links and submodules. A merge's entry has a mode and blob for each parent."""
    path = old_path = next(parts, "")
    if meta[:11] == NEW_FILE:  # most of what an import changes: settled without a look at the rest
        return FileChange("A", path, path, meta.split(" ", 4)[3], "")
    count = len(meta) - len(meta.lstrip(":"))
    words = meta[count:].split(" ")
    is_file, was_file = words[count].startswith(REGULAR), words[0].startswith(REGULAR)
    status = words[-1][:1]
    if count == 1 and status in ("R", "C"):
        path = next(parts, "")
    if not is_file and not was_file:
        return None
    if not was_file:
        return FileChange("A", path, path, words[2 * count + 1], "")
    if not is_file:
        return FileChange("D", path, path, "", words[count + 1])
    if count == 1 and status == "C":
        return FileChange("A", path, path, words[3], "")
    return FileChange("R" if path != old_path else "M", path, old_path, words[2 * count + 1], words[count + 1])


def _commit(head: list[str], changes: list[FileChange]) -> Commit:
    sha, parents, name, email, committer, seconds, spelled, subject, body = head
    at = _moment(seconds, spelled)
    return Commit(
        sha, tuple(parents.split()), name, email, committer, at, subject, body.rstrip("\n"), tuple(changes)
    )  # fmt: skip


def _moment(seconds: str, spelled: str) -> datetime:
    """The committer's time in the committer's zone; a date that no calendar has becomes the first one."""
    zone = spelled.rpartition(" ")[2]
    try:
        offset = timedelta(hours=int(zone[:3]), minutes=int(zone[0] + zone[3:]))
        return datetime.fromtimestamp(int(seconds), timezone(offset))
    except (ValueError, OverflowError, OSError, IndexError):
        return datetime.fromtimestamp(0, UTC)
