"""The cache: what was loaded and found, in ``.kam/cache/portfolio-….sqlite``, or for one run in a private place.

It is an aid only. One that is missing, damaged, of another kam, of other settings, or that was not made in this
working copy (a repository could plant one) is left aside without a word; where none can be kept, everything is loaded
afresh. Rows are plain values and JSON.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from itertools import chain
from pathlib import Path

from kam import __version__
from kam.settings.cache import make_cache_folder
from kam.settings.files import digest_of, stamp_of

SEAL = "portfolio.seal"
KINDS = ("portfolio", "history", "versions")
"""What the files are called that are kept under such a private name."""
FOLDERS_OF_COMMITS = ("base", "replay", "restated")
"""What the folders are called that hold the records of a commit: to check against, to look at, to compare with."""
BUSY_SECONDS = 5.0
PAGE_BYTES = 16384
"""Rows of a whole portfolio are written with a quarter less work than in pages of the usual 4 KiB."""
CODE = ("model", "load", "schema_check", "policy", "rules", "portfolio")

TABLES = {
    "meta": "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID",
    "accounts": "CREATE TABLE accounts (account TEXT PRIMARY KEY, signature BLOB, digest BLOB, records INTEGER, "
    "filled INTEGER, total INTEGER, others BLOB, problems BLOB)",
    "files": "CREATE TABLE files (account TEXT PRIMARY KEY, found BLOB)",
    "records": "CREATE TABLE records (id TEXT, type TEXT, account TEXT, path TEXT, entry INTEGER, "
    "is_read INTEGER, faulty INTEGER, decimals INTEGER, data BLOB, body TEXT)",
    "facts": "CREATE TABLE facts (rule TEXT, account TEXT, digest BLOB, found BLOB, PRIMARY KEY (rule, account))",
    "dated": "CREATE TABLE dated (account TEXT PRIMARY KEY, day TEXT, problems BLOB)",
    "looks": "CREATE TABLE looks (rule TEXT PRIMARY KEY, digest BLOB, problems BLOB)",
    "faulted": "CREATE TABLE faulted (id TEXT PRIMARY KEY) WITHOUT ROWID",
    "answers": "CREATE TABLE answers (day TEXT PRIMARY KEY, state TEXT, report BLOB)",
}
INDEXES = {
    "records_id": "CREATE UNIQUE INDEX records_id ON records (id)",
    "records_by": "CREATE INDEX records_by ON records (type, id)",
}


sqlite3.register_adapter(bytes, bytes)
"""Bytes are kept as they are. Without a word on them each one is asked how it wants to be kept, which takes longer."""


class Store:
    """One connection to the cache. ``path`` is None for a private one, which is gone when it is closed."""

    def __init__(self, db: sqlite3.Connection, path: Path | None) -> None:
        self.db = db
        self.path = path
        self._new_key = ""

    def begin_new(self, key: str) -> bool:
        """Make the tables in an empty file, and keep everybody else out until the first change is done.

        Nothing could be lost before that, so no journal is kept, which saves a third of the work. The key comes last
        of all: a store without one was never finished. False where another process was quicker.
        """
        self.db.execute("PRAGMA locking_mode = EXCLUSIVE")
        self.db.execute("PRAGMA journal_mode = OFF")
        self.db.execute("BEGIN EXCLUSIVE")
        if _is_empty(self):
            _create(self.db)
            self._new_key = key
        else:
            self._let_others_in()
        return bool(self._new_key)

    def _let_others_in(self) -> None:
        """Commit; from now on there is a journal and the file is shared."""
        self.db.execute("COMMIT")
        if self._new_key:
            self.set_meta("key", self._new_key)
            self._new_key = ""
        self.db.execute("PRAGMA locking_mode = NORMAL")
        self.db.execute("PRAGMA journal_mode = DELETE")
        with suppress(sqlite3.OperationalError):  # another process may be looking already
            self.db.execute("PRAGMA journal_mode = WAL")

    def now(self) -> int:
        """The file system's time in ns, by its own clock, as file times are (0 in a private store: nothing is kept)."""
        if self.path is None:
            return 0
        clock = self.path.with_suffix(".clock")
        clock.touch()
        return clock.stat().st_mtime_ns

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One change, whole or not at all; others wait or do without."""
        if not self._new_key:
            self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        if self._new_key:
            self._let_others_in()
        else:
            self.db.execute("COMMIT")

    def meta(self, name: str) -> str:
        """A value noted under a name, or empty text."""
        row = self.db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def drop_indexes(self) -> None:
        """Before many rows are written at once; ``make_indexes`` is faster than keeping them up."""
        for name in INDEXES:
            self.db.execute(f"DROP INDEX IF EXISTS {name}")

    def make_indexes(self) -> None:
        """After ``drop_indexes``, in the same change."""
        for statement in INDEXES.values():
            self.db.execute(statement)

    def set_meta(self, name: str, value: str) -> None:
        """Note a value under a name."""
        self.db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def close(self) -> None:
        """Let go of the file."""
        self.db.close()


def open_store(root: Path, settings_digest: str) -> Store:
    """The portfolio's cache, emptied where it does not fit; a private one where none can be kept."""
    try:
        folder = make_cache_folder(root)
        try:
            return _open_file(folder / private_name(folder, "portfolio", ".sqlite"), settings_digest)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            discard(folder)
            return _open_file(folder / private_name(folder, "portfolio", ".sqlite"), settings_digest)
    except (OSError, sqlite3.Error):
        return open_private_store()


