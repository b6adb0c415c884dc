"""``kam show``: one account on one screen."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from kam.cli.context import Context, as_of_option, fail, report_left_out, report_refused, words
from kam.cli.grid import render_json

if TYPE_CHECKING:
    from kam.cli.show_text import Screen
    from kam.model.record import Record
    from kam.portfolio import Portfolio
    from kam.rules.contract import AccountRecords
    from kam.tables import Tables

AHEAD = timedelta(days=30)
"""So far ahead the screen looks for what is due."""
TALKS = ("meeting", "service")


@click.command(
    "show",
    help=words(
        "Show one account on one screen: who looks after it, its health and why, alerts, main figures, what is due, "
        "and what is open. The account is named by its folder or its name.",
        "一屏查看一个客户：负责人、健康度及原因、预警、主要指标、到期事项和未结事项。客户可写文件夹名或名称。",
    ),
)
@click.argument("account")
@click.option(
    "--format", "form", type=click.Choice(("text", "json")), default="text", help=words("Output form.", "输出格式。")
)
@as_of_option
@click.pass_obj
def command(ctx: Context, *, account: str, form: str) -> None:
    """Gather and print."""
    from kam.cli.naming import find_account
    from kam.cli.show_text import render_screen
    from kam.kpi import open_tables

    ctx.require_settings()
    with ctx.portfolio() as portfolio:
        place = find_account(account, portfolio, ctx)
        with open_tables(portfolio, ctx.as_of, cache=ctx.use_cache) as tables:
            screen = _gather(ctx, portfolio, place, tables)
        left_out = [each for each in portfolio.left_out() if each.partition("/")[0] == place]
    if form == "json":
        click.echo(render_json(_as_json(screen, ctx)))
    else:
        click.echo(render_screen(screen, ctx.settings, ctx.lang))
    report_left_out(ctx, left_out)
    report_refused(ctx)


def _gather(ctx: Context, portfolio: Portfolio, place: str, tables: Tables) -> Screen:
    from kam.alerts import find_alerts, gather_evidence
    from kam.cli.show_text import Screen
    from kam.due import find_due, iter_accounts
    from kam.kpi import compute, load_kpis
    from kam.settings.screen import Screen as Shown

    as_of = ctx.as_of
    own = next(iter(iter_accounts(portfolio, as_of, account=place)), None)
    if own is None or own.profile is None:
        fail(
            f"{place} has no profile that can be shown. See what is wrong: kam check accounts/{place}",
            f"{place} 没有可用的客户资料。查看问题：kam check accounts/{place}",
            lang=ctx.lang,
        )
    evidence = gather_evidence(portfolio, as_of, [own], tables)
    alerts = [each for each in find_alerts(evidence) if each.account == place]
    due = [item for item in find_due(portfolio, as_of, account=place) if item.due and item.due <= _until(as_of)]
    known = {kpi.id for kpi in load_kpis(portfolio.settings.root)}
    wanted = [name for name in ctx.settings.part(Shown).kpis if name in known]
    figures = compute(portfolio, as_of, wanted, account=place, tables=tables)
    shown = [each for each in figures if each.value is not None]
    return Screen(own.profile, as_of, evidence, alerts, due, shown, _last_talk(own, ctx, as_of), _open(own, ctx))


def _until(as_of: date) -> str:
    return (as_of + AHEAD).isoformat()


def _last_talk(records: AccountRecords, ctx: Context, as_of: date) -> Record | None:
    found = [
        (str(record.data.get(ctx.settings.types[name].date_field, ""))[:10], record.id, record)
        for name in TALKS
        for record in records.of(name)
    ]
    past = [each for each in found if each[0] and each[0] <= as_of.isoformat()]
    return max(past, key=lambda each: each[:2])[2] if past else None


def _open(records: AccountRecords, ctx: Context) -> dict[str, list[Record]]:
    """Open records of the types that have a title and a responsible person, by the row of the handbook."""
    from kam.policy.duty import is_open

    types = [ctx.settings.types[name] for name in records.by_type if name != "profile"]
    found: dict[str, list[Record]] = {}
    for rtype in sorted(types, key=lambda t: (t.layout != "record", _row(t.row), t.name)):
        mine = [each for each in records.of(rtype.name) if rtype.states and each.data.get(rtype.states.field)]
        still = [each for each in mine if is_open(each, rtype)]
        if still and rtype.layout == "record":
            found[rtype.name] = still
    return found


def _row(row: str) -> int:
    digits = "".join(each for each in row if each.isdigit())
    return int(digits) if digits else 99


def _as_json(screen: Screen, ctx: Context) -> dict[str, Any]:
    from kam.cli.alerts import as_row
    from kam.kpi.health import reason_words

    account, lang, healths = screen.profile.account, ctx.lang, screen.evidence.healths
    score = healths.on(account, screen.as_of)
    health: dict[str, Any] | None = None
    if score is not None:
        health = {
            "score": _round(score.total),
            "status": score.status,
            "change": _round(healths.change(account, screen.as_of)),
            "reasons": [
                {
                    "part": each.score.part.id,
                    "title": each.score.part.title.get(lang, each.score.part.id),
                    "effect": _round(each.effect),
                    "words": reason_words(healths, each, ctx.settings)[lang],
                }
                for each in score.reasons()
            ],
            "missing": [{"part": each.id, "title": each.title.get(lang, each.id)} for each in score.missing],
            "trend": [{"as_of": day.isoformat(), "score": _round(total)} for day, total in healths.trend(account)],
        }
    return {
        "as_of": screen.as_of.isoformat(),
        "account": account,
        "name": screen.evidence.name(account),
        "profile": {
            name: screen.profile.data.get(name)
            for name in ("legal_name", "tier", "lifecycle", "owner", "executive_sponsor", "industry", "region", "since")
        },
        "last_contact": screen.last.id if screen.last else None,
        "health": health,
        "alerts": [as_row(each, lang) for each in screen.alerts],
        "kpis": [
            {"id": each.id, "title": each.title.get(lang, each.id),
             "value": each.value, "unit": each.unit, "n": each.n, "status": each.status}
            for each in screen.figures
        ],
        "due": [
            {"id": each.id, "due": each.due, "what": each.what[lang], "title": each.title, "record": each.record,
             "people": list(each.people), "overdue": each.is_overdue(screen.as_of),
             "also": [other.record for other in each.also]}
            for each in screen.due
        ],
        "open": {name: [each.id for each in records] for name, records in screen.open.items()},
    }  # fmt: skip


def _round(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(Decimal("0.1"))
