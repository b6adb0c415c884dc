"""Who changed which record file when, from Git; kept between runs, so that only new commits are read.

A record that was renamed keeps its changes, and a new name alone is no change.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from kam.portfolio.store import private_name
from kam.settings.cache import make_cache_folder

if TYPE_CHECKING:
    from kam.git import Commit, FileChange, GitError, Repository

FORM = "2"
"""Raised with every change to what is kept."""
TABLES = {
    "changes": "CREATE TABLE changes (path TEXT, sha TEXT, kind TEXT, day TEXT, PRIMARY KEY (path, sha)) WITHOUT ROWID",
    "commits": "CREATE TABLE commits (sha TEXT PRIMARY KEY, at TEXT, author TEXT) WITHOUT ROWID",
}
NO_TEXT = re.compile("[\ud800-\udfff]")
"""What stands for bytes of a path that are no UTF-8."""
KINDS = {"A": "added", "D": "removed"}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the history of records is to be read that lie in a folder of kam's own: the portfolio's root in the
    repository, and the commit that they stand at."""

    root: Path
    commit: str


class Change(NamedTuple):
    """What a commit did to a file.

    ``path`` is the name that the file has now, from the root; ``day`` (ISO) is the day of the commit in the company's
    time zone, ``at`` its moment in UTC; ``author`` is an e-mail address in lower case; ``kind`` is ``added``,
    ``changed`` or ``removed``.
    """

    path: str
    day: str
    at: str
    author: str
    commit: str
    kind: str


class Batch(NamedTuple):
    """The files to which a commit did the same, a ``Change`` each."""

    paths: list[str]
    day: str
    at: str
    author: str
    commit: str
    kind: str


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

        sql = "SELECT path, max(day) FROM changes WHERE day <= ? AND kind <> 'removed' GROUP BY path"
        try:
            return dict(_ask(self._root, self._zone, sql, (self.as_of.isoformat(),), cache=self._cache))
        except GitError as error:
            self.error = error
            return {}


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


def load_changes(root: Path, zone: str, *, cache: bool = True, origin: Origin | None = None) -> list[Change]:
    """Every change of a file below ``accounts/`` or ``archive/``, by path, the newest first.

    Without an ``origin`` it is the history of the commit checked out; what is kept lies below ``root`` in any case.
    Raises GitError where the history cannot be read or is cut off: what follows from half a history would be wrong.
    """
    batches = load_batches(root, zone, cache=cache, origin=origin)
    batches.sort(key=lambda each: each.commit)
    batches.sort(key=lambda each: (each.day, each.at), reverse=True)
    found = [Change(path, *rest) for paths, *rest in batches for path in paths]
    return sorted(found, key=lambda each: each.path)


def load_batches(root: Path, zone: str, *, cache: bool = True, origin: Origin | None = None) -> list[Batch]:
    """The same commit by commit, in no order: most commits of an import change many files."""
    sql = (
        "SELECT group_concat(path, char(0)), day, at, author, sha, kind FROM changes JOIN commits USING (sha)"
        " GROUP BY sha, day, kind"
    )
    rows = _ask(root, zone, sql, (), cache=cache, origin=origin)
    return [Batch(paths.split("\0"), *rest) for paths, *rest in rows]


def _ask(
    root: Path, zone: str, sql: str, values: tuple[str, ...], *, cache: bool, origin: Origin | None = None
) -> list[Any]:
    """The rows of a query to what is known of the history, brought up to date first; none without Git."""
    from kam.git import open_repository

    repository = open_repository(origin.root if origin else root)
    head = origin.commit if origin else repository.head() if repository else None
    if repository is None or head is None:
        return []
    repository.require_whole()
    if cache:
        with suppress(OSError, sqlite3.Error), _open(root) as db:
            _update(db, repository, head, zone)
            return db.execute(sql, values).fetchall()
    with _open(None) as db:
        _update(db, repository, head, zone)
        return db.execute(sql, values).fetchall()