def discard(folder: Path) -> None:
    """Give up a damaged cache; the next one gets a new name, so nobody who still reads the old one is disturbed."""
    (folder / SEAL).unlink(missing_ok=True)


def open_private_store() -> Store:
    """A store of this run's own: in memory, on disk where it grows, and gone at the end."""
    db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode = OFF")
    _create(db)
    return Store(db, None)


def open_reader(path: Path) -> Store:
    """A second connection for a worker process, for reading only."""
    db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=BUSY_SECONDS)
    db.execute("PRAGMA trusted_schema = OFF")
    return Store(db, path)


def open_writer(path: Path) -> Store:
    """A second connection, to note something while the first one keeps to the state it opened with."""
    db = sqlite3.connect(path, isolation_level=None, timeout=0.2)
    for pragma in ("trusted_schema = OFF", "synchronous = NORMAL"):
        db.execute(f"PRAGMA {pragma}")
    return Store(db, path)


def private_name(folder: Path, kind: str, ending: str = "") -> str:
    """The name of something kept in this working copy: it follows from the inode and birth of a seal made here.

    No repository can bring along a file or folder of that name. What lies under an older name is removed.
    """
    seal = folder / SEAL
    try:
        os.close(os.open(seal, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        pass
    else:
        for old in chain.from_iterable(folder.glob(f"{each}-*") for each in KINDS):
            with suppress(OSError):
                old.unlink()
        for old in chain.from_iterable(folder.glob(f"{each}-*") for each in FOLDERS_OF_COMMITS):
            import shutil  # a new cache of a new working copy, as CI has one each time, needs none of it

            shutil.rmtree(old, ignore_errors=True)
    s = seal.lstat()
    stamp = blake2b(f"{s.st_dev} {s.st_ino} {s.st_ctime_ns}".encode(), digest_size=8).hexdigest()
    return f"{kind}-{stamp}{ending}"


def _open_file(path: Path, settings_digest: str) -> Store:
    db = sqlite3.connect(path, isolation_level=None, timeout=BUSY_SECONDS, check_same_thread=False)
    try:
        for pragma in (f"page_size = {PAGE_BYTES}", "trusted_schema = OFF", "cell_size_check = ON",
                       "synchronous = NORMAL"):  # fmt: skip
            db.execute(f"PRAGMA {pragma}")
        store = Store(db, path)
        _fit(store, f"{code_stamp()} {settings_digest}")
    except BaseException:
        db.close()
        raise
    return store


def _fit(store: Store, key: str) -> None:
    """Make the store one of this key. Raises DatabaseError where the file is not one of ours, or not finished."""
    if _is_empty(store) and store.begin_new(key):
        return
    store.db.execute("PRAGMA journal_mode = WAL")
    known = store.meta("key")
    if not known:
        raise sqlite3.DatabaseError("never finished")
    if known != key:
        with store.writing():
            for table in TABLES:
                store.db.execute(f"DELETE FROM {table}")
            store.set_meta("key", key)


def _is_empty(store: Store) -> bool:
    found = dict(store.db.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    if found and found != {**TABLES, **INDEXES}:
        raise sqlite3.DatabaseError("not a cache of this kam")
    return not found


def _create(db: sqlite3.Connection) -> None:
    for statement in (*TABLES.values(), *INDEXES.values()):
        db.execute(statement)


def code_stamp(parts: Iterable[str] = CODE) -> str:
    """Changes with any change of the code and texts that decide what is found."""
    return digest_of("\n".join((__version__, sqlite3.sqlite_version, *map(stamp_of, parts))).encode())
