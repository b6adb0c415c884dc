"""``kam kpi --at REV``: the records, settings and definitions of a commit in the place of the present ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from kam.cli.context import Context, fail, words

if TYPE_CHECKING:
    from datetime import date

    from kam.portfolio import Portfolio
    from kam.replay.past import UnusableSettings
    from kam.replay.revision import Revision

F = TypeVar("F", bound=Callable[..., Any])
NOW, THEN = "now", "then"
LISTED = 5


def at_options(command: F) -> F:
    """``--at REV`` and ``--definitions``; the command gets them as ``at`` and ``definitions``."""
    at = click.option(
        "--at",
        metavar="REV",
        help=words(
            "As the repository stood at a commit, tag or branch, or when a day ended (2026-03-31, 2026-03, 2026-Q1).",
            "按仓库在某次提交、标签、分支或某日（2026-03-31、2026-03、2026-Q1）结束时的状态计算。",
        ),
    )
    definitions = click.option(
        "--definitions",
        type=click.Choice((THEN, NOW)),
        default=THEN,
        help=words(
            "With --at or --compare: settings and KPI definitions of then (the default), or today's.",
            "与 --at 或 --compare 合用：采用当时（默认）或现在的设置和指标定义。",
        ),
    )
    return at(definitions(command))


@dataclass(frozen=True, slots=True)
class Asked:
    """The portfolio to look at, the day to look from, and the commit, where one was named."""

    portfolio: Portfolio
    as_of: date
    revision: Revision | None = None

    def when(self, ctx: Context) -> str:
        """`` at v1 (1a2b3c4d5e, 2026-03-31)``; empty for the records as they are."""
        if self.revision is None:
            return ""
        named = describe(self.revision, ctx)
        return ctx.words(f" at {named}", f"（{named}）")


def describe(revision: Revision, ctx: Context) -> str:
    """``v1 (1a2b3c4d5e, 2026-03-31)``."""
    day = revision.commit_day(ctx.settings.site.time_zone)
    return ctx.words(f"{revision.asked} ({revision.short}, {day})", f"{revision.asked}，{revision.short}，{day}")


@contextmanager
def open_asked(ctx: Context, at: str | None, definitions: str) -> Iterator[Asked]:
    """What ``--at`` asks for; without it the portfolio as it is. Ends the command where that cannot be had."""
    if at is None:
        with ctx.portfolio() as portfolio:
            yield Asked(portfolio, ctx.as_of)
        return
    from kam.git import GitError
    from kam.replay.past import UnusableSettings, open_past
    from kam.replay.revision import find_revision, open_history

    if definitions == NOW:
        ctx.require_settings()
    try:
        repository = open_history(ctx.root)
        revision = find_revision(repository, at, ctx.today, ctx.settings.site.time_zone)
        settings = ctx.settings if definitions == NOW else None
        with open_past(repository, revision, settings=settings, cache=ctx.use_cache) as portfolio:
            as_of = ctx.asked_as_of or revision.day(portfolio.settings.site.time_zone)
            yield Asked(portfolio, as_of, revision)
    except GitError as error:
        fail(error.sentence("en"), error.sentence("zh"), lang=ctx.lang)
    except UnusableSettings as error:
        refuse_settings(error, ctx, "--definitions now")


def report_revision(ctx: Context, asked: Asked) -> None:
    """Say on standard error what the figures were made from."""
    if asked.revision is not None:
        from kam.report.source import plain

        named, subject = describe(asked.revision, ctx), plain(asked.revision.commit.subject)
        click.echo(
            ctx.words(
                f"as the repository stood at {named}: {subject}",
                f"按仓库当时的状态计算（{named}）：{subject}",
            ),
            err=True,
        )


def refuse_settings(error: UnusableSettings, ctx: Context, instead: str) -> NoReturn:
    """End the command: the settings of a commit are of no use to this kam."""
    from kam.model.texts import render_message

    for problem in error.problems[:LISTED]:
        message, _ = render_message(problem, ctx.lang)
        click.echo(f"{problem.path}:{problem.line}:{problem.column} {message}", err=True)
    named, count = describe(error.revision, ctx), len(error.problems)
    fail(
        f"the settings at {named} have {count} {'error' if count == 1 else 'errors'} for this kam, "
        f"so nothing was computed. To look at the records of then by today's settings: {instead}",
        f"{named} 的设置对当前版本的 kam 有 {count} 处错误，因此未计算。如要用现在的设置查看当时的记录：{instead}",
        lang=ctx.lang,
    )
