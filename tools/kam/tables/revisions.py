"""Who changed which file when, from Git; a record that was renamed keeps its changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kam.git import GitError, open_repository
from kam.portfolio.history import load_changes
from kam.tables.answers import TablesError

if TYPE_CHECKING:
    from kam.tables.source import RecordSource

Row = tuple[str, str, str, str, str | None, str, str]
"""Path as it is now, day (of the commit, in the company's time zone), moment in UTC, e-mail address of the author, the
person of ours with that address, commit, and ``added``, ``changed`` or ``removed``."""


def load_revisions(portfolio: RecordSource) -> list[Row]:
    """Every change of a file below ``accounts/`` or ``archive/`` in the history of the records, the newest first.

    A new name alone is no change. Of a merge only what it changed itself counts. Empty where the portfolio is not in
    Git or has no commit. Raises TablesError where the history cannot be read or is cut off: what follows from half a
    history would be wrong.
    """
    settings = portfolio.settings
    try:
        changes = load_changes(portfolio.root, settings.site.time_zone, origin=portfolio.origin)
    except GitError as error:
        raise TablesError(error.sentence("en"), error.sentence("zh")) from None
    found = {author: settings.find_person(author) for author in {each.author for each in changes} if author}
    people = {author: person.id for author, person in found.items() if person}
    rows = [
        (each.path, each.day, each.at, each.author, people.get(each.author), each.commit, each.kind)
        for each in changes
    ]  # fmt: skip
    return sorted(rows, key=lambda row: row[2], reverse=True)


def find_revision(portfolio: RecordSource) -> str | None:
    """The commit that the records stand at, or the portfolio's repository; None without Git or before the first
    commit."""
    if portfolio.origin:
        return portfolio.origin.commit
    try:
        repository = open_repository(portfolio.root)
        return repository.head() if repository else None
    except GitError:
        return None
