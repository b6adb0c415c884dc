"""``kam tiers``: the points of each account, the tier that follows, and what to do where the profile says another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kam.cli.context import Context, as_of_option, fail, report_failed, report_left_out, words
from kam.cli.grid import FORMATS, render_csv, render_json
from kam.cli.naming import find_account

if TYPE_CHECKING:
    from kam.kpi.tiers import Assessed


@click.command(
    help=words(
        "Show the points of each account by the criteria of the policy, the tier that follows, the one of the profile, "
        "exceptions, and what to do. With --account also the value behind each point. Closed accounts are left out.",
        "按重点客户标准查看各客户的得分、对应级别、客户资料中的级别、特批情况以及应做的事；"
        "加 --account 可查看每项得分的依据。已终止的客户不列出。",
    )
)
@click.option(
    "--account", metavar="A", help=words("Only this account, criterion by criterion.", "只看此客户，逐项列出。")
)
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", help=words("Output form.", "输出格式。"))
@as_of_option
@click.pass_obj
def command(ctx: Context, *, account: str | None, form: str) -> None:
    """Assess and print. Status 1 where a KPI could not be computed, 2 for wrong use."""
    from kam.kpi.tiers import assess_tiers
    from kam.settings.tiers import Tiers

    with ctx.portfolio() as portfolio:
        if not ctx.settings.part(Tiers).criteria:
            fail(
                "no criteria of key accounts are set. Add a section tiers to site-config/policy.yml",
                "尚未设置重点客户标准。请在 site-config/policy.yml 中添加 tiers 部分",
                lang=ctx.lang,
            )
        account = find_account(account, portfolio, ctx) if account is not None else None
        assessed = assess_tiers(portfolio, ctx.as_of)
        left_out = portfolio.left_out()
    click.echo(_render(assessed, ctx, form, account))
    report_left_out(ctx, left_out)
    report_failed(ctx, assessed.failed)


def _render(assessed: Assessed, ctx: Context, form: str, account: str | None) -> str:
    from dataclasses import replace

    from kam.cli.tiers_text import TierPrinter

    if account is not None:
        assessed = replace(assessed, accounts=tuple(each for each in assessed.accounts if each.account == account))
    printer = TierPrinter(assessed, ctx.settings, ctx.as_of, ctx.lang)
    if form == "json":
        document: dict[str, Any] = printer.as_json()
        return render_json(document)
    if form == "csv":
        return render_csv(*printer.as_rows())
    return printer.as_text(is_markdown=form == "md", one=account is not None)
