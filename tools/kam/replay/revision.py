"""Which commit somebody means who names a branch, a tag, a commit or a day."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from kam.git import Commit, GitError, Repository, UnknownRevision, open_repository

DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})\Z")
MONTH = re.compile(r"(\d{4})-(\d{2})\Z")
QUARTER = re.compile(r"(\d{4})-?Q(\d+)\Z", re.IGNORECASE)
LOCAL = re.compile(r"@\{(?!u(pstream)?\}|push\})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit with the words that it was asked for by. ``asked_day`` is the day, where these are one."""

    asked: str
    commit: Commit
    asked_day: date | None = None

    def day(self, zone: str) -> date:
        """The day asked for, else that of the commit in a time zone."""
        return self.asked_day or self.commit_day(zone)

    def commit_day(self, zone: str) -> date:
        """The day of the commit in a time zone."""
        return self.commit.at.astimezone(ZoneInfo(zone)).date()

    @property
    def short(self) -> str:
        """The beginning of the commit's name, long enough for people."""
        return self.commit.sha[:10]


def open_history(root: Path) -> Repository:
    """The portfolio's repository, which has a commit. Raises GitError."""
    repository = open_repository(root)
    if repository is None:
        raise GitError("no-repository")
    if repository.head() is None:
        raise GitError("no-commit")
    return repository


def find_revision(repository: Repository, asked: str, today: date, zone: str) -> Revision:
    """The commit meant by what Git takes for a revision, or by ``2026-03-31``, ``2026-03`` or ``2026-Q1``.

    A day means what the branch checked out had reached when it ended in the time zone; a month or quarter its last
    day, or ``today`` where it is not over. A branch or tag of such a name comes first. Raises GitError.
    """
    if LOCAL.search(asked):
        raise GitError("local-log", revision=asked)
    try:
        return Revision(asked, repository.read_commit(asked))
    except UnknownRevision:
        span = read_span(asked)
        if span is None:
            raise
    first, last = span
    if first > today:
        raise GitError("future-day", day=asked)
    return _on_day(repository, asked, min(last, today), zone)


def _on_day(repository: Repository, asked: str, day: date, zone: str) -> Revision:
    midnight = datetime.fromisoformat((day + timedelta(days=1)).isoformat()).replace(tzinfo=ZoneInfo(zone))
    found = repository.find_commit_until(midnight - timedelta(seconds=1))
    if found is None:
        raise GitError("no-commit-yet", day=asked, first=_first_day(repository, zone))
    return Revision(asked, repository.read_commit(found), day)


def _first_day(repository: Repository, zone: str) -> str:
    first = repository.read_first_commit()
    return first.at.astimezone(ZoneInfo(zone)).date().isoformat()


def read_span(text: str) -> tuple[date, date] | None:
    """First and last day of what is written as a day, a month or a quarter; None for anything else.

    Raises GitError where it is written so, but the calendar has none such: ``2026-Q5``.
    """
    for kind, form in (("day", DAY), ("month", MONTH), ("quarter", QUARTER)):
        if found := form.match(text):
            try:
                return _days(kind, *map(int, found.groups()))
            except ValueError:
                raise GitError(f"no-such-{kind}", asked=text) from None
    return None


def _days(kind: str, year: int, *rest: int) -> tuple[date, date]:
    if kind == "day":
        day = date(year, *rest)
        return day, day
    (number,) = rest
    return _months(year, number, number) if kind == "month" else _months(year, number * 3 - 2, number * 3)


def _months(year: int, first: int, last: int) -> tuple[date, date]:
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])
