"""``kam kpi``: KPIs with what they were made of. Each group of options has a module of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kam.cli.context import Context, as_of_option, report_failed, report_left_out, words
from kam.cli.grid import FORMATS, render_csv, render_json
from kam.cli.kpi_at import Asked, at_options, open_asked, report_revision
from kam.cli.kpi_compare import compare_option, require_fitting, show_restated
from kam.cli.kpi_min_n import min_n_option, withhold_small
from kam.cli.kpi_names import require_names
from kam.cli.kpi_since import require_alone, show_movement, since_option
from kam.cli.kpi_with import accounts_of, read_patch, show_with, with_option

if TYPE_CHECKING:
    from datetime import date

    from kam.kpi import KpiResult


@click.command(
    help=words(
        "Show the KPIs named, or all of them: value, number of records behind it (n), target and status.",
        "查看指定指标（默认全部）：数值、记录数 n、目标和状态。",
    )
)
@click.argument("kpis", nargs=-1, metavar="[KPI]...")
@click.option("--account", metavar="A", help=words("Only this account.", "只看此客户。"))
@click.option(
    "--by",
    metavar="G",
    help=words(
        "Also by account, tier, owner, team, region, month, quarter …",
        "按客户、级别、负责人、团队、区域、月、季等分组。",
    ),
)
@click.option(
    "--trend",
    type=click.IntRange(0, 120),
    default=0,
    metavar="N",
    help=words("Also at the ends of the last N months.", "同时显示最近 N 个月末的数值。"),
)
@click.option("--facts", is_flag=True, help=words("List the records behind each number.", "列出数字背后的记录。"))
@min_n_option
@at_options
@since_option
@compare_option
@with_option
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", help=words("Output form.", "输出格式。"))
@as_of_option
@click.pass_obj
def command(
    ctx: Context,
    /,
    *,
    at: str | None,
    definitions: str,
    since: str | None,
    compare: str | None,
    patch: Path | None,
    **wanted: Any,
) -> None:
    """Compute and print. Status 1 where a KPI could not be computed, 2 for wrong use."""
    require_alone(ctx, since, compare, patch, wanted)
    require_fitting(ctx, at, definitions, compare, patch, wanted["min_n"])
    with open_asked(ctx, at, definitions) as asked:
        assumed = read_patch(ctx, asked, patch) if patch else None
        names = wanted["kpis"], wanted["by"], wanted["account"]
        wanted["account"] = require_names(ctx, asked, *names, accounts_of(assumed))
        if since:
            show_movement(ctx, asked, since, **wanted)
        elif compare:
            show_restated(ctx, asked, compare, definitions, **wanted)
        elif assumed:
            _report_failures(show_with(ctx, asked, assumed, **wanted), ctx)
        else:
            _show(ctx, asked, **wanted)


def _show(
    ctx: Context,
    asked: Asked,
    *,
    kpis: tuple[str, ...],
    account: str | None,
    by: str | None,
    trend: int,
    facts: bool,
    min_n: int | None,
    form: str,
) -> None:
    from kam.kpi import compute
    from kam.tables.revisions import find_revision

    portfolio = asked.portfolio
    results = compute(portfolio, asked.as_of, kpis or None, account=account, by=by, trend=trend, facts=facts)
    results = withhold_small(ctx, results, min_n, facts=facts)
    revision = find_revision(portfolio) if form == "json" else None
    left_out = portfolio.left_out()
    click.echo(_render(results, ctx, asked.as_of, form, revision, by or "", left_out))
    report_revision(ctx, asked)
    report_left_out(ctx, left_out)
    _report_failures(results, ctx)


def _render(
    results: list[KpiResult], ctx: Context, as_of: date, form: str, revision: str | None, by: str, left_out: list[str]
) -> str:
    from kam.cli.kpi_text import KpiPrinter
    from kam.kpi.export import as_json, as_rows

    if form == "json":
        return render_json(as_json(results, as_of, revision, ctx.lang, left_out))
    if form == "csv":
        return render_csv(*as_rows(results, ctx.lang))
    return KpiPrinter(ctx.lang, is_markdown=form == "md").render(results, by)


def _report_failures(results: list[KpiResult], ctx: Context) -> None:
    report_failed(ctx, {result.id: result.reason or {} for result in results if result.failed})
