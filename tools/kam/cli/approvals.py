"""``kam approvals``: what waits for an approval or a verification, and for whom."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from kam.cli.context import Context, as_of_option, words
from kam.cli.naming import find_person

if TYPE_CHECKING:
    from kam.portfolio.waiting import Waiting

KINDS = {
    "approval": ("to approve", "待审批"),
    "again": ("to approve again: not proven by Git", "须重新审批：身份未经证实"),
    "rejected": ("rejected: to be changed", "已驳回：待修改"),
    "verification": ("to verify", "待复核"),
}
VOID = {"approval": ("to approve again: changed since", "须重新审批：内容有改动"),
        "verification": ("to verify again: changed since", "须重新复核：内容有改动")}  # fmt: skip


@click.command(
    "approvals",
    help=words(
        "List what waits for an approval or a verification, for whom and since when, the oldest first.",
        "列出待审批、待复核的记录：由谁处理、何时开始等待，最早的在前。",
    ),
)
@click.option(
    "--for", "person", default="", metavar="PERSON",
    help=words("Only what this person may decide (me: yourself).", "只列某人可处理的事项（me 为本人）。"),
)  # fmt: skip
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help=words("Output form.", "输出格式。")
)
@as_of_option
@click.pass_obj
def command(ctx: Context, *, person: str, form: str) -> None:
    """Find and print."""
    from kam.portfolio.waiting import find_waiting

    ctx.require_settings()
    wanted = find_person(person, ctx).id if person else ""
    with ctx.portfolio() as portfolio:
        found = find_waiting(portfolio, ctx.as_of)
        titles = {
            each.record: _title(ctx, record.type, record.data)
            for each in found
            if (record := portfolio.find_record(each.record))
        }
    shown = [each for each in found if not wanted or each.is_for(wanted)]
    if form == "json":
        click.echo(json.dumps([_as_json(each, titles) for each in shown], ensure_ascii=False, indent=2))
        return
    for each in shown:
        for line in _lines(ctx, each, titles):
            click.echo(line)
    click.echo(_sum_up(ctx, shown))


def _title(ctx: Context, type_name: str, data: Mapping[str, object]) -> str:
    rtype = ctx.settings.types[type_name]
    label = rtype.label.get(ctx.lang, type_name)
    title = str(data.get(rtype.title_field, ""))
    return f"{label}：{title}" if ctx.lang == "zh" else f"{label}: {title}"


def _lines(ctx: Context, each: Waiting, titles: dict[str, str]) -> list[str]:
    what = (VOID if each.is_void else KINDS).get(each.kind.value, KINDS[each.kind.value])
    late = ctx.words(" (overdue)", "（已逾期）") if each.is_due else ""
    command = "verify" if each.kind == "verification" else "approve"
    since = each.since or ctx.words("no date", "无日期")
    hint = "" if each.kind == "rejected" else f"    kam {command} {each.record}"
    lines = [
        f"{since}  {titles.get(each.record, each.record)} – {ctx.words(*what)}{late}",
        f"    {ctx.words('by', '处理人：')}{' ' * (ctx.lang == 'en')}{_who(ctx, each)}",
    ]
    return [*lines, hint] if hint else lines


def _who(ctx: Context, each: Waiting) -> str:
    from kam.policy.approval import role_name

    people = [
        ctx.settings.people[name].names.get(ctx.lang, name) for name in each.people if name in ctx.settings.people
    ]
    roles = [role_name(role, ctx.settings, ctx.lang) for role in each.roles if role != "owner"]
    who = ctx.words(", ", "、").join(people)
    if not people and not roles:
        return ctx.words("any colleague but the owner", "负责人以外的任一同事")
    if not people:
        return ctx.words(f"{', '.join(roles)} (nobody has this role)", f"{'、'.join(roles)}（暂无此角色人员）")
    return who if not roles else ctx.words(f"{who} ({', '.join(roles)})", f"{who}（{'、'.join(roles)}）")


def _sum_up(ctx: Context, shown: Sequence[Waiting]) -> str:
    if not shown:
        return ctx.words("Nothing waits.", "没有待处理的审批或复核。")
    return ctx.words(f"{len(shown)} waiting", f"共 {len(shown)} 项")


def _as_json(each: Waiting, titles: dict[str, str]) -> dict[str, object]:
    return {
        "kind": each.kind.value,
        "record": each.record,
        "type": each.type,
        "title": titles.get(each.record, ""),
        "since": each.since or None,
        "due": each.due or None,
        "overdue": each.is_due,
        "void": each.is_void,
        "roles": list(each.roles),
        "people": list(each.people),
        "owner": each.owner or None,
    }
