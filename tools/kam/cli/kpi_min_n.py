"""``kam kpi --min-n``: figures for wider audiences, without groups so small that they tell of single records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kam.cli.context import Context, fail, words

if TYPE_CHECKING:
    from kam.kpi import KpiResult

min_n_option = click.option(
    "--min-n",
    type=click.IntRange(1, 1000),
    metavar="N",
    help=words(
        "Withhold groups of fewer than N records, and what would give them away; 1 shows all, also of KPIs whose file "
        "says min_n.",
        "不足 N 条记录的小组不予显示，可据以推算的数据一并隐去；1 表示全部显示（包括指标文件中设有 min_n 的指标）。",
    ),
)


def withhold_small(ctx: Context, results: list[KpiResult], min_n: int | None, *, facts: bool) -> list[KpiResult]:
    """The results as they may be shown. Says on standard error whose records are not listed."""
    from kam.kpi.withhold import limit_of, withhold

    if facts and (min_n or 0) > 1:
        fail(
            f"--facts lists single records, which --min-n {min_n} is to withhold. Ask for one of the two",
            f"--facts 会列出单条记录，与 --min-n {min_n} 的要求冲突，请只用其中一个",
            lang=ctx.lang,
        )
    kept = [withhold(each, limit_of(each.kpi, min_n)) for each in results]
    silent = [each.id for each, shown in zip(results, kept, strict=True) if each.facts and not shown.facts]
    if silent:
        click.echo(
            ctx.words(
                f"records not listed because of min_n in the file: {', '.join(silent)}. --min-n 1 lists them",
                f"因指标文件设有 min_n，未列出以下指标的记录：{'、'.join(silent)}。如需列出，请加 --min-n 1",
            ),
            err=True,
        )
    return kept
