"""The report on a portfolio: put together from what the store holds, and kept until something changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from kam.model.texts import find_texts, keep_texts
from kam.portfolio.encode import dump_json, load_json
from kam.portfolio.history import History
from kam.portfolio.judge import Judge
from kam.portfolio.report import Report, make_report, problem_of, problem_row, report_of, report_row
from kam.portfolio.store import Store, open_writer
from kam.portfolio.stored import StoredAccounts

if TYPE_CHECKING:
    from kam.model.problem import Problem
    from kam.settings import Settings

Dated = tuple[str, str, bytes]
"""Account, day with commit, and what the rules that depend on the day say of it then, as JSON."""


def answer(store: Store, root: Path, settings: Settings, as_of: date) -> Report:
    """All problems as of a day. Rules that depend on the day run now; of all others the store has the findings.

    Those rules may ask when a file last changed, so a kept report holds for one commit.
    """
    day = as_of.isoformat() if store.meta("dated") else ""
    history = History(root, settings.site.time_zone, as_of, cache=store.path is not None)
    state = f"{store.meta('state')} {history.state if day else ''}"
    nearest = "SELECT (day, state) = (?, ?) AS is_it, report FROM answers ORDER BY is_it DESC LIMIT 1"
    row = store.db.execute(nearest, (day, state)).fetchone()
    if row:
        kept, texts = load_json(row[1])
        keep_texts(texts)  # words stay the same whatever changed in the records
        if row[0]:
            return report_of(kept)
    problems = list(_iter_kept(store))
    dated, asked = _find_dated(store, root, settings, history) if day else ([], [])
    problems += dated
    problems += [each for each in _find_unverified(store, root, settings) if each not in problems]
    standing, suppressed = Judge(settings, StoredAccounts(store).tier_of).settle(problems, as_of)
    report = make_report(standing, suppressed=suppressed, **_count(store))
    _keep(store, day, state, report, asked)
    return report


def _find_unverified(store: Store, root: Path, settings: Settings) -> Iterator[Problem]:
    """Approvals and verifications that Git does not bear out."""
    from kam.settings.approvals import Approvals

    if not settings.part(Approvals).asks_for_identity:
        return iter(())
    from kam.portfolio.engine import Placer
    from kam.portfolio.files import read_file_or_none
    from kam.portfolio.witness import find_unverified

    stored = StoredAccounts(store)
    place = Placer(settings, stored.find_place, lambda path: read_file_or_none(f"{root}/{path}"))
    return find_unverified(store, root, settings, place)


def lasting_problems(store: Store, settings: Settings, as_of: date) -> list[Problem]:
    """The problems that do not come and go with the days, but for those let pass on that day."""
    return Judge(settings, StoredAccounts(store).tier_of).settle(_iter_kept(store), as_of)[0]


def unverified_problems(store: Store, root: Path, settings: Settings, as_of: date) -> list[Problem]:
    """Approvals and verifications that Git does not bear out, but for those let pass on that day."""
    judge = Judge(settings, StoredAccounts(store).tier_of)
    weighed = judge.weigh(_find_unverified(store, root, settings))
    return [each for each in weighed if not judge.is_passed(each, as_of)]


def _iter_kept(store: Store) -> Iterator[Problem]:
    for table in ("accounts", "looks"):
        for (raw,) in store.db.execute(f"SELECT problems FROM {table} WHERE problems <> '[]'"):
            yield from map(problem_of, load_json(raw))


def _count(store: Store) -> dict[str, int]:
    row = store.db.execute(
        "SELECT sum(records), count(*) FILTER (WHERE records > 0 AND substr(account, 1, 1) <> '_'), sum(filled), "
        "sum(total) FROM accounts"
    ).fetchone()
    return dict(zip(("records", "accounts", "filled", "total"), (value or 0 for value in row), strict=True))


def _find_dated(store: Store, root: Path, settings: Settings, history: History) -> tuple[list[Problem], list[Dated]]:
    """What the rules that depend on the day say on that day, and rows for the accounts that had to be asked now."""
    kept = dict(store.db.execute("SELECT account, problems FROM dated WHERE day = ?", (history.state,)))
    problems = [problem_of(row) for raw in kept.values() if raw != b"[]" for row in load_json(raw)]
    rows = store.db.execute("SELECT account, others FROM accounts WHERE records > 0 ORDER BY account")
    others = {account: raw for account, raw in rows if account not in kept}
    asked: list[Dated] = []
    for account, found in _check_dated(store, root, settings, history, others) if others else ():
        problems += found
        asked.append((account, history.state, dump_json([problem_row(each) for each in found])))
    if history.error:
        return [*problems, history.error.problem()], []
    return problems, asked


def _check_dated(
    store: Store, root: Path, settings: Settings, history: History, others: Mapping[str, bytes]
) -> Iterator[tuple[str, list[Problem]]]:
    from kam.portfolio.engine import Engine, Placer
    from kam.portfolio.files import read_file_or_none
    from kam.portfolio.unit import group_records

    engine = Engine(settings)
    stored = StoredAccounts(store)
    place = Placer(settings, stored.find_place, lambda path: read_file_or_none(f"{root}/{path}"))
    for account, raw in others.items():
        records = group_records(account, stored.records_of(account), frozenset(load_json(raw)), history.changed_on)
        yield account, list(engine.check_dated(records, history.as_of, place))


def _keep(store: Store, day: str, state: str, report: Report, asked: list[Dated]) -> None:
    """Keep the report with the words of its rules, and what accounts were asked for.

    Unless another process has gone on meanwhile or is writing now.
    """
    if store.path is None:
        return
    texts = {rule: find_texts(rule) for rule in {each.rule for each in report.problems}}
    raw = dump_json([report_row(report), texts])
    with suppress(sqlite3.Error):
        writer = open_writer(store.path)
        try:
            with writer.writing():
                if writer.meta("version") == store.meta("version"):
                    writer.db.execute("DELETE FROM answers WHERE state <> ?", (state,))
                    writer.db.execute("INSERT OR REPLACE INTO answers VALUES (?,?,?)", (day, state, raw))
                    writer.db.executemany("INSERT OR REPLACE INTO dated VALUES (?,?,?)", asked)
        finally:
            writer.close()
