"""``kam check --base``: what is wrong since the work began, and what the process forbids to change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from kam.git import GitError, Repository, open_repository
from kam.history.base_tree import base_folder
from kam.history.changes import Compared, State, compare_states
from kam.history.claims import is_older_claim
from kam.history.older import sign, split_new
from kam.model.problem import Problem
from kam.portfolio.report import SinceBase
from kam.settings.files import read_files

if TYPE_CHECKING:
    from pathlib import Path

    from kam.portfolio import Portfolio
    from kam.settings import Settings

OF_SETTINGS = frozenset({"suppression-expired"})
"""Problems that come with the passing of time without a rule that asks for the day."""

BOTH = "both"
FindProblems = Callable[["Settings"], Sequence[Problem]]


def compare_with_base(
    portfolio: Portfolio,
    problems: Sequence[Problem],
    revision: str,
    as_of: date,
    *,
    cache: bool = True,
    find_settings_problems: FindProblems | None = None,
) -> tuple[list[Problem], SinceBase]:
    """Compare a portfolio, of which a check found ``problems``, with the commit that it and ``revision`` come from.

    Gives the problems that are new since, and what was left aside. ``find_settings_problems`` gives the problems of
    settings that are among ``problems``. Raises GitError where there is nothing to compare with, or history is cut off.
    """
    repository = open_repository(portfolio.root)
    if repository is None:
        raise GitError("no-repository")
    if repository.head() is None:
        raise GitError("no-commit")
    base = repository.merge_base(revision, "HEAD")
    renames = find_renames(repository, base)
    with base_folder(repository, base, cache=cache) as folder:
        return _Comparison(portfolio, folder, base, revision, renames, as_of, cache, find_settings_problems).run(
            problems
        )


def find_renames(repository: Repository, base: str, until: str = "HEAD") -> dict[str, str]:
    """Old → new path of every file renamed in the commits since the base, through all its names."""
    names: dict[str, str] = {}
    if base not in (repository.head() if until == "HEAD" else "", until):
        for commit in repository.log(since=base, until=until):
            for change in commit.changes:
                if change.status == "R":
                    names[change.old_path] = names.get(change.path, change.path)
    return names


@dataclass(frozen=True, slots=True)
class _Comparison:
    portfolio: Portfolio
    folder: Path
    base: str
    revision: str
    renames: Mapping[str, str]
    as_of: date
    cache: bool
    find_settings_problems: FindProblems | None

    def run(self, problems: Sequence[Problem]) -> tuple[list[Problem], SinceBase]:
        """Both states, their differences, and what of the problems is new."""
        from kam.portfolio import open_portfolio

        is_same = _same_settings(self.portfolio.root, self.folder)
        settings = self.portfolio.settings if is_same else self._old_settings()
        with ExitStack() as stack:
            old = stack.enter_context(
                open_portfolio(self.folder, settings or self.portfolio.settings, cache=self.cache)
            )
            before, after = State(old), State(self.portfolio)
            compared = compare_states(before, after, self.renames)
            known = [*old.lasting_problems(self.as_of), *self._problems_of_settings(settings)]
            lasting, time_driven = _split_dated(problems)
            lasting, claims = self._split_claims(lasting, old, compared)
            found = [*lasting, *check_changes(compared, after, self.as_of)]
            new, older = split_new(found, known, compared.names)
            more = []
            kind = _kind_of_settings(is_same, settings, compared)
            if kind == BOTH and settings is not None:
                more = self._also_with(settings, before, known, {sign(each) for each in found})
            since = SinceBase(self.base, self.revision, older + claims, len(time_driven), kind, len(more))
            return [*new, *more], since

    def _split_claims(
        self, problems: Sequence[Problem], old: Portfolio, compared: Compared
    ) -> tuple[list[Problem], int]:
        """The problems without those of approvals that were there at the base, and how many these are."""
        new = [each for each in problems if not is_older_claim(each, old, self.portfolio, compared.names)]
        return new, len(problems) - len(new)

    def _old_settings(self) -> Settings | None:
        """The settings of the base; None where they could not be used there either."""
        from kam.settings import load_settings

        settings = load_settings(self.folder)
        return settings if settings.is_usable else None

    def _problems_of_settings(self, settings: Settings | None) -> Sequence[Problem]:
        return self.find_settings_problems(settings) if self.find_settings_problems and settings else ()

    def _also_with(self, settings: Settings, before: State, known: list[Problem], found: set[object]) -> list[Problem]:
        """What the settings of the base find in the records as they are now, and the new ones do not."""
        from kam.portfolio import open_portfolio

        with open_portfolio(self.portfolio.root, settings, cache=False) as now:
            after = State(now)
            compared = compare_states(before, after, self.renames)
            claims, _ = self._split_claims(now.unverified(self.as_of), before.portfolio, compared)
            problems = [*now.lasting_problems(self.as_of), *claims, *check_changes(compared, after, self.as_of)]
            return [each for each in split_new(problems, known, compared.names)[0] if sign(each) not in found]


def check_changes(compared: Compared, after: State, as_of: date) -> list[Problem]:
    """What the rules on changes say, with the levels of the policy and without what is let pass."""
    if not compared.changes:
        return []
    from kam.portfolio.engine import Engine, Placer
    from kam.portfolio.judge import Judge

    portfolio = after.portfolio
    engine = Engine(portfolio.settings)
    place = Placer(portfolio.settings, after.find_place, lambda path: after.read(path) or None)
    judge = Judge(portfolio.settings, lambda account: _tier_of(portfolio, account))
    found = []
    for change in compared.changes:
        for problem in engine.check_change(change, place):
            gone = change.before if change.after is None else None
            found.append(replace(problem, path=gone.path, line=0, column=0) if gone else problem)
    return [each for each in judge.weigh(found) if not judge.is_passed(each, as_of)]


def _tier_of(portfolio: Portfolio, account: str) -> str:
    profile = portfolio.find_record(f"{account}/profile")
    tier = profile.data.get("tier") if profile else None
    return tier if isinstance(tier, str) else ""


def _split_dated(problems: Sequence[Problem]) -> tuple[list[Problem], list[Problem]]:
    """The problems that last, and those that come with the days."""
    if not problems:
        return [], []
    from kam.portfolio.engine import is_dated
    from kam.rules.discovery import load_rules

    dated = {rule.name for rule in load_rules() if rule.check_account and is_dated(rule.check_account)} | OF_SETTINGS
    lasting = [each for each in problems if each.rule not in dated]
    return lasting, [each for each in problems if each.rule in dated]


def _kind_of_settings(is_same: bool, old: Settings | None, compared: Compared) -> str:
    """See ``SinceBase``."""
    if is_same:
        return "same"
    if old is None:
        return "unusable"
    return BOTH if compared.files else "changed"


def _same_settings(root: Path, folder: Path) -> bool:
    """Whether both hold the same settings files; line ends do not count."""
    here, there = (
        {path: raw.replace(b"\r\n", b"\n") for path, raw in read_files(each).items()} for each in (root, folder)
    )
    return here == there
