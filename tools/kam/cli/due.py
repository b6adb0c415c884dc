"""``kam due``: what is due or overdue, for whom."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from kam.cli.context import Context, as_of_option, report_left_out, words
from kam.cli.grid import render_json

if TYPE_CHECKING:
    from kam.model.span import Span


FORMATS = ("text", "json", "md", "ics")
UNITS = {
    "d": "day", "w": "week", "m": "month", "q": "quarter", "y": "year",
    "天": "day", "日": "day", "周": "week", "月": "month", "季": "quarter", "年": "year",
}  # fmt: skip


class Ahead(click.ParamType["Span | None"]):
    """How far to look ahead: ``14d``, ``2 weeks``, ``month``; ``all`` has no end."""

    name = "span"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Span | None:
        """Text to span; anything else is refused with the forms wanted."""
        from kam.model.span import parse_span

        text = str(value).strip().lower()
        if text in ("all", "全部"):
            return None
        unit = UNITS.get(text[-1:])
        count = text[:-1].strip().removesuffix("个").strip()
        found = parse_span(f"{count} {unit}") if unit and count.isdecimal() else parse_span(text)
        if found is None:
            self.fail(
                words(
                    f"{value!r} is no span of time. Write 14d, 2w, 1m, “2 weeks”, or all",
                    f"“{value}”不是时间跨度。请写 14d、2w、1m、“2 周”或 all",
                )
            )
        return found


@click.command(
    "due",
    help=words(
        "List what is due or overdue, the longest overdue first: actions of all records, refreshes, contacts by the "
        "care cadence, milestones, contract notices, payments, deliveries, service levels, approvals.",
        "列出到期和逾期的工作，逾期最久的在前：各类记录的行动事项、资料核对、按频次应做的联系、里程碑、合同到期与通知、"
        "回款、交货、服务时限、审批与复核。",
    ),
)
@click.option(
    "--within", type=Ahead(), default="14d", metavar="SPAN", show_default=True,
    help=words(
        "Look so far ahead: 14d, 2w, 1m; all: also what has no date.",
        "向前看多久：14d、2w、1m；all 则含未定日期的事项。",
    ),
)  # fmt: skip
@click.option(
    "--owner", default="", metavar="P",
    help=words(
        "Only what this person is to do, also in place of colleagues who are away (me: yourself).",
        "只列此人应做的事项，含代休假同事处理的事项（me 为本人）。",
    ),
)  # fmt: skip
@click.option("--account", default="", metavar="A", help=words("Only this account.", "只看此客户。"))
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    help=words("Output form; ics: a calendar to import.", "输出格式；ics 为可导入的日历文件。"),
)
@as_of_option
@click.pass_obj
def command(ctx: Context, *, within: Span | None, owner: str, account: str, form: str) -> None:
    """Find and print."""
    from kam.cli.due_ics import render_ics
    from kam.cli.due_text import DueList, as_json, render_markdown, render_text
    from kam.cli.naming import find_account, find_person
    from kam.due import find_due
    from kam.due.item import is_for

    ctx.require_settings()
    person = find_person(owner, ctx).id if owner else ""
    with ctx.portfolio() as portfolio:
        place = find_account(account, portfolio, ctx) if account else ""
        found = find_due(portfolio, ctx.as_of, account=place or None)
        profiles = list(portfolio.iter_records("profile", faulty=True))
        left_out = portfolio.left_out()
    names = {each.account: str(each.data.get("name", "")) for each in profiles}
    mine = [item for item in found if not person or is_for(item, person, ctx.settings.people, ctx.as_of)]
    until = within.after(ctx.as_of) if within is not None else date.max
    shown = [item for item in mine if (item.due and item.due <= until.isoformat()) or (not item.due and within is None)]
    undated = sum(not item.due for item in mine) if within is not None else 0
    listed = DueList(shown, undated, until if within is not None else None, person, place, names)
    if form == "json":
        click.echo(render_json(as_json(listed, ctx.settings, ctx.as_of, ctx.lang)))
    elif form == "ics":
        click.echo(render_ics(listed, ctx.settings, ctx.as_of, ctx.lang), nl=False)
    elif form == "md":
        click.echo(render_markdown(listed, ctx.settings, ctx.as_of, ctx.lang))
    else:
        click.echo(render_text(listed, ctx.settings, ctx.as_of, ctx.lang))
    report_left_out(ctx, left_out)