@contextmanager
def _open(root: Path | None) -> Iterator[sqlite3.Connection]:
    """What is kept below the root; without one, nothing yet."""
    place: Path | str = ":memory:"
    if root is not None:
        folder = make_cache_folder(root)
        place = folder / private_name(folder, "history", ".sqlite")
    with closing(sqlite3.connect(place, isolation_level=None, timeout=5)) as db:
        db.execute("PRAGMA trusted_schema = OFF")
        db.execute("CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID")
        yield db


def _update(db: sqlite3.Connection, repository: Repository, head: str, zone: str) -> None:
    """Add the commits since the last time; begin anew where what is kept is of another kind, or of no ancestor."""
    kept = dict(db.execute("SELECT name, value FROM meta"))
    if (kept.get("form"), kept.get("zone"), kept.get("head")) == (FORM, zone, head):
        return
    since = kept.get("head", "") if (kept.get("form"), kept.get("zone")) == (FORM, zone) else ""
    since = since if since and is_ancestor(repository, since, head) else ""
    names, changes, commits = _read(repository.log(since=since or None, until=head), ZoneInfo(zone))
    db.execute("BEGIN IMMEDIATE")
    if since:
        _rename(db, names)
    else:
        for table, statement in TABLES.items():
            db.execute(f"DROP TABLE IF EXISTS {table}")
            db.execute(statement)
    db.executemany("INSERT OR REPLACE INTO commits VALUES (?, ?, ?)", commits)
    db.executemany("INSERT OR IGNORE INTO changes VALUES (?, ?, ?, ?)", changes)
    rows = [("form", FORM), ("zone", zone), ("head", head)]
    db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", rows)
    db.execute("COMMIT")


def is_ancestor(repository: Repository, commit: str, head: str) -> bool:
    """Whether the second commit comes from the first."""
    from kam.git import GitError

    try:
        return repository.merge_base(commit, head) == commit
    except GitError:
        return False


def _rename(db: sqlite3.Connection, names: dict[str, str]) -> None:
    """Move the changes of renamed files, all at once, as one file may have taken the name of another."""
    moved: list[tuple[str, ...]] = []
    for old, now in names.items():
        moved += [(now, *rest) for rest in db.execute("SELECT sha, kind, day FROM changes WHERE path = ?", (old,))]
        db.execute("DELETE FROM changes WHERE path = ?", (old,))
    db.executemany("INSERT OR IGNORE INTO changes VALUES (?, ?, ?, ?)", moved)


Rows = list[tuple[str, ...]]


def _read(commits: Iterable[Commit], zone: ZoneInfo) -> tuple[dict[str, str], Rows, Rows]:
    """Former names of files with their present ones, the changes by present names, and the commits that made them;
    commits come newest first."""
    names: dict[str, str] = {}
    found: dict[str, Rows] = {}
    makers: Rows = []
    for commit in commits:
        day = commit.at.astimezone(zone).date().isoformat()
        is_maker = False
        for change in filter(_is_text, commit.changes):
            now = names.get(change.path, change.path)
            if change.old_path != change.path:
                names[change.old_path] = now
                _move_beside(found, change.old_path, now)
            if not change.is_pure_rename:
                found.setdefault(now, []).append((commit.sha, KINDS.get(change.status, "changed"), day))
                is_maker = True
        if is_maker:
            at = commit.at.astimezone(UTC).isoformat(timespec="seconds")
            makers.append((commit.sha, at, commit.author_email.lower()))
    return names, [(path, *row) for path, rows in found.items() for row in rows], makers


def _move_beside(found: dict[str, Rows], old: str, now: str) -> None:
    """Later changes under the old name were made on a branch that did not know the new one yet, unless the file was
    made anew or removed there: then it is another file."""
    rows = found.get(old, [])
    if rows and all(kind == "changed" for _, kind, _ in rows):
        found.setdefault(now, []).extend(found.pop(old))


def _is_text(change: FileChange) -> bool:
    return not (NO_TEXT.search(change.path) or NO_TEXT.search(change.old_path))
