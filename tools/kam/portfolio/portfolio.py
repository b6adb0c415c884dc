"""The portfolio as other parts see it: its records one by one, and what is wrong with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from kam.portfolio.encode import load_json
from kam.portfolio.refresh import Refresh
from kam.portfolio.store import Store, discard, open_private_store, open_reader, open_store

if TYPE_CHECKING:
    from kam.model.problem import FieldPath, Problem
    from kam.model.record import Record
    from kam.portfolio.history import Origin
    from kam.portfolio.report import Report
    from kam.settings import Settings

ATTEMPTS = 3


def open_portfolio(
    root: Path,
    settings: Settings | None = None,
    *,
    cache: bool = True,
    verify: bool = False,
    as_of: date | None = None,
) -> Portfolio:
    """Look for the records below ``root``, load those that changed since the last time, and check them.

    ``cache=False`` loads everything and keeps nothing. ``verify`` compares contents, whatever the file times say.
    Whoever goes on to ask what is wrong on a day names it as ``as_of``: then what depends on the day is found at once.
    Settings with errors should be refused before (``settings.is_usable``).
    """
    if settings is None:
        from kam.settings import load_settings

        settings = load_settings(root)
    if cache:
        store = open_store(root, settings.digest)
        try:
            return _open(root, settings, store, verify=verify, as_of=as_of)
        except sqlite3.Error as error:
            if store.path is None:
                raise
            store.close()
            if not isinstance(error, sqlite3.OperationalError):
                discard(store.path.parent)
    return _open(root, settings, open_private_store(), verify=verify, as_of=as_of)


def _open(root: Path, settings: Settings, store: Store, *, verify: bool, as_of: date | None) -> Portfolio:
    """Refresh the store, then hold on to that state of it, whatever other processes write meanwhile."""
    changed: set[str] = set()
    for _ in range(ATTEMPTS):
        refresh = Refresh(str(root), settings, store, verify=verify, as_of=as_of)
        refresh.run()
        changed |= refresh.changed_paths
        version = store.meta("version")
        store.db.execute("BEGIN")
        if store.meta("version") == version:
            return Portfolio(root, settings, store, frozenset(changed))
        store.db.execute("COMMIT")
    raise sqlite3.OperationalError("other processes keep changing the cache")


class Portfolio:
    """All records below a root, as they were when it was opened.

    ``digest`` is that of the contents of all record files; ``changed_paths`` names the files that were loaded anew
    or are gone since the last run that could keep a cache. ``origin`` is set by whoever put the records of a commit
    into a folder of kam's own: there the history is that of the commit.
    """

    origin: Origin | None = None

    def __init__(self, root: Path, settings: Settings, store: Store, changed_paths: frozenset[str]) -> None:
        self.root = root
        self.settings = settings
        self.digest = store.meta("state")
        self._version = store.meta("version")
        self.changed_paths = changed_paths
        self._store = store

    def __enter__(self) -> Portfolio:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the cache file."""
        self._store.close()

    def accounts(self) -> list[str]:
        """The accounts that have a folder with records, sorted; ``_portfolio`` and ``_unassigned`` are none."""
        sql = "SELECT account FROM accounts WHERE records > 0 AND substr(account, 1, 1) <> '_' ORDER BY account"
        return [row[0] for row in self._store.db.execute(sql)]

    def iter_records(
        self,
        type: str | None = None,
        account: str | None = None,
        faulty: bool = False,
        span: tuple[str, str] = ("", ""),
    ) -> Iterator[Record]:
        """Records sorted by id, of one type, one account or one ``span`` of ids (the second is the first one beyond,
        empty at the end) if asked; those with errors only with ``faulty``."""
        from kam.portfolio.stored import COLUMNS, record_of

        where, values = ["1"], []
        for column, value in (("type", type), ("account", account)):
            if value is not None:
                where.append(f"{column} = ?")
                values.append(value)
        for sign, bound in zip((">=", "<"), span, strict=True):
            if bound:
                where.append(f"id {sign} ?")
                values.append(bound)
        if not faulty:
            where.append("NOT faulty AND id NOT IN (SELECT id FROM faulted)")
        columns = COLUMNS.replace("faulty", "faulty OR id IN (SELECT id FROM faulted)")
        sql = f"SELECT {columns} FROM records WHERE {' AND '.join(where)} ORDER BY id"
        for row in self._store.db.execute(sql, values):
            yield record_of(row)

    def split(self, type: str, size: int) -> list[tuple[str, str]]:
        """Spans of ids that hold all records of a type, in order, ``size`` of them in each but the last."""
        sql = (
            "SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS number FROM records WHERE type = ?)"
            " WHERE (number - 1) % ? = 0 ORDER BY id"
        )
        starts = [row[0] for row in self._store.db.execute(sql, (type, size))]
        return list(zip(starts, (*starts[1:], ""), strict=False))

    def reopen(self) -> Portfolio | None:
        """The same records for a process forked from this one, which must not use this one's connection.

        None where nothing is kept on disk, or where another process has gone on since.
        """
        if self._store.path is None:
            return None
        try:
            store = open_reader(self._store.path)
        except sqlite3.Error:
            return None
        try:
            store.db.execute("BEGIN")
            is_same = store.meta("version") == self._version
        except sqlite3.Error:
            is_same = False
        if not is_same:
            store.close()
            return None
        found = Portfolio(self.root, self.settings, store, self.changed_paths)
        found.origin = self.origin
        return found

    def left_out(self) -> list[str]:
        """Ids of the records that an error keeps out of figures and pages, sorted."""
        sql = "SELECT id FROM records WHERE faulty OR id IN (SELECT id FROM faulted) ORDER BY id"
        return [row[0] for row in self._store.db.execute(sql)]

    def find_record(self, id: str) -> Record | None:
        """The record of that id, faulty or not."""
        from kam.portfolio.stored import COLUMNS, record_of

        columns = COLUMNS.replace("faulty", "faulty OR id IN (SELECT id FROM faulted)")
        row = self._store.db.execute(f"SELECT {columns} FROM records WHERE id = ?", (id,)).fetchone()
        return record_of(row) if row else None

    def records_in(self, path: str) -> list[Record]:
        """The records of a file (path from the root) that could be read, in their order there."""
        from kam.portfolio.stored import StoredAccounts

        found = StoredAccounts(self._store).records_in(path)
        return [record for record, _, is_read in found if is_read]

    def find_place(self, id: str) -> tuple[str, int] | None:
        """The file of a record, and which entry of a ledger it is (-1 in a file of one record)."""
        from kam.portfolio.stored import StoredAccounts

        return StoredAccounts(self._store).find_place(id)

    def file_digests(self) -> dict[str, bytes]:
        """Path → digest of the contents of every record file."""
        rows = self._store.db.execute("SELECT found FROM files")
        return {path: bytes.fromhex(digest) for (raw,) in rows for path, _, _, digest, *_ in load_json(raw)}

    def completeness(self, record: Record) -> tuple[int, int, tuple[FieldPath, ...]]:
        """Weights of the record's required and recommended fields: filled, total, and the paths of the missing."""
        from kam.policy.requirement import measure_record

        return measure_record(record.data, self.settings.types[record.type], self.settings)

    def read_bytes(self, path: str) -> bytes:
        """A file of the portfolio (path from the root). Raises OSError; never follows a link at its end."""
        from kam.portfolio.files import read_file

        return read_file(f"{self.root}/{path}")

    def positions(self, path: str) -> Mapping[FieldPath, tuple[int, int]]:
        """Line and column of each value in a record file; in a ledger, paths begin with ``("entries", number)``."""
        from kam.load import locate

        rtype = self.settings.type_of_path(path)
        return locate(path, self.read_bytes(path), rtype) if rtype else {}

    def lasting_problems(self, as_of: date) -> list[Problem]:
        """The problems that do not come and go with the days; none of those that are let pass on that day."""
        from kam.portfolio.answer import lasting_problems

        return lasting_problems(self._store, self.settings, as_of)

    def unverified(self, as_of: date) -> list[Problem]:
        """Approvals and verifications that Git does not bear out, but for those let pass on that day."""
        from kam.portfolio.answer import unverified_problems

        return unverified_problems(self._store, self.root, self.settings, as_of)

    def check(self, as_of: date) -> Report:
        """Everything that is wrong, and the counts."""
        from kam.portfolio.answer import answer

        return answer(self._store, self.root, self.settings, as_of)
