"""The portfolio as it stood at a commit: its records, its settings and definitions, its history. The working tree is
neither read nor touched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from kam.git import GitError, Repository
from kam.history.base_tree import base_folder
from kam.model.problem import Level, Problem
from kam.portfolio import open_portfolio
from kam.portfolio.history import Origin
from kam.settings import load_settings
from kam.settings.files import CONFIG, read_files

if TYPE_CHECKING:
    from kam.portfolio import Portfolio
    from kam.replay.revision import Revision
    from kam.settings import Settings

REPLAY, RESTATED = "replay", "restated"
"""The kept folders: for the commit looked at, and for the one it is compared with."""


class UnusableSettings(Exception):
    """The settings at a commit have errors, or use what this kam does not know. ``problems`` are the errors."""

    def __init__(self, revision: Revision, problems: list[Problem]) -> None:
        super().__init__(revision.asked)
        self.revision, self.problems = revision, problems


@contextmanager
def open_past(
    repository: Repository, revision: Revision, *, settings: Settings | None = None, cache: bool = True,
    name: str = REPLAY,
) -> Iterator[Portfolio]:  # fmt: skip
    """The portfolio at a commit, for as long as it is used.

    With ``settings`` its records are read by these instead of by its own. What was read is kept for the next time
    under ``name``. Raises GitError where the commit cannot be read or holds no portfolio, UnusableSettings where its
    settings cannot be used.
    """
    with base_folder(repository, revision.commit.sha, cache=cache, name=name) as folder:
        used = settings or _load_settings(folder, revision)
        if settings and not any((folder / "accounts").iterdir()):
            raise _no_portfolio(revision, settings)
        with open_portfolio(folder, used, cache=cache) as portfolio:
            portfolio.origin = Origin(repository.root, revision.commit.sha)
            yield portfolio


def with_settings(source: Portfolio, settings: Settings) -> Portfolio:
    """The same records, taken from the files as they lie there, but read by other settings. Close it."""
    found = open_portfolio(source.root, settings, cache=False)
    found.origin = source.origin
    return found


def with_definitions(settings: Settings, root: Path) -> Settings:
    """The same settings with the KPI definitions of another folder."""
    return replace(settings, root=root)


def _load_settings(folder: Path, revision: Revision) -> Settings:
    settings = load_settings(folder)
    if not any(path.startswith(f"{CONFIG}/schemas/") for path in read_files(folder)):
        raise _no_portfolio(revision, settings)
    if not settings.is_usable:
        raise UnusableSettings(revision, [each for each in settings.problems if each.level is Level.ERROR])
    return settings


def _no_portfolio(revision: Revision, settings: Settings) -> GitError:
    day = revision.day(settings.site.time_zone).isoformat()
    return GitError("no-portfolio", revision=revision.asked, commit=revision.short, day=day)
