"""Reading what the store holds of files, records and accounts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from kam.model.record import Record
from kam.portfolio.encode import load_data, load_json
from kam.portfolio.store import Store

Place = tuple[str, int]
"""Where a record stands: path of its file, and which entry of a ledger it is (-1 in a file of one record)."""
COLUMNS = "id, type, account, path, faulty, decimals, data, body"


def ids_of(account: str) -> tuple[str, str]:
    """All ids of records of the account lie from the first text up to the second, in the order of the primary key."""
    return f"{account}/", f"{account}0"  # in which "0" comes right after "/"


def ids_in(path: str) -> tuple[str, str]:
    """The same for the records of one file; ids of other files may lie between them."""
    stem = path.removeprefix("accounts/").removesuffix(".md")
    return stem, f"{stem}$"  # in which "$" comes right after "#"


class StoredFile(NamedTuple):
    """What is known of a record file. ``mark`` is None where file times could not be trusted yet; ``digest`` is that of
    its content, ``problems`` are rows of them."""

    path: str
    type: str
    mark: Sequence[int] | None
    digest: str
    filled: int
    total: int
    problems: list[Any]


class StoredAccounts:
    """The rows of the store, as values."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def signatures(self) -> dict[str, bytes]:
        """Account → the signature of its folder when it was last loaded; empty where it is not to be trusted."""
        return dict(self._store.db.execute("SELECT account, signature FROM accounts"))

    def files_of(self, account: str) -> dict[str, StoredFile]:
        """The record files of an account by path."""
        row = self._store.db.execute("SELECT found FROM files WHERE account = ?", (account,)).fetchone()
        return {each[0]: StoredFile(*each) for each in load_json(row[0])} if row else {}

    def records_in(self, path: str) -> Iterator[tuple[Record, int, bool]]:
        """The records of a file, each with its place in a ledger and whether it could be read at all."""
        # with the plus they are found by their ids and then sorted; in the order of rows all would be looked through
        sql = f"SELECT {COLUMNS}, entry, is_read FROM records WHERE id >= ? AND id < ? AND path = ? ORDER BY +rowid"
        for *row, entry, is_read in self._store.db.execute(sql, (*ids_in(path), path)):
            yield record_of(tuple(row)), entry, bool(is_read)

    def records_of(self, account: str) -> Iterator[Record]:
        """The records of an account that could be read, sorted by id."""
        sql = f"SELECT {COLUMNS} FROM records WHERE id >= ? AND id < ? AND is_read ORDER BY id"
        for row in self._store.db.execute(sql, ids_of(account)):
            yield record_of(row)

    def find_profile(self, account: str) -> Record | None:
        """The account's profile, if it has one that could be read."""
        sql = f"SELECT {COLUMNS} FROM records WHERE id = ? AND is_read"
        row = self._store.db.execute(sql, (f"{account}/profile",)).fetchone()
        return record_of(row) if row else None

    def tier_of(self, account: str) -> str:
        """The tier in the account's profile, or empty text."""
        sql = f"SELECT {COLUMNS} FROM records WHERE id = ?"
        row = self._store.db.execute(sql, (f"{account}/profile",)).fetchone()
        tier = record_of(row).data.get("tier") if row else None
        return tier if isinstance(tier, str) else ""

    def find_place(self, record: str) -> Place | None:
        """The file of a record, and which entry of a ledger it is."""
        row = self._store.db.execute("SELECT path, entry FROM records WHERE id = ?", (record,)).fetchone()
        return (row[0], row[1]) if row else None


def record_of(row: tuple[str, str, str, str, int, int, bytes, str]) -> Record:
    """A record from its row (``COLUMNS``)."""
    name, kind, account, path, faulty, decimals, data, body = row
    return Record(name, kind, account, path, load_data(data, bool(decimals)), body, bool(faulty))
