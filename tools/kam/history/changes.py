"""The records that changed between two states of a portfolio, each with what it was before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING

from kam.git.working import iter_files
from kam.history.pairing import ACCOUNTS, ARCHIVE, FilePair, pair_files
from kam.model.problem import Level
from kam.model.record import Record
from kam.portfolio.files import read_file_or_none
from kam.rules.contract import Change, Changes

if TYPE_CHECKING:
    from kam.portfolio import Portfolio

Pair = tuple[Record | None, Record | None]


class State:
    """A portfolio at one time, with its archive."""

    def __init__(self, portfolio: Portfolio) -> None:
        self.portfolio = portfolio
        self._archived: dict[str, str] = {}

    @cached_property
    def digests(self) -> Mapping[str, bytes]:
        """Path → digest of every file with records, those of the archive too."""
        found = self.portfolio.file_digests()
        for path in iter_files(self.portfolio.root, ARCHIVE.rstrip("/")):
            if path.endswith(".md"):
                found[path] = blake2b(self.read(path), digest_size=16).digest()
        return found

    def read(self, path: str) -> bytes:
        """The bytes of a file; none where it cannot be read."""
        return read_file_or_none(f"{self.portfolio.root}/{path}") or b""

    def records_in(self, path: str) -> list[Record]:
        """The records of a file that could be read; those of the archive under the ids that they kept."""
        if not path.startswith(ARCHIVE):
            return self.portfolio.records_in(path)
        from kam.load import load_document

        rtype = self.portfolio.settings.type_of_path(path)
        if rtype is None:
            return []
        plain = ACCOUNTS + path.removeprefix(ARCHIVE)
        account = plain.split("/")[1]
        found = load_document(plain, self.read(path), rtype, account=account).records
        records = [record for record in found if record.data]
        for record in records:
            record.path = path
            self._archived[record.id] = path
        return records

    def find_place(self, record: str) -> tuple[str, int] | None:
        """The file of a record, and which entry of a ledger it is (-1 in a file of one record)."""
        found = self.portfolio.find_place(record)
        return found or ((self._archived[record], -1) if record in self._archived else None)

    def has_lost(self, path: str, entry: str) -> bool:
        """Whether an entry that is not among the records of a ledger may be in it, but cannot be read."""
        return entry.encode() in self.read(path) and self.is_broken(path)

    def is_broken(self, path: str) -> bool:
        """Whether something in the file cannot be read, which is an error of its own."""
        from kam.load import load_document

        rtype = self.portfolio.settings.type_of_path(path)
        if rtype is None:
            return False
        found = load_document(path, self.read(path), rtype, account=path.split("/")[1])
        return any(problem.level is Level.ERROR for problem in found.problems)


@dataclass(frozen=True, slots=True)
class Compared:
    """What changed. ``names`` leads from the old ids and paths of what was renamed to the new ones."""

    changes: Sequence[Change]
    names: Mapping[str, str]
    files: Sequence[FilePair]


Entries = dict[tuple[str, str, str], list[Record]]
"""Entries of ledgers by what they are known again by: account, type, id of the entry."""


def compare_states(before: State, after: State, renames: Mapping[str, str]) -> Compared:
    """Pair the records of two states; ``renames`` leads from old to new paths as far as Git knows them."""
    sides = {False: before, True: after}
    files = pair_files(before.digests, after.digests, renames, lambda path, is_after: sides[is_after].read(path))
    pairs = sorted(_pair_records(files, before, after), key=_place_of)
    names = {pair.before: pair.after for pair in files if pair.before and pair.after and pair.before != pair.after}
    names |= {old.id: new.id for old, new in pairs if old and new and old.id != new.id}
    for old, now in _moved_accounts(files).items():
        names |= {old: now, f"{ACCOUNTS}{old}": f"{ACCOUNTS}{now}"}
    return Compared(_make_changes(pairs, before, after), names, files)


def _make_changes(pairs: Sequence[Pair], before: State, after: State) -> list[Change]:
    by_type: dict[str, list[Change]] = {}
    find_like = _finder(after.portfolio)
    among = Changes(by_type, before.portfolio.find_record, find_like)
    changes = []
    for old, new in pairs:
        was, now = (each is not None and each.path.startswith(ARCHIVE) for each in (old, new))
        if old and new and was == now and old.id == new.id and old.data == new.data:
            continue
        change = Change(old, new, among, was, now)
        by_type.setdefault(change.type, []).append(change)
        changes.append(change)
    return changes


def _finder(portfolio: Portfolio) -> Callable[[Record], Iterator[Record]]:
    return lambda record: portfolio.iter_records(record.type, record.account, faulty=True)


def _place_of(pair: Pair) -> tuple[str, str]:
    old, new = pair
    return (new.id if new else "", old.id if old else "")


def _pair_records(files: Sequence[FilePair], before: State, after: State) -> Iterator[Pair]:
    """The records of the paired files. Entries of ledgers are known by their ids, if need be in another month."""
    accounts = _moved_accounts(files)
    old_entries: Entries = {}
    new_entries: Entries = {}
    moved = {pair.before: pair.after for pair in files}
    for pair in files:
        old = before.records_in(pair.before) if pair.before else []
        new = after.records_in(pair.after) if pair.after else []
        if pair.after and old and not new and after.is_broken(pair.after):
            continue
        if not _is_ledger(old) and not _is_ledger(new):
            yield from _pair_single(old[0] if old else None, new[0] if new else None)
            continue
        here = {_entry(record): record for record in new}
        for record in old:
            now = here.pop(_entry(record), None)
            if now is not None:
                yield record, now
            else:
                old_entries.setdefault(_key(record, accounts), []).append(record)
        for record in here.values():
            new_entries.setdefault(_key(record, {}), []).append(record)
    yield from _pair_entries(old_entries, new_entries, moved, after)


def _pair_entries(old: Entries, new: Entries, moved: Mapping[str, str], after: State) -> Iterator[Pair]:
    """Entries that left their file. One that may still be in it, where it cannot be read, is not taken for gone."""
    for key, records in old.items():
        for record in records:
            fresh = new.get(key)
            path = moved.get(record.path, "")
            if fresh:
                yield record, fresh.pop(0)
            elif not path or not after.has_lost(path, _entry(record)):
                yield record, None
    yield from ((None, record) for records in new.values() for record in records)


def _moved_accounts(files: Sequence[FilePair]) -> dict[str, str]:
    """Old → new name of the accounts whose profile moved."""
    moved = (pair for pair in files if pair.before.endswith("/profile.md") and pair.after.startswith(ACCOUNTS))
    found = {pair.before.split("/")[1]: pair.after.split("/")[1] for pair in moved}
    return {old: now for old, now in found.items() if old != now}


def _pair_single(old: Record | None, new: Record | None) -> Iterator[Pair]:
    """Two states of a record; one that became a record of another type is gone, as nothing could be compared."""
    if old and new and old.type != new.type:
        yield old, None
        yield None, new
    elif old or new:
        yield old, new


def _is_ledger(records: Sequence[Record]) -> bool:
    return any("#" in record.id for record in records)


def _entry(record: Record) -> str:
    return record.id.partition("#")[2]


def _key(record: Record, accounts: Mapping[str, str]) -> tuple[str, str, str]:
    return accounts.get(record.account, record.account), record.type, _entry(record)
