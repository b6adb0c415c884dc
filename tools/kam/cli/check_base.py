"""``kam check --base``: only what is new since the work began, and what the process forbids to change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kam.cli.check_scope import recount
from kam.cli.context import Context, fail

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kam.model.problem import Problem
    from kam.portfolio import Portfolio, Report
    from kam.settings import Settings


def keep_new(report: Report, portfolio: Portfolio, revision: str, ctx: Context, *, cache: bool) -> Report:
    """The report with only the problems that are new since the base, and those of the changes themselves.

    Ends the command with exit status 2 where there is nothing to compare with.
    """
    from kam.git import GitError
    from kam.history.compare import compare_with_base

    def find_settings_problems(settings: Settings) -> Sequence[Problem]:
        from kam.cli.parts import find_problems

        return [*settings.problems, *find_problems(settings, cache=cache)]

    try:
        problems, since = compare_with_base(
            portfolio,
            report.problems,
            revision,
            ctx.as_of,
            cache=cache,
            find_settings_problems=find_settings_problems,
        )
    except GitError as error:
        fail(error.sentence("en"), error.sentence("zh"), lang=ctx.lang)
    counted = recount(problems, report)
    return counted._replace(summary=counted.summary._replace(since=since))
