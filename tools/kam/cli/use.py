"""``kam use``: who records how often, which modules are alive, and what a roll-out changed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from kam.cli.context import Context, Day, as_of_option, fail, words
from kam.cli.grid import render_json
from kam.cli.writing import open_desk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kam.model.record import Record
    from kam.people.use import Use


@click.command(
    help=words(
        "Show from the history in Git who records how often and which modules are alive. With the day of a roll-out: "
        "the time since against as long a time before (the pilot report). Each person is shown with the number of "
        "their accounts and the tiers of these; who has few accounts has little to record. Restricted records are not "
        "counted.",
        "根据 Git 历史查看谁在记录、多久一次，哪些模块在用。给出推广日期时，与此前同样长的时间对比（试点报告）。"
        "每个人都同时列出客户数和级别构成：客户少，要记的自然少。仅限授权查看的记录不统计。",
    )
)
@click.option(
    "--since", type=Day(), metavar="DATE", help=words("Compare before and after this day.", "以此日期作前后对比。")
)
@click.option(
    "--rollout",
    metavar=words("RECORD", "记录"),
    help=words(
        "Take the first day, that of each team and the goals from this roll-out record.",
        "从此推广记录取开始日期、各团队启动日期和目标。",
    ),
)
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "json", "md")),
    default="text",
    help=words("Output form; md can be pasted into the roll-out record.", "输出格式；md 可粘贴到推广记录中。"),
)
@as_of_option
@click.pass_obj
def command(ctx: Context, *, since: date | None, rollout: str | None, form: str) -> None:
    """Count and print. Status 1 where the history cannot be read."""
    from kam.cli.use_text import UsePrinter, as_json
    from kam.kpi import compute, load_kpis
    from kam.people.use import measure_use
    from kam.tables import TablesError

    with open_desk(ctx) as desk:
        record = desk.find_record(rollout) if rollout else None
    if record is not None and record.type != "rollout":
        fail(
            f"{record.id} is no roll-out but a {record.type}",
            f"{record.id} 不是推广记录，而是 {record.type}",
            lang=ctx.lang,
        )
    first = since or _first_day(ctx, record)
    _require_past(ctx, first)
    with ctx.portfolio() as portfolio:
        try:
            use = measure_use(portfolio, ctx.as_of, first, _team_days(record))
        except TablesError as error:
            click.echo(f"kam: {error.words.get(ctx.lang, '')}", err=True)
            raise SystemExit(1) from None
        goals = _goals(record, {kpi.id for kpi in load_kpis(portfolio.root)})
        figures = compute(portfolio, ctx.as_of, sorted(set(goals.values()))) if goals else []
    by_id = {each.id: each for each in figures}
    results = {name: by_id[kpi] for name, kpi in goals.items()}
    if form == "json":
        click.echo(render_json(as_json(use, ctx.settings, ctx.lang, record, results)))
    else:
        click.echo(UsePrinter(ctx.settings, ctx.lang, is_markdown=form == "md").render(use, record, results))
    _say_if_empty(ctx, use)


def _first_day(ctx: Context, record: Record | None) -> date | None:
    if record is None:
        return None
    text = str(record.data.get("start", ""))
    if not text:
        fail(
            f"{record.id} has no start. Add it: kam set {record.id} start=2026-09-01, or name the day with --since",
            f"{record.id} 没有开始日期，请补充：kam set {record.id} start=2026-09-01，或用 --since 指定",
            lang=ctx.lang,
        )
    return date.fromisoformat(text)


def _require_past(ctx: Context, first: date | None) -> None:
    if first is not None and first > ctx.as_of:
        fail(
            f"{first} has not come yet; there is nothing to compare",
            f"{first} 尚未到来，无法对比",
            lang=ctx.lang,
        )


def _team_days(record: Record | None) -> dict[str, date]:
    rows = record.data.get("teams") if record else None
    found: dict[str, date] = {}
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and row.get("team") and row.get("from"):
            found[str(row["team"])] = date.fromisoformat(str(row["from"]))
    return found


def _goals(record: Record | None, known: set[str]) -> Mapping[str, str]:
    """Id of each goal that a KPI measures → the KPI."""
    rows = record.data.get("goals") if record else None
    listed = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return {str(row.get("id")): str(row["measure"]) for row in listed if row.get("measure") in known}


def _say_if_empty(ctx: Context, use: Use) -> None:
    if use.begun is None:
        click.echo(
            ctx.words(
                "note: there is no history in Git yet: nothing was committed, or the portfolio is not in Git",
                "注意：Git 中还没有历史：尚未提交，或档案库不在 Git 中",
            ),
            err=True,
        )
