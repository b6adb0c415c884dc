"""What may be named in ``kam kpi``: KPIs, groupings, accounts; and what is said where there is no such thing."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

from kam.cli.context import Context, fail

if TYPE_CHECKING:
    from kam.cli.kpi_at import Asked
    from kam.kpi import Kpi
    from kam.portfolio import Portfolio

LISTED = 40


def require_names(
    ctx: Context, asked: Asked, kpis: Sequence[str], by: str | None, account: str | None, assumed: Sequence[str] = ()
) -> None:
    """End the command where something named is not there; say which KPI files have mistakes. ``assumed`` are accounts
    that there are beside those of the portfolio."""
    known = _known_kpis(ctx, asked.portfolio)
    for name in kpis:
        if name not in (ids := [kpi.id for kpi in known]):
            _explain_missing(ctx, asked, name)
            _refuse(ctx, name, ids, f"there is no KPI {name}{asked.when(ctx)}", f"没有指标 {name}{asked.when(ctx)}")
    groupings = sorted({name for kpi in known for name in kpi.groupings})
    if by and by not in groupings:
        _refuse(ctx, by, groupings, f"nothing is grouped by {by}", f"没有指标可按此分组：{by}")
    if account and account not in (accounts := [*asked.portfolio.accounts(), *assumed, "_portfolio", "_unassigned"]):
        when = asked.when(ctx)
        _refuse(ctx, account, accounts, f"there is no account {account}{when}", f"没有客户 {account}{when}")


def _known_kpis(ctx: Context, portfolio: Portfolio) -> list[Kpi]:
    from kam.kpi.definition import problems_of, read_kpis

    files = read_kpis(portfolio.settings.root)
    broken = sorted({problem.path for problem in problems_of(files)})
    if broken:
        click.echo(
            ctx.words(
                f"left out because of mistakes in the file: {', '.join(broken)}. See kam check --settings",
                f"以下文件有误，相应指标未计算：{'、'.join(broken)}。详见 kam check --settings",
            ),
            err=True,
        )
    return [kpi for kpi, file in files if not file.problems]


def _explain_missing(ctx: Context, asked: Asked, name: str) -> None:
    """A KPI that has another name since gets that name told."""
    if asked.revision is None:
        return
    from kam.replay.definitions import find_former_names
    from kam.replay.revision import open_history

    former = find_former_names(open_history(ctx.root), asked.revision.commit.sha).get(name)
    if former:
        fail(
            f"there is no KPI {name}{asked.when(ctx)}: it was called {former} then",
            f"没有指标 {name}{asked.when(ctx)}：当时的名称是 {former}",
            lang=ctx.lang,
        )


def _refuse(ctx: Context, name: str, known: Sequence[str], en: str, zh: str) -> None:
    near = get_close_matches(name, known, n=1)
    listed = ", ".join(known[:LISTED])
    fail(
        f"{en}. " + (f"Did you mean {near[0]}?" if near else f"Known: {listed}"),
        f"{zh}。" + (f"是否想用 {near[0]}？" if near else f"可用：{listed}"),
        lang=ctx.lang,
    )
