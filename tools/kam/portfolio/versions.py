"""All versions of some record files, from Git, with who made each; kept between runs: only new commits are read.

A file that was renamed keeps its versions. What a version says is read once for each blob.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kam.git import Commit, Repository
from kam.portfolio.encode import dump_json, load_json
from kam.portfolio.history import is_ancestor
from kam.portfolio.store import private_name
from kam.settings.cache import make_cache_folder

FORM = "1"
"""Raised with every change to what is kept."""
TABLES = (
    "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS versions (path TEXT, number INTEGER, sha TEXT, author TEXT, committer TEXT, "
    "is_merge INTEGER, blob TEXT, old_blob TEXT, PRIMARY KEY (path, number)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS said (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID",
)
ROOTS = ("accounts", "archive")


@dataclass(frozen=True, slots=True)
class Version:
    """A file as a commit left it. ``number`` grows with time; addresses are in lower case. ``old_blob`` is what it was
    before, empty where the file was new; of a merge it is what the first parent had."""

    number: int
    commit: str
    author: str
    committer: str
    is_merge: bool
    blob: str
    old_blob: str


class Versions:
    """The versions of the files in some folders of the accounts. Raises GitError where the history cannot be read or is
    cut off."""

    def __init__(self, root: Path, repository: Repository, head: str, folders: Iterable[str], *, cache: bool) -> None:
        repository.require_whole()
        self._repository, self._head = repository, head
        self._folders = frozenset(folders)
        self._db = _open(root, cache=cache)
        try:
            self._update()
        except sqlite3.Error:
            self._db.close()
            self._db = _open(root, cache=False)
            self._update()

    def close(self) -> None:
        """Let go of the cache file."""
        self._db.close()

    def of(self, path: str) -> list[Version]:
        """The versions of a file by the path that it has now, the newest first."""
        sql = (
            "SELECT number, sha, author, committer, is_merge, blob, old_blob FROM versions WHERE path = ? "
            "ORDER BY number DESC"
        )
        rows = self._db.execute(sql, (path,))
        return [
            Version(number, sha, author, by, bool(merge), *blobs) for number, sha, author, by, merge, *blobs in rows
        ]

    def say(self, blobs: Iterable[str], key: str, read: Callable[[bytes], Any]) -> Mapping[str, Any]:
        """Blob → what ``read`` makes of its bytes (plain values), made once for each blob and ``key``."""
        wanted = list(dict.fromkeys(filter(None, blobs)))
        found = {blob: self.kept(f"{blob} {key}") for blob in wanted}
        missing = [blob for blob, value in found.items() if value is None]
        for blob, raw in self._repository.read_blobs(missing):
            found[blob] = read(raw)
            self.keep(f"{blob} {key}", found[blob])
        return found

    def kept(self, name: str) -> Any:
        """Something kept under a name; None where there is nothing."""
        row = self._db.execute("SELECT value FROM said WHERE name = ?", (name,)).fetchone()
        return load_json(row[0]) if row else None

    def keep(self, name: str, value: Any) -> None:
        """Keep plain values under a name, where nobody else is writing."""
        with suppress(sqlite3.Error):
            self._db.execute("INSERT OR REPLACE INTO said VALUES (?, ?)", (name, dump_json(value)))

    def _update(self) -> None:
        kept = dict(self._db.execute("SELECT name, value FROM meta"))
        form = f"{FORM} {' '.join(sorted(self._folders))}"
        if (kept.get("form"), kept.get("head")) == (form, self._head):
            return
        since = kept.get("head", "") if kept.get("form") == form else ""
        since = since if since and is_ancestor(self._repository, since, self._head) else ""
        names, rows = self._read(self._repository.log(since=since or None))
        self._db.execute("BEGIN IMMEDIATE")
        first = 0
        if since:
            first = self._db.execute("SELECT coalesce(max(number), 0) FROM versions").fetchone()[0]
            self._rename(names)
        else:
            self._db.execute("DELETE FROM versions")
            self._db.execute("DELETE FROM said")
        numbered = ((path, first + number, *rest) for path, number, *rest in rows)
        self._db.executemany("INSERT OR REPLACE INTO versions VALUES (?,?,?,?,?,?,?,?)", numbered)
        self._db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", [("form", form), ("head", self._head)])
        self._db.execute("COMMIT")

    def _rename(self, names: Mapping[str, str]) -> None:
        """Move the versions of renamed files, all at once, as one file may have taken the name of another."""
        moved: list[Any] = []
        for old, now in names.items():
            rows = self._db.execute("SELECT * FROM versions WHERE path = ?", (old,)).fetchall()
            moved += [(now, *rest) for _, *rest in rows]
            self._db.execute("DELETE FROM versions WHERE path = ?", (old,))
        self._db.executemany("INSERT OR REPLACE INTO versions VALUES (?,?,?,?,?,?,?,?)", moved)

    def _read(self, commits: Iterable[Commit]) -> tuple[dict[str, str], list[tuple[Any, ...]]]:
        """Former names of files with their present ones, and the versions, numbered from 1 for the oldest commit."""
        names: dict[str, str] = {}
        found: list[list[Any]] = []
        count = 0
        for count, commit in enumerate(commits, 1):
            for change in commit.changes:
                now = names.get(change.path, change.path)
                if change.old_path != change.path:
                    names[change.old_path] = now
                if change.blob and self._is_wanted(now):
                    who = (commit.sha, commit.author_email.lower(), commit.committer_email.lower())
                    found.append([now, -count, *who, len(commit.parents) > 1, change.blob, change.old_blob])
        return names, [(path, count + 1 + number, *rest) for path, number, *rest in found]

    def _is_wanted(self, path: str) -> bool:
        parts = path.split("/")
        if parts[0] not in ROOTS or any("\ud800" <= each <= "\udfff" for each in path):
            return False
        folder = parts[2].removesuffix(".md") if len(parts) == 3 else parts[2] if len(parts) == 4 else ""
        return folder in self._folders


def _open(root: Path, *, cache: bool) -> sqlite3.Connection:
    place: Path | str = ":memory:"
    if cache:
        with suppress(OSError):
            folder = make_cache_folder(root)
            place = folder / private_name(folder, "versions", ".sqlite")
    try:
        return _prepare(place)
    except sqlite3.Error:
        return _prepare(":memory:")


def _prepare(place: Path | str) -> sqlite3.Connection:
    db = sqlite3.connect(place, isolation_level=None, timeout=5)
    db.execute("PRAGMA trusted_schema = OFF")
    for statement in TABLES:
        db.execute(statement)
    return db
