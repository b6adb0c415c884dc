"""On which days the records changed, from Git; kept between runs, so that only new commits are read.

A record that was renamed keeps its days, and a new name alone is no change.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from kam.portfolio.store import private_name
from kam.settings.cache import make_cache_folder

if TYPE_CHECKING:
    from kam.git import Commit, GitError, Repository

FORM = "1"
"""Raised with every change to what is kept."""
TABLES = (
    "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS changes (path TEXT, day TEXT, PRIMARY KEY (path, day)) WITHOUT ROWID",
)
UNDER = "accounts/"
Change = tuple[str, str]
"""Path from the root and day (ISO) of a commit that changed the file."""


class History:
    """The history of the record files below a root, asked for only when somebody wants to know.

    ``as_of`` is the last day that counts; days are those of the company's time zone. Where the history cannot be read,
    nothing is known of any file and ``error`` says why. Outside Git, and before the first commit, nothing is known
    either, and that is no error.
    """

    def __init__(self, root: Path, zone: str, as_of: date, *, cache: bool = True) -> None:
        self._root, self._zone, self._cache = root, zone, cache
        self.as_of = as_of
        self.error: GitError | None = None

    @cached_property
    def state(self) -> str:
        """What the answers follow from, as text: the day looked from, and the commit checked out."""
        return f"{self.as_of.isoformat()} {find_mark(self._root)}"

    def changed_on(self, path: str) -> str:
        """The day of the last commit that changed the file (path from the root), or an empty text."""
        return self._last.get(path, "")

    @cached_property
    def _last(self) -> dict[str, str]:
        from kam.git import GitError

        try:
            changes = load_changes(self._root, self._zone, cache=self._cache)
        except GitError as error:
            self.error = error
            return {}
        today = self.as_of.isoformat()
        last: dict[str, str] = {}
        for path, day in changes:
            if last.get(path, "") < day <= today:
                last[path] = day
        return last


def find_mark(root: Path) -> str:
    """What the days of the records depend on: the commit checked out, and whether the history is whole.

    Empty outside Git and before the first commit.
    """
    if not may_be_in_git(root):
        return ""
    from kam.git import GitError, open_repository

    try:
        repository = open_repository(root)
        head = repository.head() if repository else None
        return f"{head} {repository.is_shallow()}" if repository and head else ""
    except GitError as error:
        return error.key


def may_be_in_git(root: Path) -> bool:
    """Whether Git need be asked at all; most of a check in which nothing changed would be spent on that."""
    return "GIT_DIR" in os.environ or any(
        os.path.lexists(folder / ".git") for folder in (root, *root.resolve().parents)
    )


def load_changes(root: Path, zone: str, *, cache: bool = True) -> list[Change]:
    """Every file below ``accounts/`` with each day on which a commit changed it, sorted.

    Raises GitError where the history cannot be read or is cut off: days that follow from half a history would be wrong.
    """
    from kam.git import open_repository

    repository = open_repository(root)
    head = repository.head() if repository else None
    if repository is None or head is None:
        return []
    repository.require_whole()
    if cache:
        with suppress(OSError, sqlite3.Error), closing(_open(root)) as db:
            return _load_kept(db, repository, head, zone)
    _, found = _read(repository.log(), ZoneInfo(zone))
    return sorted(found)


def _open(root: Path) -> sqlite3.Connection:
    folder = make_cache_folder(root)
    db = sqlite3.connect(folder / private_name(folder, "history", ".sqlite"), isolation_level=None, timeout=5)
    db.execute("PRAGMA trusted_schema = OFF")
    for statement in TABLES:
        db.execute(statement)
    return db


def _load_kept(db: sqlite3.Connection, repository: Repository, head: str, zone: str) -> list[Change]:
    """What is kept, brought up to date first: by the commits since, or from the beginning where that is no ancestor."""
    kept = dict(db.execute("SELECT name, value FROM meta"))
    if (kept.get("form"), kept.get("zone"), kept.get("head")) != (FORM, zone, head):
        since = kept.get("head", "") if (kept.get("form"), kept.get("zone")) == (FORM, zone) else ""
        since = since if since and is_ancestor(repository, since, head) else ""
        names, found = _read(repository.log(since=since or None), ZoneInfo(zone))
        db.execute("BEGIN IMMEDIATE")
        if since:
            _rename(db, names)
        else:
            db.execute("DELETE FROM changes")
        db.executemany("INSERT OR IGNORE INTO changes VALUES (?, ?)", found)
        rows = [("form", FORM), ("zone", zone), ("head", head)]
        db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", rows)
        db.execute("COMMIT")
    return [(path, day) for path, day in db.execute("SELECT path, day FROM changes ORDER BY path, day")]


def is_ancestor(repository: Repository, commit: str, head: str) -> bool:
    """Whether the second commit comes from the first."""
    from kam.git import GitError

    try:
        return repository.merge_base(commit, head) == commit
    except GitError:
        return False


def _rename(db: sqlite3.Connection, names: dict[str, str]) -> None:
    """Move the days of renamed files, all at once, as one file may have taken the name of another."""
    moved: list[Change] = []
    for old, now in names.items():
        moved += [(now, day) for (day,) in db.execute("SELECT day FROM changes WHERE path = ?", (old,))]
        db.execute("DELETE FROM changes WHERE path = ?", (old,))
    db.executemany("INSERT OR IGNORE INTO changes VALUES (?, ?)", moved)


def _read(commits: Iterable[Commit], zone: ZoneInfo) -> tuple[dict[str, str], set[Change]]:
    """Former names of files with their present ones, and the changes by present names; commits come newest first."""
    names: dict[str, str] = {}
    found: set[Change] = set()
    for commit in commits:
        day = ""
        for path, old_path, is_change in _iter_files(commit):
            now = names.get(path, path)
            if old_path != path:
                names[old_path] = now
            if is_change and now.startswith(UNDER):
                day = day or commit.at.astimezone(zone).date().isoformat()
                found.add((now, day))
    return names, found


def _iter_files(commit: Commit) -> Iterator[tuple[str, str, bool]]:
    for change in commit.changes:
        if not any("\ud800" <= c <= "\udfff" for c in change.path + change.old_path):
            yield change.path, change.old_path, bool(change.blob) and not change.is_pure_rename
