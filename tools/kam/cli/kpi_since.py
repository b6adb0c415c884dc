"""``kam kpi KPI --since DAY``: why a figure is not what it was on an earlier day, record by record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kam.cli.context import Context, fail, report_failed, report_left_out, words
from kam.cli.grid import render_csv, render_json
from kam.cli.kpi_at import Asked, report_revision
from kam.cli.kpi_compare import find_withheld

if TYPE_CHECKING:
    from datetime import date

    from kam.replay.movement import Movement

F = TypeVar("F", bound=Callable[..., Any])


def since_option(command: F) -> F:
    """``--since DAY``; the command gets it as ``since``."""
    return click.option(
        "--since",
        metavar="DAY",
        help=words(
            "Why a figure is not what it was on an earlier day (2026-09-30, or the end of 2026-09 or 2026-Q3): the "
            "value of both days by today's records, and the records that moved it.",
            "与此前某日（2026-09-30，或 2026-09、2026-Q3 的期末）相比，数值为何变化：两日均按现有记录计算，"
            "并列出引起变化的记录。",
        ),
    )(command)


def require_alone(ctx: Context, since: str | None, compare: str | None, patch: Path | None, wanted: Any) -> None:
    """End the command where an option does not go with ``--since``."""
    if since is None:
        return
    other = next(
        (name for name, is_set in (("--compare", compare), ("--with", patch), ("--by", wanted["by"]),
                                   ("--trend", wanted["trend"])) if is_set), ""
    )  # fmt: skip
    why = {
        "--compare": (
            "--since compares two days by today's records, --compare one day as it was known then and is known now",
            "--since 按现有记录比较两个日期，--compare 比较同一日期当时与现在掌握的情况",
        ),
        "--with": (
            "--since looks at what was recorded, --with at what is assumed",
            "--since 比较实际记录，--with 计算假设情形",
        ),
    }
    if other:
        en, zh = why.get(other, (f"--since does not go with {other}", f"--since 不能与 {other} 合用"))
        fail(f"{en}. Ask for one of the two", f"{zh}，请只用其中一个", lang=ctx.lang)
    if (min_n := wanted["min_n"] or 0) > 1:
        fail(
            f"--since names single records, which --min-n {min_n} is to withhold. Ask for one of the two",
            f"--since 会列出单条记录，与 --min-n {min_n} 的要求冲突，请只用其中一个",
            lang=ctx.lang,
        )


def show_movement(
    ctx: Context,
    asked: Asked,
    since: str,
    *,
    kpis: tuple[str, ...],
    account: str | None,
    facts: bool,
    min_n: int | None,
    form: str,
    **_: Any,
) -> None:
    """Compute for both days and print. Status 1 where a KPI cannot be computed."""
    from kam.kpi import load_kpis
    from kam.replay.movement import find_movements

    first = _read_day(ctx, since, asked.as_of)
    withheld = find_withheld(ctx, [asked.portfolio], kpis, min_n)
    names = [kpi.id for kpi in load_kpis(asked.portfolio.settings.root) if not kpis or kpi.id in kpis]
    chosen = [name for name in (kpis or names) if name not in withheld]
    found = find_movements(asked.portfolio, first, asked.as_of, chosen, account=account)
    click.echo(_render(ctx, found, first, asked.as_of, form, is_named=bool(kpis), facts=facts))
    report_revision(ctx, asked)
    report_left_out(ctx, asked.portfolio.left_out())
    failed = {side.id: side.reason or {} for each in found for side in (each.then, each.now) if side.failed}
    report_failed(ctx, failed)


def _read_day(ctx: Context, text: str, as_of: date) -> date:
    """The day, or the last one of the month or quarter, which lies before the other one."""
    from kam.git import GitError
    from kam.replay.revision import read_span

    try:
        span = read_span(text)
    except GitError as error:
        fail(error.sentence("en"), error.sentence("zh"), lang=ctx.lang)
    if span is None:
        fail(
            f"--since takes a day, month or quarter, such as 2026-09-30, 2026-09 or 2026-Q3, not {text}",
            f"--since 应为日期、月份或季度，如 2026-09-30、2026-09、2026-Q3，不能是“{text}”",
            lang=ctx.lang,
        )
    if span[1] >= as_of:
        fail(
            f"--since {text} ends on {span[1]}, which is not before {as_of}. Name an earlier day",
            f"--since {text} 的末日 {span[1]} 不早于 {as_of}，请写更早的日期",
            lang=ctx.lang,
        )
    return span[1]


def _render(
    ctx: Context, found: Sequence[Movement], since: date, as_of: date, form: str, *, is_named: bool, facts: bool
) -> str:
    from kam.cli.kpi_since_text import MovementPrinter
    from kam.replay.movement_export import as_json, as_record_rows, as_rows

    if form == "json":
        return render_json(as_json(found, since, as_of, ctx.lang))
    if form == "csv":
        return render_csv(*(as_record_rows(found) if facts else as_rows(found, since, ctx.lang)))
    printer = MovementPrinter(ctx.lang, is_markdown=form == "md", is_whole=facts)
    return printer.render(found, since, as_of, is_named=is_named)
