"""Bringing the store up to date: which account folders changed, load those, look over the whole again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from kam.portfolio.archive import iter_archived, list_archive
from kam.portfolio.encode import dump_json, load_json
from kam.portfolio.judge import Judge
from kam.portfolio.report import problem_of, problem_row
from kam.portfolio.store import Store, open_reader
from kam.portfolio.stored import StoredAccounts, ids_in, ids_of
from kam.portfolio.tree import is_text, list_top, sign, sign_tree
from kam.portfolio.workers import spread, without_collector
from kam.settings.suppressions import Suppressions

if TYPE_CHECKING:
    from kam.portfolio.engine import Engine
    from kam.portfolio.history import History
    from kam.portfolio.unit import Unit
    from kam.rules.contract import Fact, Rule
    from kam.settings import Settings

TOP = ""
"""The folder ``accounts/`` itself among the accounts: what lies in it without belonging to one."""

ARCHIVE = "/archive"
"""The archive among the accounts: no account's folder can have such a name."""

SIGN_CHUNK, SIGN_LEAST = 200, 400
LOAD_CHUNK, LOAD_LEAST = 10, 500
"""Accounts that a worker process takes at a time, and for how many workers are worth what they cost."""


def find_signatures(root: str, *, unsigned: bool = False) -> dict[str, bytes]:
    """Account → signature of its folder as it is now; under the empty name that of ``accounts/`` itself.

    With ``unsigned`` only the names are wanted; the signatures are empty, which stands for changed.
    """
    accounts = f"{root}/accounts"
    top = list_top(accounts)
    names = [name[:-1] for name in top.names if name[-1] == "/" and is_text(name)]

    if unsigned:
        return dict.fromkeys((TOP, ARCHIVE, *names), b"")

    def make() -> Callable[[str], tuple[str, bytes]]:
        return lambda name: (name, sign_tree(accounts, name))

    return {
        TOP: sign([top]),
        ARCHIVE: sign(list_archive(root)),
        **dict(spread(names, make, chunk=SIGN_CHUNK, least=SIGN_LEAST)),
    }


def _is_same(known: dict[str, bytes], found: dict[str, bytes], account: str) -> bool:
    return found[account] != b"" and known.get(account) == found[account]


