"""``kam kpi``: KPIs with what they were made of."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

from kam.cli.context import Context, as_of_option, fail, report_left_out, words
from kam.cli.grid import FORMATS, render_csv, render_json

if TYPE_CHECKING:
    from kam.kpi import Kpi, KpiResult
    from kam.portfolio import Portfolio


@click.command(
    help=words(
        "Show the KPIs named, or all of them: value, number of records behind it (n), target and status.",
        "查看指定指标（默认全部）：数值、样本数 n、目标和状态。",
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
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", help=words("Output form.", "输出格式。"))
@as_of_option
@click.pass_obj
def command(
    ctx: Context, *, kpis: tuple[str, ...], account: str | None, by: str | None, trend: int, facts: bool, form: str
) -> None:
    """Compute and print. Status 1 where a KPI could not be computed, 2 for wrong use."""
    from kam.kpi import compute

    with ctx.portfolio() as portfolio:
        known = _known_kpis(ctx, portfolio)
        _require(kpis, [kpi.id for kpi in known], ctx, "there is no KPI", "没有指标")
        _require((by,) if by else (), _groupings(known), ctx, "nothing is grouped by", "没有指标可按此分组：")
        _require((account,) if account else (), _accounts(portfolio), ctx, "there is no account", "没有客户")
        results = compute(portfolio, ctx.as_of, kpis or None, account=account, by=by, trend=trend, facts=facts)
        revision = _revision(portfolio) if form == "json" else None
        left_out = portfolio.left_out()
    click.echo(_render(results, ctx, form, revision, by or "", left_out))
    report_left_out(ctx, left_out)
    _report_failures(results, ctx)


def _known_kpis(ctx: Context, portfolio: Portfolio) -> list[Kpi]:
    from kam.kpi import load_kpis
    from kam.kpi.definition import problems_of, read_kpis

    broken = sorted({problem.path for problem in problems_of(read_kpis(portfolio.root))})
    if broken:
        click.echo(
            ctx.words(
                f"left out because of mistakes in the file: {', '.join(broken)}. See kam check --settings",
                f"以下文件有误，相应指标未计算：{'、'.join(broken)}。详见 kam check --settings",
            ),
            err=True,
        )
    return load_kpis(portfolio.root)


def _require(names: Sequence[str], known: Sequence[str], ctx: Context, en: str, zh: str) -> None:
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            listed = ", ".join(known[:40])
            fail(
                f"{en} {name}. " + (f"Did you mean {near[0]}?" if near else f"Known: {listed}"),
                f"{zh} {name}。" + (f"是否想用 {near[0]}？" if near else f"可用：{listed}"),
                lang=ctx.lang,
            )


def _groupings(known: Sequence[Kpi]) -> list[str]:
    return sorted({name for kpi in known for name in kpi.groupings})


def _accounts(portfolio: Portfolio) -> list[str]:
    return [*portfolio.accounts(), "_portfolio", "_unassigned"]


def _revision(portfolio: Portfolio) -> str | None:
    from kam.tables.revisions import find_revision

    return find_revision(portfolio)


def _render(
    results: list[KpiResult], ctx: Context, form: str, revision: str | None, by: str, left_out: list[str]
) -> str:
    from kam.cli.kpi_text import KpiPrinter
    from kam.kpi.export import as_json, as_rows

    if form == "json":
        return render_json(as_json(results, ctx.as_of, revision, ctx.lang, left_out))
    if form == "csv":
        return render_csv(*as_rows(results, ctx.lang))
    return KpiPrinter(ctx.lang, is_markdown=form == "md").render(results, by)


def _report_failures(results: list[KpiResult], ctx: Context) -> None:
    failed = [result for result in results if result.failed]
    for result in failed:
        reason = result.reason or {}
        sys.stdout.flush()
        click.echo(f"kam: {result.id}: {reason.get(ctx.lang, '')}", err=True)
    if failed:
        raise SystemExit(1)
