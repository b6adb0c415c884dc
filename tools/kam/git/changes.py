"""Commits and changed files, read from what ``git log --raw -z`` and ``git diff-tree --raw -z`` print."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

FIELDS = ("%H", "%P", "%an", "%ae", "%ce", "%ct", "%ci", "%s", "%b")
START = "\x01"
FORMAT = "--format=%x01" + "%x00".join(FIELDS) + "%x00"
REGULAR = "100"
"""How the mode of an ordinary file begins; links and submodules have others."""


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


def parse_log(parts: Iterator[bytes]) -> Iterator[Commit]:
    """The commits of a log in ``FORMAT`` with ``--raw -z``."""
    head: list[str] = []
    changes: list[FileChange] = []
    for part in parts:
        text = _text(part).lstrip("\n")
        if len(head) < len(FIELDS) if head else text.startswith(START):
            head.append(_text(part) if head else text[1:])
        elif text.startswith(START):
            yield _commit(head, changes)
            head, changes = [text[1:]], []
        elif text.startswith(":"):
            change = _change(text, parts)
            if change is not None:
                changes.append(change)
    if head:
        yield _commit(head, changes)


def parse_changes(parts: Iterator[bytes]) -> Iterator[FileChange]:
    """The changed files of ``git diff-tree --raw -z``."""
    for part in parts:
        text = _text(part)
        if text.startswith(":"):
            change = _change(text, parts)
            if change is not None:
                yield change


def _change(meta: str, parts: Iterator[bytes]) -> FileChange | None:
    """One changed file; None for links and submodules. A merge's entry has a mode and blob for each parent."""
    count = len(meta) - len(meta.lstrip(":"))
    words = meta[count:].split(" ")
    modes, blobs, status = words[: count + 1], words[count + 1 : 2 * count + 2], words[-1]
    path = old_path = _text(next(parts, b""))
    if count == 1 and status[0] in "RC":
        path = _text(next(parts, b""))
    is_file, was_file = modes[-1].startswith(REGULAR), modes[0].startswith(REGULAR)
    if not is_file and not was_file:
        return None
    blob, old_blob = blobs[-1] if is_file else "", blobs[0] if was_file else ""
    if not old_blob:
        return FileChange("A", path, path, blob, "")
    if not blob:
        return FileChange("D", path, path, "", old_blob)
    if count == 1 and status[0] == "C":
        return FileChange("A", path, path, blob, "")
    return FileChange("R" if path != old_path else "M", path, old_path, blob, old_blob)


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


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
