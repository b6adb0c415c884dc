"""On which days the records changed, from Git; a record that was renamed keeps its days."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from kam.git import GitError, open_repository
from kam.portfolio.history import load_changes
from kam.tables.answers import TablesError


def load_revisions(root: Path, zone: ZoneInfo) -> list[tuple[str, str]]:
    """Path (as it is now) and day (of the commit, in the company's time zone) of every change below ``accounts/``,
    the newest first.

    A new name alone is no change. Empty where the portfolio is not in Git or has no commit. Raises TablesError where
    the history cannot be read or is cut off: days that follow from half a history would be wrong.
    """
    try:
        return sorted(load_changes(root, zone.key), key=lambda change: change[1], reverse=True)
    except GitError as error:
        raise TablesError(error.sentence("en"), error.sentence("zh")) from None


def find_revision(root: Path) -> str | None:
    """The commit that the portfolio's repository stands at; None without Git or before the first commit."""
    try:
        repository = open_repository(root)
        return repository.head() if repository else None
    except GitError:
        return None