class Refresh:
    """One update of a store. ``changed`` and ``removed`` name accounts."""

    def __init__(
        self, root: str, settings: Settings, store: Store, *, verify: bool = False, as_of: date | None = None
    ) -> None:
        self.as_of = as_of
        self.root = root
        self.settings = settings
        self.store = store
        self.verify = verify
        self.changed_paths: set[str] = set()
        self.instead: Mapping[str, bytes | None] = {}

    def suppose(self, instead: Mapping[str, bytes | None]) -> None:
        """Bring the store to what it would be if these files (by path; None for one that is gone) were so.

        Whoever calls this closes the store without a commit.
        """
        from kam.portfolio.engine import Engine
        from kam.portfolio.unit import Builder

        self.instead = instead
        engine, now = Engine(self.settings), self.store.now()
        builder = Builder(self.root, engine, StoredAccounts(self.store), now, instead=instead)
        for account in sorted({path.split("/")[1] for path in instead if path.startswith("accounts/")}):
            self._put(builder.build(account), is_new=False)
        self._put_archive(now)
        self._look_over(engine)

    def read(self, path: str) -> bytes | None:
        """A file of the portfolio, as it is or is to be."""
        from kam.portfolio.files import read_file_or_none

        return self.instead[path] if path in self.instead else read_file_or_none(f"{self.root}/{path}")

    def run(self) -> bool:
        """Update the store where anything changed; whether it did. One transaction: whole or not at all."""
        known = StoredAccounts(self.store).signatures()
        found = find_signatures(self.root, unsigned=self.verify or not known)
        if found == known and b"" not in found.values() and self.store.meta("state"):
            return False
        with self.store.writing(), without_collector():
            self._update(found)
        return True

    def _update(self, found: dict[str, bytes]) -> None:
        from kam.portfolio.engine import Engine

        known = StoredAccounts(self.store).signatures()
        for gone in known.keys() - found.keys():
            self._remove(gone)
        changed = sorted(name for name in found if name not in (TOP, ARCHIVE) and not _is_same(known, found, name))
        engine = Engine(self.settings)
        now = self.store.now()
        if not known:
            self.store.drop_indexes()
        for unit in self._build(changed, engine, now, is_new=not known):
            self._put(unit, is_new=not known)
        if not known:
            self.store.make_indexes()
        if not _is_same(known, found, TOP):
            self._put_top(now)
        if not _is_same(known, found, ARCHIVE):
            self._put_archive(now)
        self._look_over(engine)
        self.store.set_meta("state", self._state())
        self.store.set_meta("version", os.urandom(8).hex())
        is_dated = engine.dated_rules or self.settings.part(Suppressions).entries
        self.store.set_meta("dated", "1" if is_dated else "")

    def _build(self, accounts: list[str], engine: Engine, now: int, *, is_new: bool) -> Iterator[Unit]:
        import kam.load  # noqa: F401  once, before the workers are forked
        from kam.portfolio.unit import Builder, unit_of, unit_row

        here = os.getpid()
        history = self._open_history(engine)
        if history and len(accounts) >= LOAD_LEAST:
            history.changed_on("")  # read once here, not in each process

        def make() -> Callable[[str], tuple[object, ...]]:
            apart = os.getpid() != here and self.store.path and not is_new
            store = open_reader(self.store.path) if apart and self.store.path else self.store
            stored = None if is_new else StoredAccounts(store)
            builder = Builder(self.root, engine, stored, now, verify=self.verify, history=history)
            return lambda account: unit_row(builder.build(account))

        for row in spread(accounts, make, chunk=LOAD_CHUNK, least=LOAD_LEAST):
            yield unit_of(row)

    def _open_history(self, engine: Engine) -> History | None:
        """What the rules that depend on the day may ask, where a day was named."""
        if self.as_of is None or not engine.dated_rules:
            return None
        from kam.portfolio.history import History

        zone = self.settings.site.time_zone
        return History(Path(self.root), zone, self.as_of, cache=self.store.path is not None)

    def _put(self, unit: Unit, *, is_new: bool) -> None:
        db, account = self.store.db, (unit.account,)
        self.changed_paths.update(unit.replaced)
        if not is_new:
            gone = [(*ids_in(path), path) for path in unit.replaced]
            db.executemany("DELETE FROM records WHERE id >= ? AND id < ? AND path = ?", gone)
            db.execute("DELETE FROM facts WHERE account = ?", account)
            db.execute("DELETE FROM dated WHERE account = ?", account)
            self._mark_faulty(unit)
        db.execute("INSERT OR REPLACE INTO files VALUES (?,?)", (unit.account, unit.files))
        db.executemany("INSERT OR REPLACE INTO records VALUES (?,?,?,?,?,?,?,?,?,?)", unit.records)
        db.executemany("INSERT INTO facts VALUES (?,?,?,?)", unit.facts)
        db.executemany("INSERT INTO dated VALUES (?,?,?)", unit.dated)
        db.execute("INSERT OR REPLACE INTO accounts VALUES (?,?,?,?,?,?,?,?)", unit.row)

    def _mark_faulty(self, unit: Unit) -> None:
        """Mark the records that are kept as they were; the new ones are marked already."""
        db = self.store.db
        db.execute("UPDATE records SET faulty = 0 WHERE id >= ? AND id < ? AND faulty", ids_of(unit.account))
        db.executemany("UPDATE records SET faulty = 1 WHERE id = ?", ((each,) for each in unit.faulty))

    def _put_top(self, now: int) -> None:
        from kam.portfolio.layout import check_top

        top = list_top(f"{self.root}/accounts")
        signature = sign([top]) if top.is_settled(now) else b""
        problems = dump_json([problem_row(p) for p in check_top(top)])
        row = (TOP, signature, b"", 0, 0, 0, b"[]", problems)
        self.store.db.execute("INSERT OR REPLACE INTO accounts VALUES (?,?,?,?,?,?,?,?)", row)

    def _put_archive(self, now: int) -> None:
        """What is archived, as facts of the rule that asks whether references lead anywhere."""
        listings = list_archive(self.root)
        signature = sign(listings) if all(each.is_settled(now) for each in listings) else b""
        raw = dump_json(list(iter_archived(self.root, listings, self.settings, self.instead)))
        digest = blake2b(raw, digest_size=16).digest()
        self.store.db.execute("DELETE FROM facts WHERE account = ?", (ARCHIVE,))
        self.store.db.execute("INSERT INTO facts VALUES (?,?,?,?)", ("reference", ARCHIVE, digest, raw))
        row = (ARCHIVE, signature, digest, 0, 0, 0, b"[]", b"[]")
        self.store.db.execute("INSERT OR REPLACE INTO accounts VALUES (?,?,?,?,?,?,?,?)", row)

    def _remove(self, account: str) -> None:
        db = self.store.db
        self.changed_paths.update(StoredAccounts(self.store).files_of(account))
        db.execute("DELETE FROM records WHERE id >= ? AND id < ?", ids_of(account))
        for table in ("accounts", "files", "facts", "dated"):
            db.execute(f"DELETE FROM {table} WHERE account = ?", (account,))

    def _state(self) -> str:
        """A digest of all that was read."""
        digest = blake2b(digest_size=16)
        for account, content, problems in self.store.db.execute(
            "SELECT account, digest, problems FROM accounts ORDER BY account"
        ):
            digest.update(f"{account}\0".encode() + content + blake2b(problems, digest_size=16).digest())
        return digest.hexdigest()

    def _look_over(self, engine: Engine) -> None:
        """Run the rules on the portfolio whose facts changed; note the records they find faulty."""
        from kam.portfolio.engine import Placer

        db = self.store.db
        stored = StoredAccounts(self.store)
        place = Placer(self.settings, stored.find_place, self.read)
        for rule in engine.portfolio_rules:
            digest = self._digest_facts(rule)
            row = db.execute("SELECT digest FROM looks WHERE rule = ?", (rule.name,)).fetchone()
            if row and row[0] == digest:
                continue
            problems = list(engine.check_facts(rule, self._iter_facts(rule), place))
            raw = dump_json([problem_row(p) for p in problems])
            db.execute("INSERT OR REPLACE INTO looks VALUES (?,?,?)", (rule.name, digest, raw))
        db.execute("DELETE FROM faulted")
        judge = Judge(self.settings, stored.tier_of)
        for (raw,) in db.execute("SELECT problems FROM looks").fetchall():
            ids = {each.record for each in judge.weigh(map(problem_of, load_json(raw))) if judge.is_fault(each)}
            db.executemany("INSERT OR IGNORE INTO faulted VALUES (?)", ((each,) for each in ids))

    def _digest_facts(self, rule: Rule) -> bytes:
        digest = blake2b(digest_size=16)
        rows = self.store.db.execute("SELECT account, digest FROM facts WHERE rule = ? ORDER BY account", (rule.name,))
        for account, found in rows:
            digest.update(f"{account}\0".encode() + found)
        return digest.digest()

    def _iter_facts(self, rule: Rule) -> Iterator[Fact]:
        from kam.rules.contract import Fact

        sql = "SELECT found FROM facts WHERE rule = ? ORDER BY account || '/'"
        for (raw,) in self.store.db.execute(sql, (rule.name,)):
            yield from map(Fact._make, load_json(raw))
