"""One account folder, from files to rows of the store: the unit of work that runs alone or in worker processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from kam.model.problem import Level, Problem
from kam.model.record import Document, Record
from kam.portfolio.encode import dump_data, dump_json
from kam.portfolio.engine import Engine, Placer
from kam.portfolio.files import read_file, read_file_or_none
from kam.portfolio.judge import Judge
from kam.portfolio.layout import RecordFile, problem, read_layout
from kam.portfolio.report import problem_of, problem_row
from kam.portfolio.stored import Place, StoredFile
from kam.portfolio.tree import Listing, Mark, is_settled, list_instead, sign, walk_tree
from kam.rules.contract import AccountRecords, unknown_day

if TYPE_CHECKING:
    from kam.portfolio.history import History
    from kam.portfolio.stored import StoredAccounts

Row = tuple[Any, ...]


@dataclass(slots=True)
class Unit:
    """What to write into the store for one account. Plain values only, so that it passes between processes.

    ``files`` is what is known of all its files (``StoredFile``), as JSON. ``records`` are new rows, which replace those
    of ``replaced`` (paths). ``faulty`` lists all faulty records of the account. ``dated`` holds what the rules that
    depend on the day say as of one day, if they were asked.
    """

    account: str
    row: Row = ()
    files: bytes = b""
    records: list[Row] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    faulty: list[str] = field(default_factory=list)
    facts: list[Row] = field(default_factory=list)
    dated: list[Row] = field(default_factory=list)


@dataclass(slots=True)
class _File:
    """A record file in memory."""

    known: StoredFile
    problems: list[Problem]
    records: list[Record]
    entries: list[int]
    is_read: bool


def unit_row(unit: Unit) -> Row:
    """A unit as a tuple of plain values, to pass between processes; ``unit_of`` reads it back."""
    return tuple(getattr(unit, name) for name in Unit.__slots__)


def unit_of(row: Row) -> Unit:
    """The inverse of ``unit_row``."""
    return Unit(*row)


class Builder:
    """Builds units. ``now`` is the file system's time (ns) before the first look; ``verify`` trusts no file times.

    Without ``stored`` nothing is known yet and every file is loaded. ``instead`` holds files as they are to be, by
    path, None for one that is to go. With ``history`` the rules that depend on the day are asked for its day at once,
    while the records are at hand.
    """

    def __init__(
        self,
        root: str,
        engine: Engine,
        stored: StoredAccounts | None,
        now: int,
        *,
        verify: bool = False,
        instead: Mapping[str, bytes | None] | None = None,
        history: History | None = None,
    ) -> None:
        self._history = history
        self._instead = instead or {}
        self._root = root
        self._engine = engine
        self._stored = stored
        self._now = now
        self._verify = verify
        self._places: dict[str, Place] = {}
        self._raw: tuple[str, bytes] = ("", b"")
        self._place = Placer(engine.settings, self._places.get, self._reread)
        self._tier = ""
        self._judge = Judge(engine.settings, lambda _: self._tier)
        from kam.load import load_document

        self._read = load_document

    def build(self, account: str) -> Unit:
        """Look at the folder of an account, load what changed and check it."""
        self._places.clear()
        listings = list(walk_tree(f"{self._root}/accounts", account))
        if self._instead:
            listings = list_instead(listings, account, self._instead)
        layout = read_layout(account, listings, self._engine.settings)
        known = self._stored.files_of(account) if self._stored else {}
        unit = Unit(account)
        files = []
        for each in sorted(layout.records):
            found = self._take_file(account, each, known.pop(each[0], None), unit)
            if isinstance(found, _File):
                files.append(found)
            elif found:
                layout.problems.append(found)
                layout.others.append(each[0].removeprefix("accounts/"))
        unit.files = dump_json([tuple(each.known) for each in files])
        others = [*layout.others, *(f.known.path.removeprefix("accounts/") for f in files if not f.is_read)]
        self._weigh(files)
        problems = [*self._judge.weigh(layout.problems), *(p for f in files for p in f.problems)]
        read = (r for f in files if f.is_read for r in f.records)
        changed_on = self._history.changed_on if self._history else unknown_day
        records = group_records(account, read, frozenset(others), changed_on)
        problems += self._judge.weigh(self._engine.check_account(records, self._place))
        self._note_facts(files, unit)
        unit.faulty = sorted(self._faulty_ids(files, problems))
        unit.records = _record_rows(files, set(unit.replaced), set(unit.faulty))
        unit.replaced += known
        self._check_dated(records, unit)
        signature = sign(listings) if self._are_settled(listings) else b""
        unit.row = (account, signature, _digest_of(files, others), *_count(files), dump_json(sorted(others)),
                    dump_json([problem_row(p) for p in problems]))  # fmt: skip
        return unit

    def _weigh(self, files: list[_File]) -> None:
        """Give the problems of files the levels of the policy, and mark the records they make faulty."""
        profiles = (r.data.get("tier") for f in files if f.known.type == "profile" for r in f.records)
        self._tier = next((tier for tier in profiles if isinstance(tier, str)), "")
        for file in files:
            if file.problems:
                file.problems = self._judge.weigh(file.problems)
            faulty = self._faulty_ids([file], file.problems) if file.problems else ()
            for record in file.records:
                record.faulty = record.id in faulty

    def _faulty_ids(self, files: list[_File], problems: Iterable[Problem]) -> set[str]:
        """The records that an error names, and all of a file where one names none of them."""
        errors: dict[str, set[str]] = {}
        for each in problems:
            if self._judge.is_fault(each):
                errors.setdefault(each.path, set()).add(each.record)
        faulty = set()
        for file in files if errors else ():
            ids = {record.id for record in file.records}
            named = errors.get(file.known.path, set())
            faulty |= ids if named - ids else ids & named
        return faulty

    def _are_settled(self, listings: Iterable[Listing]) -> bool:
        return all(listing.is_settled(self._now) for listing in listings)

    def _take_file(self, account: str, at: RecordFile, known: StoredFile | None, unit: Unit) -> _File | Problem | None:
        """The file as the store has it where it did not change, else loaded; a problem where it cannot be read."""
        path, kind, mark = at
        kept = mark if is_settled(mark, self._now) else None
        if known and known.type != kind:
            known = None
        if known and kept and known.mark == list(kept) and not self._verify:
            return self._recall(known)
        try:
            raw = self._instead.get(path) or read_file(f"{self._root}/{path}")
        except FileNotFoundError:
            return None
        except OSError as error:
            key = "denied" if isinstance(error, PermissionError) else "default"
            return problem(path.removeprefix("accounts/"), "unreadable", key, reason=error.strerror or "")
        digest = blake2b(raw, digest_size=16).hexdigest()
        if known and known.digest == digest:
            return self._recall(known._replace(mark=kept))
        unit.replaced.append(path)
        return self._load(account, at, raw, kept, digest)

    def _load(self, account: str, at: RecordFile, raw: bytes, mark: Mark | None, digest: str) -> _File:
        path, kind, _ = at
        settings, places = self._engine.settings, self._places
        rtype = settings.types[kind]
        document = self._read(path, raw, rtype, account=account, types=settings.types)
        problems, records = document.problems, document.records
        self._raw = (path, raw)
        self._place.forget()
        entries = self._number(document) if rtype.layout == "ledger" else [-1]
        all_filled = all_total = 0
        is_read = False
        for record, entry in zip(records, entries, strict=True):
            places[record.id] = (path, entry)
            found, filled, total = self._engine.look_at(record, self._place)
            if record.data or not record.faulty:
                is_read = True
                problems += found
            all_filled += filled
            all_total += total
        if not records and any(p.level is Level.ERROR for p in problems):
            stem = path.removeprefix("accounts/").removesuffix(".md")
            records, entries = [Record(stem, kind, account, path, {})], [-1]
        known = StoredFile(path, kind, mark, digest, all_filled, all_total, list(map(problem_row, problems)))
        return _File(known, problems, records, entries, is_read)

    def _number(self, file: Document) -> list[int]:
        """Which entry of the ledger each record is: not simply in turn where entries were left out as wrong."""
        if not file.problems:
            return list(range(len(file.records)))
        lines = self._raw[1].decode("utf-8", "replace").split("\n")
        numbers: dict[str, int] = {}
        for path, (line, column) in self._place.positions(file.path).items():
            if len(path) == 3 and path[2] == "id" and isinstance(path[1], int):
                numbers.setdefault(lines[line - 1][column - 1 :].strip(" \r").strip("'\""), path[1])
        return [numbers.get(record.id.partition("#")[2], at) for at, record in enumerate(file.records)]

    def _recall(self, known: StoredFile) -> _File:
        assert self._stored is not None
        file = _File(known, [problem_of(row) for row in known.problems], [], [], is_read=True)
        for record, entry, is_read in self._stored.records_in(known.path):
            file.records.append(record)
            file.entries.append(entry)
            file.is_read = is_read
            self._places[record.id] = (known.path, entry)
        return file

    def _check_dated(self, records: AccountRecords, unit: Unit) -> None:
        """Ask the rules that depend on the day, with the records as the store will give them back."""
        if self._history is None or not records.by_type:
            return
        faulty = set(unit.faulty)
        for record in records:
            record.faulty = record.id in faulty
        found = [problem_row(p) for p in self._engine.check_dated(records, self._history.as_of, self._place)]
        if self._history.error is None:
            unit.dated.append((unit.account, self._history.state, dump_json(found)))

    def _note_facts(self, files: list[_File], unit: Unit) -> None:
        found: dict[str, list[tuple[str, Sequence[str]]]] = {}
        for record in sorted((r for f in files for r in f.records), key=attrgetter("id")):
            self._engine.find_facts(record, found)
        for rule, facts in sorted(found.items()):
            raw = dump_json(facts)
            unit.facts.append((rule, unit.account, blake2b(raw, digest_size=16).digest(), raw))

    def _reread(self, path: str) -> bytes | None:
        if self._raw[0] != path:
            raw = self._instead.get(path) or read_file_or_none(f"{self._root}/{path}")
            if raw is None:
                return None
            self._raw = (path, raw)
        return self._raw[1]


def group_records(
    account: str,
    records: Iterable[Record],
    others: frozenset[str],
    changed_on: Callable[[str], str] = unknown_day,
) -> AccountRecords:
    """The records of an account as rules look at them: by type, sorted by id."""
    by_type: dict[str, list[Record]] = {}
    for record in sorted(records, key=attrgetter("id")):
        by_type.setdefault(record.type, []).append(record)
    return AccountRecords(account, dict(sorted(by_type.items())), others, changed_on)


def _record_rows(files: list[_File], paths: set[str], faulty: set[str]) -> list[Row]:
    """The rows of the records in those of the files that have these paths; of two with the same id the last."""
    rows: dict[str, Row] = {}
    for file in files:
        if file.known.path not in paths:
            continue
        is_read = int(file.is_read)
        for record, entry in zip(file.records, file.entries, strict=True):
            data, has_decimals = dump_data(record.data)
            name = record.id
            rows[name] = (name, record.type, record.account, record.path, entry, is_read, 1 if name in faulty else 0,
                          1 if has_decimals else 0, data, record.body)  # fmt: skip
    return list(rows.values())


def _count(files: list[_File]) -> tuple[int, int, int]:
    records = sum(len(f.records) for f in files if f.is_read)
    return records, sum(f.known.filled for f in files), sum(f.known.total for f in files)


def _digest_of(files: list[_File], others: list[str]) -> bytes:
    known = [f"{f.known.path}\0{f.known.digest}" for f in files]
    return blake2b("\0".join((*known, "", *sorted(others))).encode(), digest_size=16).digest()
