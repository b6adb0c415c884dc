"""``kam kpi --with FILE``: KPIs as they are and as they would be under assumptions. Nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kam.cli.context import Context, fail, report_left_out, words
from kam.cli.grid import render_csv, render_json
from kam.cli.kpi_at import report_revision
from kam.cli.kpi_min_n import withhold_small

if TYPE_CHECKING:
    from kam.cli.kpi_at import Asked
    from kam.kpi import KpiResult
    from kam.whatif import Assumed

MOST_BYTES = 2_000_000

with_option = click.option(
    "--with",
    "patch",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help=words(
        "Beside today's values those under the assumptions of a YAML file: records changed (record, set), added "
        "(type, account, fields) or taken away (remove), rates, and figures. Nothing is written. "
        "An example: kam explain what-if",
        "同时列出按假设测算的数值。假设写在 YAML 文件中：修改记录（record、set）、新增记录（type、account、fields）、"
        "去掉记录（remove）、汇率（rates）、计算参数（figures）。不会写入任何文件。示例见 kam explain what-if。",
    ),
)
"""The command gets the file as ``patch``."""


def read_patch(ctx: Context, asked: Asked, patch: Path) -> Assumed:
    """What the file assumes of the portfolio; mistakes end the command with status 1, each with its line."""
    from kam.whatif import read_assumptions

    try:
        raw = patch.read_bytes()
    except OSError as error:
        fail(f"{patch} cannot be read: {error.strerror}", f"无法读取 {patch}：{error.strerror}", lang=ctx.lang)
    assumed = read_assumptions(asked.portfolio, str(patch), raw, asked.as_of)
    if assumed.records is None:
        _show_problems(ctx, assumed, str(patch), raw)
        raise SystemExit(1)
    return assumed


def _show_problems(ctx: Context, assumed: Assumed, path: str, raw: bytes) -> None:
    from kam.portfolio.report import make_report
    from kam.report.text import TextReporter

    report = make_report(assumed.problems, records=0, accounts=0, filled=0, total=0)
    lines = list(TextReporter(lambda name: raw if name == path else None, ctx.lang, show_all=True).render(report))
    for line in lines[:-1]:
        click.echo(line, err=True)
    count = len(assumed.problems)
    click.echo(
        ctx.words(
            f"kam: {count} {'mistake' if count == 1 else 'mistakes'} in the assumptions, so nothing was computed",
            f"kam: 假设中有 {count} 处错误，未计算",
        ),
        err=True,
    )


def accounts_of(assumed: Assumed | None) -> Sequence[str]:
    """The accounts that are only assumed."""
    if assumed is None:
        return ()
    return [name.partition("/")[0] for name in assumed.added if name.endswith("/profile")]


def show_with(
    ctx: Context,
    asked: Asked,
    assumed: Assumed,
    *,
    kpis: tuple[str, ...],
    account: str | None,
    by: str | None,
    trend: int,
    facts: bool,
    min_n: int | None,
    form: str,
) -> list[KpiResult]:
    """Compute twice and print side by side; gives the results under the assumptions."""
    from kam.tables.revisions import find_revision
    from kam.whatif import compare
    from kam.whatif.export import as_json, as_rows

    assert assumed.records is not None
    compared = compare(
        asked.portfolio, assumed.records, asked.as_of, kpis or None, account=account, by=by, trend=trend, facts=facts,
        limit=lambda results: withhold_small(ctx, results, min_n, facts=facts),
    )  # fmt: skip
    left_out = asked.portfolio.left_out()
    if form == "json":
        revision = find_revision(asked.portfolio)
        text = render_json(as_json(compared, asked.as_of, revision, ctx.lang, _describe(assumed), left_out))
    elif form == "csv":
        text = render_csv(*as_rows(compared, ctx.lang))
    else:
        from kam.cli.kpi_with_text import WhatIfPrinter

        text = WhatIfPrinter(ctx.lang, is_markdown=form == "md").render(compared, assumed, is_short=not kpis)
    click.echo(text)
    report_revision(ctx, asked)
    report_left_out(ctx, left_out)
    return [each.assumed for each in compared]


def _describe(assumed: Assumed) -> dict[str, Any]:
    listed = {"changed": assumed.changed, "added": assumed.added, "removed": assumed.removed}
    return {"file": assumed.file, **listed, "rates": assumed.rates, "figures": assumed.figures}
