"""Who changed which file when, from Git; a record that was renamed keeps its changes."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING

from kam.git import GitError, open_repository
from kam.portfolio.history import load_batches, load_changes
from kam.tables.answers import TablesError

if TYPE_CHECKING:
    import pyarrow as pa

    from kam.settings import Settings
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
        raise _unreadable(error) from None
    people = _people(settings, (each.author for each in changes))
    rows = [
        (each.path, each.day, each.at, each.author, people.get(each.author), each.commit, each.kind)
        for each in changes
    ]  # fmt: skip
    return sorted(rows, key=lambda row: row[2], reverse=True)


def revision_columns(portfolio: RecordSource) -> pa.Table:
    """The same changes in no order, as columns of Arrow in which what a commit says of all its files stands once."""
    import numpy as np
    import pyarrow as pa

    settings = portfolio.settings
    try:
        batches = load_batches(portfolio.root, settings.site.time_zone, origin=portfolio.origin)
    except GitError as error:
        raise _unreadable(error) from None
    people = _people(settings, (each.author for each in batches))
    at = pa.array(np.repeat(np.arange(len(batches), dtype=np.int32), [len(each.paths) for each in batches]))
    said = {
        "day": [each.day for each in batches],
        "at": [each.at for each in batches],
        "author": [each.author for each in batches],
        "person": [people.get(each.author) for each in batches],
        "commit": [each.commit for each in batches],
        "kind": [each.kind for each in batches],
    }
    paths = pa.array(chain.from_iterable(each.paths for each in batches), pa.string())
    once = {name: pa.DictionaryArray.from_arrays(at, pa.array(values, pa.string())) for name, values in said.items()}
    return pa.table({"path": paths, **once})


def _unreadable(error: GitError) -> TablesError:
    return TablesError(error.sentence("en"), error.sentence("zh"))


def _people(settings: Settings, authors: Iterable[str]) -> dict[str, str]:
    """The people of ours by the addresses they commit with."""
    found = {author: settings.find_person(author) for author in set(authors) if author}
    return {author: person.id for author, person in found.items() if person}


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
