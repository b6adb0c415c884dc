"""Who changed which record file when, from Git; kept between runs, so that only new commits are read.

A record that was renamed keeps its changes, and a new name alone is no change.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kam.portfolio.store import private_name
from kam.portfolio.tree import is_text
from kam.settings.cache import make_cache_folder

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from kam.git import Commit, FileChange, GitError, Repository

FORM = "3"
"""Raised with every change to what is kept."""
TABLES = {
    "changes": "CREATE TABLE changes (sha TEXT, kind TEXT, day TEXT, paths TEXT, PRIMARY KEY (sha, kind))",
    "commits": "CREATE TABLE commits (sha TEXT PRIMARY KEY, at TEXT, author TEXT) WITHOUT ROWID",
}
"""``paths`` are those of the files as they are called now, with zero bytes between them."""
KINDS = {"A": "added", "D": "removed"}


class Origin(NamedTuple):
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
        return f"{self.as_of.isoformat()} {self._mark}"

    def changed_on(self, path: str) -> str:
        """The day of the last commit that changed the file (path from the root), or an empty text."""
        return self._last.get(path, "")

    @cached_property
    def _mark(self) -> str:
        """The commit checked out, and whether the history is whole; empty outside Git and before the first commit."""
        if not may_be_in_git(self._root):
            return ""
        from kam.git import GitError

        try:
            found = self._repository
        except GitError as error:
            return error.key
        return f"{found.opened_at} {found.is_shallow()}" if found and found.opened_at else ""

    @cached_property
    def _repository(self) -> Repository | None:
        from kam.git import open_repository

        return open_repository(self._root)

    @cached_property
    def _last(self) -> dict[str, str]:
        if not may_be_in_git(self._root):
            return {}
        from kam.git import GitError

        sql = "SELECT paths, day FROM changes WHERE day <= ? AND kind <> 'removed' ORDER BY day"
        last: dict[str, str] = {}
        try:
            found = self._repository
            if found and found.opened_at:
                for paths, day in _ask(
                    self._root, found, found.opened_at, self._zone, sql, self.as_of.isoformat(), cache=self._cache
                ):
                    last.update(dict.fromkeys(paths.split("\0"), day))
        except GitError as error:
            self.error = error
        return last


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
    from kam.git import open_repository

    repository = open_repository(origin.root if origin else root)
    head = origin.commit if origin else repository.opened_at if repository else None
    if repository is None or head is None:
        return []
    sql = "SELECT paths, day, at, author, sha, kind FROM changes JOIN commits USING (sha)"
    rows = _ask(root, repository, head, zone, sql, cache=cache)
    return [Batch(paths.split("\0"), *rest) for paths, *rest in rows]


def _ask(root: Path, repository: Repository, head: str, zone: str, sql: str, *values: str, cache: bool) -> list[Any]:
    """The rows of a query to what is known of the history, which is kept below the root; brought up to date first."""
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
    from zoneinfo import ZoneInfo

    names, changes, commits = _read(repository.log(since=since or None, until=head), ZoneInfo(zone))
    db.execute("BEGIN IMMEDIATE")
    if not since:
        for table, statement in TABLES.items():
            db.execute(f"DROP TABLE IF EXISTS {table}")
            db.execute(statement)
    elif names:
        _rename(db, names)
    db.executemany("INSERT OR REPLACE INTO commits VALUES (?, ?, ?)", commits)
    db.executemany("INSERT OR REPLACE INTO changes VALUES (?, ?, ?, ?)", changes)
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
    by_commit: dict[str, dict[str, list[str]]] = {}
    for sha, kind, paths in db.execute("SELECT sha, kind, paths FROM changes"):
        by_commit.setdefault(sha, {})[kind] = paths.split("\0")
    for sha, by_kind in by_commit.items():
        if all(names.keys().isdisjoint(paths) for paths in by_kind.values()):
            continue
        taken = {path for paths in by_kind.values() for path in paths} - names.keys()
        for kind, paths in by_kind.items():
            now = [path for path in paths if path not in names]
            for path in filter(names.__contains__, paths):
                if names[path] not in taken:
                    taken.add(names[path])
                    now.append(names[path])
            db.execute("UPDATE changes SET paths = ? WHERE sha = ? AND kind = ?", ("\0".join(now), sha, kind))
    db.execute("DELETE FROM changes WHERE paths = ''")


Rows = list[tuple[str, ...]]
Made = tuple[str, str, str]
"""What a commit did to a file: the commit, the kind of change, and the day."""


def _read(commits: Iterable[Commit], zone: ZoneInfo) -> tuple[dict[str, str], Rows, Rows]:
    """Former names of files with their present ones, the changes by present names, and the commits that made them;
    commits come newest first."""
    names: dict[str, str] = {}
    found: dict[str, tuple[Made, ...]] = {}
    makers: Rows = []
    for commit in commits:
        day = commit.at.astimezone(zone).date().isoformat()
        made = {status: (commit.sha, KINDS.get(status, "changed"), day) for status in "AMDR"}
        is_maker = False
        for status, path, old_path, blob, old_blob in _texts_only(commit.changes):
            now = names.get(path, path)
            if old_path != path:
                names[old_path] = now
                _move_beside(found, old_path, now)
            if blob == old_blob:
                continue
            is_maker = True
            if now in found:
                _add(found, now, made[status])
            else:
                found[now] = (made[status],)
        if is_maker:
            at = commit.at.astimezone(UTC).isoformat(timespec="seconds")
            makers.append((commit.sha, at, commit.author_email.lower()))
    batches: dict[Made, list[str]] = {}
    for path, rows in found.items():
        for row in rows:
            batches.setdefault(row, []).append(path)
    return names, [(*row, "\0".join(paths)) for row, paths in batches.items()], makers


def _add(found: dict[str, tuple[Made, ...]], path: str, row: Made) -> None:
    """Note a change, one of each commit: two files that it changed may be one by now."""
    known = found.get(path, ())
    if not known or all(row[0] != each[0] for each in known):
        found[path] = (*known, row)


def _move_beside(found: dict[str, tuple[Made, ...]], old: str, now: str) -> None:
    """Later changes under the old name were made on a branch that did not know the new one yet, unless the file was
    made anew or removed there: then it is another file."""
    rows = found.get(old, ())
    if rows and all(kind == "changed" for _, kind, _ in rows):
        for row in found.pop(old):
            _add(found, now, row)


def _texts_only(changes: Sequence[FileChange]) -> Sequence[FileChange]:
    """Without those whose paths have bytes that are no UTF-8."""
    if not is_text("".join([each.path + each.old_path for each in changes])):
        return [each for each in changes if is_text(each.path + each.old_path)]
    return changes
