"""What may be named in ``kam kpi``: KPIs, groupings, accounts; and what is said where there is no such thing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

from kam.cli.context import Context, fail
from kam.cli.naming import find_account

if TYPE_CHECKING:
    from kam.cli.kpi_at import Asked
    from kam.kpi import Kpi
    from kam.model.schema import Label
    from kam.portfolio import Portfolio

LISTED = 40


def require_names(
    ctx: Context, asked: Asked, kpis: Sequence[str], by: str | None, account: str | None, assumed: Sequence[str] = ()
) -> str | None:
    """The folder of the account named. Ends the command where something named is not there; says which KPI files have
    mistakes. ``assumed`` are accounts that there are beside those of the portfolio."""
    from kam.kpi.labels import label_grouping

    known = _known_kpis(ctx, asked.portfolio)
    titles = {kpi.id: kpi.title for kpi in known}
    for name in kpis:
        if name not in titles:
            _explain_missing(ctx, asked, name)
            _refuse(ctx, name, titles, f"there is no KPI {name}{asked.when(ctx)}", f"没有指标 {name}{asked.when(ctx)}")
    groupings = {
        name: label_grouping(name, ctx.settings) for name in sorted({g for kpi in known for g in kpi.groupings})
    }
    if by and by not in groupings:
        _refuse(ctx, by, groupings, f"nothing is grouped by {by}", f"没有指标可按此分组：{by}")
    if account is None or account in assumed:
        return account
    return find_account(account, asked.portfolio, ctx, when=asked.when(ctx))


def _known_kpis(ctx: Context, portfolio: Portfolio) -> list[Kpi]:
    from kam.kpi.definition import load_kpis, read_files

    root = portfolio.settings.root
    kpis = load_kpis(root)
    broken = sorted(read_files(root).keys() - {kpi.path for kpi in kpis})
    if broken:
        click.echo(
            ctx.words(
                f"left out because of mistakes in the file: {', '.join(broken)}. See kam check --settings",
                f"以下文件有误，相应指标未计算：{'、'.join(broken)}。详见 kam check --settings",
            ),
            err=True,
        )
    return kpis


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


def _refuse(ctx: Context, name: str, known: Mapping[str, Label], en: str, zh: str) -> None:
    """End the command with what may have been meant, by key or by label in any language; else with what there is."""
    labels = {text.casefold(): key for key, label in known.items() for text in label.values()}
    near = labels.get(name.casefold()) or nearest_label(name, known, labels)
    listed = list(known)[:LISTED]
    more = len(known) > LISTED
    fail(
        f"{en}. " + (f"Did you mean {near}?" if near else f"Known: {', '.join(listed)}{' …' * more}"),
        f"{zh}。" + (f"是否想用 {near}？" if near else f"可用：{'、'.join(listed)}{'……' * more}"),
        lang=ctx.lang,
    )


def nearest_label(name: str, known: Iterable[str], labels: Mapping[str, str]) -> str:
    """The key spelled most like a name, else the key of the label that is; empty where nothing is like it."""
    near = get_close_matches(name, known, n=1) or get_close_matches(name.casefold(), labels, n=1)
    return labels.get(near[0], near[0]) if near else ""
