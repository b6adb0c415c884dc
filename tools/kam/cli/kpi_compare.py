"""``kam kpi --compare REV``: which figures are not what they were, and because of which records or definitions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kam.cli.context import Context, fail, report_failed, report_left_out, words
from kam.cli.grid import render_csv, render_json
from kam.cli.kpi_at import NOW, Asked, refuse_settings

if TYPE_CHECKING:
    from datetime import date

    from kam.portfolio import Portfolio
    from kam.replay.restatement import Restatement

F = TypeVar("F", bound=Callable[..., Any])


def compare_option(command: F) -> F:
    """``--compare REV``; the command gets it as ``compare``."""
    return click.option(
        "--compare",
        metavar="REV",
        help=words(
            "Corrections: which figures of that day (with --trend: and month ends before) are known otherwise now "
            "than at a commit, tag, branch or day, and why. The day is the same on both sides; --since compares two.",
            "更正：同一日（加 --trend 则含此前各月末）的哪些数值，现在与某次提交、标签、分支或某日当时掌握的不同，"
            "原因何在。比较两个日期请用 --since。",
        ),
    )(command)


def require_fitting(
    ctx: Context, at: str | None, definitions: str, compare: str | None, patch: Path | None, min_n: int | None
) -> None:
    """End the command where options do not go together."""
    if definitions == NOW and not at and not compare:
        fail("--definitions goes with --at or --compare", "--definitions 需与 --at 或 --compare 合用", lang=ctx.lang)
    if compare and patch:
        fail(
            "--compare looks at what was recorded, --with at what is assumed. Ask for one of the two",
            "--compare 比较实际记录，--with 计算假设情形，请只用其中一个",
            lang=ctx.lang,
        )
    if compare and (min_n or 0) > 1:
        fail(
            f"--compare names single records, which --min-n {min_n} is to withhold. Ask for one of the two",
            f"--compare 会列出单条记录，与 --min-n {min_n} 的要求冲突，请只用其中一个",
            lang=ctx.lang,
        )


def show_restated(
    ctx: Context,
    asked: Asked,
    compare: str,
    definitions: str,
    *,
    kpis: tuple[str, ...],
    account: str | None,
    by: str | None,
    trend: int,
    facts: bool,
    min_n: int | None,
    form: str,
) -> None:
    """Compare and print. The day is that of the revision compared with, unless ``--as-of`` names another.

    Status 1 where a KPI cannot be computed now.
    """
    from kam.git import GitError
    from kam.kpi.window import month_ends
    from kam.replay.past import RESTATED, UnusableSettings, open_past
    from kam.replay.restate import Question, Sides, restate
    from kam.replay.revision import find_revision, open_history

    now = asked.portfolio
    zone = now.settings.site.time_zone
    try:
        repository = open_history(ctx.root)
        revision = find_revision(repository, compare, ctx.today, zone)
        settings = now.settings if definitions == NOW else None
        with open_past(repository, revision, settings=settings, cache=ctx.use_cache, name=RESTATED) as then:
            as_of = ctx.asked_as_of or revision.day(zone)
            _warn_of_later_day(ctx, compare, as_of, revision.day(zone))
            days = tuple(month_ends(as_of, trend)) if trend else ()
            question = Question(as_of, days, kpis, account, by, find_withheld(ctx, (now, then), kpis, min_n))
            found = restate(Sides(repository, then, revision, now, asked.revision), question)
    except GitError as error:
        fail(error.sentence("en"), error.sentence("zh"), lang=ctx.lang)
    except UnusableSettings as error:
        refuse_settings(error, ctx, f"--compare {compare} --definitions now")
    click.echo(_render(ctx, asked, found, form, facts=facts))
    report_left_out(ctx, now.left_out())
    report_failed(ctx, found.failed)


def _warn_of_later_day(ctx: Context, compare: str, as_of: date, day: date) -> None:
    """The records of then, looked at on a later day, give a figure that nobody has ever seen."""
    if as_of > day:
        click.echo(
            ctx.words(
                f"--as-of {as_of} is later than {compare} ({day}): what stands under Then is what the records of {day} "
                f"say of {as_of}, a figure that nobody saw. For the way from {day} to {as_of}: --since {day}",
                f"--as-of {as_of} 晚于 {compare}（{day}）：“当时”一列是用 {day} 的记录推算 {as_of} 的结果，"
                f"当时并没有人看到过。要看 {day} 到 {as_of} 之间的变化，请用 --since {day}",
            ),
            err=True,
        )


def find_withheld(ctx: Context, sides: Sequence[Portfolio], kpis: Sequence[str], min_n: int | None) -> frozenset[str]:
    """The KPIs whose file keeps small groups back on any side: what changed in them would tell of single records."""
    from kam.kpi import load_kpis
    from kam.kpi.withhold import limit_of

    known = {kpi.id for side in sides for kpi in load_kpis(side.settings.root) if limit_of(kpi, min_n) > 1}
    named = sorted(known.intersection(kpis) if kpis else known)
    if named:
        click.echo(
            ctx.words(
                f"not compared because of min_n in the file: {', '.join(named)}. --min-n 1 compares them",
                f"因指标文件设有 min_n，未比较以下指标：{'、'.join(named)}。如需比较，请加 --min-n 1",
            ),
            err=True,
        )
    return frozenset(known)


def _render(ctx: Context, asked: Asked, found: Restatement, form: str, *, facts: bool) -> str:
    from kam.cli.kpi_compare_text import RestatementPrinter
    from kam.replay.export import as_cause_rows, as_json, as_rows

    settings = asked.portfolio.settings
    if form == "json":
        return render_json(as_json(found, settings, ctx.lang))
    if form == "csv":
        return render_csv(*(as_cause_rows(found, settings, ctx.lang) if facts else as_rows(found, ctx.lang)))
    printer = RestatementPrinter(settings, ctx.lang, is_markdown=form == "md", is_whole=facts)
    return printer.render(found)
