"""``kam alerts``: what threatens the accounts, and who is to act."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kam.cli.context import Context, as_of_option, report_left_out, report_refused, words
from kam.cli.grid import escape_markdown, render_json

if TYPE_CHECKING:
    from kam.alerts import Alert

FORMS = ("text", "json", "md")


@click.command(
    "alerts",
    help=words(
        "List what threatens the accounts: orders falling off, customers who may leave, dependence on one customer, "
        "contracts running out, service levels in danger, contacts left out. Each with the record, who is to act, and "
        "what to do.",
        "列出客户预警：订单下滑、流失风险、客户集中、合同即将到期、服务时限告急、联系逾期。每条注明记录、责任人和应做的事。",
    ),
)
@click.option(
    "--owner", default="", metavar="P", help=words("Only this person's (me: yourself).", "只看此人的（me 为本人）。")
)
@click.option("--account", default="", metavar="A", help=words("Only this account.", "只看此客户。"))
@click.option("--format", "form", type=click.Choice(FORMS), default="text", help=words("Output form.", "输出格式。"))
@as_of_option
@click.pass_obj
def command(ctx: Context, *, owner: str, account: str, form: str) -> None:
    """Find and print."""
    from kam.alerts import find_alerts, gather_evidence
    from kam.cli.naming import find_account, find_person
    from kam.due import iter_accounts
    from kam.kpi import open_tables

    ctx.require_settings()
    person = find_person(owner, ctx).id if owner else ""
    with ctx.portfolio() as portfolio:
        place = find_account(account, portfolio, ctx) if account else ""
        with open_tables(portfolio, ctx.as_of, cache=ctx.use_cache) as tables:
            evidence = gather_evidence(portfolio, ctx.as_of, iter_accounts(portfolio, ctx.as_of), tables)
        found = find_alerts(evidence)
        left_out = portfolio.left_out()
    shown = [each for each in found if (not place or each.account == place) and (not person or person in each.people)]
    if form == "json":
        document = {"as_of": ctx.as_of.isoformat(), "alerts": [as_row(each, ctx.lang) for each in shown]}
        click.echo(render_json(document))
    else:
        click.echo(_render(ctx, shown, {name: evidence.name(name) for name in evidence.profiles}, is_md=form == "md"))
    report_left_out(ctx, left_out)
    report_refused(ctx)


def as_row(alert: Alert, lang: str) -> dict[str, Any]:
    """An alert for JSON."""
    return {
        "id": alert.id,
        "kind": alert.kind,
        "level": alert.level,
        "account": alert.account,
        "record": alert.record,
        "title": alert.title,
        "people": list(alert.people),
        "since": alert.since or None,
        "what": alert.what[lang],
        "todo": alert.todo[lang],
        "command": alert.command or None,
    }


def _render(ctx: Context, shown: list[Alert], names: dict[str, str], *, is_md: bool) -> str:
    from kam.alerts.words import kind_label
    from kam.report.source import plain

    if not shown:
        return ctx.words("No alerts.", "没有预警。")
    lines: list[str] = []
    for each in shown:
        kind, name = kind_label(each.kind)[ctx.lang], names.get(each.account, each.account)
        where = name if each.title in ("", name) else f"{name} · {each.title}"
        who = ctx.words(", ", "、").join(_name(ctx, person) for person in each.people)
        who = who or ctx.words("nobody named", "未指定责任人")
        day = f" ({each.since})" if each.since else ""
        if is_md:
            kind, where, who = escape_markdown(kind), escape_markdown(where), escape_markdown(who)
            what, todo = escape_markdown(each.what[ctx.lang]), escape_markdown(each.todo[ctx.lang])
            lines += [f"- **{kind}**{day} {where}: {what}", f"  → {todo} · {who} · `{each.record}`"]
        else:
            mark = "✕" if each.level == "bad" else "!"
            lines.append(plain(f"{mark} {kind}{day}  {where}"))
            lines += [plain(f"    {text}") for text in (each.what[ctx.lang], f"→ {each.todo[ctx.lang]} · {who}")]
            lines.append(plain(f"    {each.command or each.record}"))
    return "\n".join(lines)


def _name(ctx: Context, person: str) -> str:
    known = ctx.settings.people.get(person)
    return (known.names.get(ctx.lang) or person) if known else person
