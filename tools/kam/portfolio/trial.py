"""What a check would say if some files were other than they are: asked before they are written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from kam.model.problem import Problem
from kam.model.record import Record
from kam.portfolio.encode import load_json
from kam.portfolio.judge import Judge
from kam.portfolio.refresh import Refresh
from kam.portfolio.report import problem_of
from kam.portfolio.store import Store, open_private_store, open_store
from kam.portfolio.stored import StoredAccounts

if TYPE_CHECKING:
    from kam.settings import Settings


@dataclass(frozen=True, slots=True)
class Trial:
    """Problems of the accounts concerned, and those that rules on the whole portfolio find: as it is, and as it would
    be. ``records`` are those of the files in question, as they would be."""

    before: list[Problem]
    after: list[Problem]
    records: list[Record]


def try_changes(root: Path, settings: Settings, instead: Mapping[str, bytes | None], as_of: date) -> Trial:
    """Check the portfolio with the files of ``instead`` (path from the root → content; None for one that is to go).

    Exactly what a check would find once they are written; nothing of it is kept.
    """
    store = open_store(root, settings.digest)
    try:
        return _try(root, settings, instead, as_of, store)
    except sqlite3.OperationalError:
        if store.path is None:
            raise
        return _try(root, settings, instead, as_of, open_private_store())
    finally:
        store.close()


def _try(root: Path, settings: Settings, instead: Mapping[str, bytes | None], as_of: date, store: Store) -> Trial:
    refresh = Refresh(str(root), settings, store)
    refresh.run()
    accounts = sorted({path.split("/")[1] for path in instead if path.startswith("accounts/")})
    store.db.execute("BEGIN IMMEDIATE")
    try:
        before = _find_problems(refresh, accounts, as_of)
        refresh.suppose(instead)
        after, stored = _find_problems(refresh, accounts, as_of), StoredAccounts(store)
        return Trial(before, after, [record for path in instead for record, _, _ in stored.records_in(path)])
    finally:
        store.db.execute("ROLLBACK")


def _find_problems(refresh: Refresh, accounts: list[str], as_of: date) -> list[Problem]:
    judge = Judge(refresh.settings, StoredAccounts(refresh.store).tier_of)
    weighed = judge.weigh(_iter_problems(refresh, accounts, as_of))
    return [each for each in weighed if not judge.is_passed(each, as_of)]


def _iter_problems(refresh: Refresh, accounts: list[str], as_of: date) -> Iterator[Problem]:
    from kam.portfolio.engine import Engine, Placer
    from kam.portfolio.unit import group_records

    db, engine, stored = refresh.store.db, Engine(refresh.settings), StoredAccounts(refresh.store)
    for (raw,) in db.execute("SELECT problems FROM looks WHERE problems <> '[]'"):
        yield from map(problem_of, load_json(raw))
    place = Placer(refresh.settings, stored.find_place, refresh.read)
    for account in accounts:
        for raw, others in db.execute("SELECT problems, others FROM accounts WHERE account = ?", (account,)).fetchall():
            yield from map(problem_of, load_json(raw))
            records = group_records(account, stored.records_of(account), frozenset(load_json(others)))
            yield from engine.check_dated(records, as_of, place)
