"""``kam forecast``: open opportunities by expected close, weighted, against quotas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from kam.cli.context import Context, as_of_option, fail, words
from kam.cli.grid import FORMATS, render_csv, render_json, render_markdown, render_table

if TYPE_CHECKING:
    from decimal import Decimal

    from kam.model.schema import Label
    from kam.people.forecast import Forecast, Line, Outlook

HEADS: dict[str, Label] = {
    "name": {"en": "Who", "zh": "人员/团队"},
    "accounts": {"en": "Accounts", "zh": "客户数"},
    "tiers": {"en": "Tiers", "zh": "级别构成"},
    "period": {"en": "Expected close", "zh": "预计成交"},
    "count": {"en": "Open", "zh": "商机数"},
    "unvalued": {"en": "Without value", "zh": "缺金额或概率"},
    "amount": {"en": "Amount", "zh": "金额"},
    "weighted": {"en": "Weighted", "zh": "加权金额"},
    "won": {"en": "Won so far", "zh": "已赢单"},
    "expected": {"en": "Won + weighted", "zh": "已赢单+加权"},
    "quota": {"en": "Quota", "zh": "指标"},
    "coverage": {"en": "Of quota", "zh": "占指标"},
    "team_quota": {"en": "Team quota", "zh": "团队指标"},
    "team_coverage": {"en": "Of team quota", "zh": "占团队指标"},
}
QUOTA_NOTE: Label = {
    "en": "Quota: the sum of the quotas in people.yml, as in the KPIs “Quota attainment” and “Quota pace”.",
    "zh": "指标为 people.yml 中各人员指标之和，与“销售指标完成率”“销售指标进度”一致。",
}
TEAM_NOTE: Label = {
    "en": "Team quota: what appraisal.yml (team_quotas) demands of the team as such; it is not the sum of its "
    "people's and is not in those KPIs.",
    "zh": "团队指标为 appraisal.yml（team_quotas）对团队的整体要求，不等于人员指标之和，也不计入上述两项指标。",
}
LEFT = ("name", "tiers", "period")
PLACES: dict[str, Label] = {
    "overdue": {"en": "overdue", "zh": "已过预计日"},
    "later": {"en": "later", "zh": "更晚"},
    "undated": {"en": "no date", "zh": "未定日期"},
}
KINDS = ("month", "quarter", "year")


@click.command(
    help=words(
        "Show what is likely to be sold: open opportunities by expected close, weighted by probability, with what was "
        "won in the running period and the quota. Each person or team is shown with its number of accounts and their "
        "tiers. The opportunities behind each number: --format json.",
        "销售预测：按预计成交时间汇总未结束商机的加权金额，并列出本期已赢单金额和销售指标。"
        "按人员或团队查看时，同时列出客户数和级别构成。每个数字背后的商机见 --format json。",
    )
)
@click.option("--by", type=click.Choice(("person", "team")), help=words("For each of them.", "按人员或团队分列。"))
@click.option(
    "--period",
    "kind",
    type=click.Choice(KINDS),
    default="quarter",
    show_default=True,
    help=words("Months, or quarters or years of the fiscal year.", "按月、财务季度或财务年度。"),
)
@click.option(
    "--periods",
    "count",
    type=click.IntRange(1, 24),
    default=4,
    show_default=True,
    help=words("So many, from the running one.", "从当期起列出几期。"),
)
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", help=words("Output form.", "输出格式。"))
@as_of_option
@click.pass_obj
def command(ctx: Context, *, by: str | None, kind: str, count: int, form: str) -> None:
    """Compute and print. Status 1 where a rate is missing."""
    from kam.people.forecast import make_forecast
    from kam.tables import TablesError

    with ctx.portfolio() as portfolio:
        try:
            forecast = make_forecast(portfolio, ctx.as_of, kind, count, by or "")
        except TablesError as error:
            click.echo(f"kam: {error.words.get(ctx.lang, '')}", err=True)
            raise SystemExit(1) from None
    if not forecast.periods:
        fail(
            "the calendar has no period after this day; choose another with --as-of",
            "该日期之后已无可用期间，请用 --as-of 另选日期",
            lang=ctx.lang,
        )
    if form == "json":
        click.echo(render_json(_plain(forecast, ctx.lang)))
    else:
        click.echo(_render(forecast, ctx, form, has_lines=by is not None))


def _render(forecast: Forecast, ctx: Context, form: str, *, has_lines: bool) -> str:
    rows = [_cells(line, each, ctx.lang) for line in forecast.lines for each in line.outlooks]
    if not rows and form != "csv":
        return ctx.words("No open opportunity and no quota.", "没有未结束的商机，也没有销售指标。")
    hidden = set() if has_lines or form == "csv" else {"name", "accounts", "tiers"}
    if form != "csv":
        hidden |= {name for name in ("unvalued", "won", "quota", "team_quota") if not any(row[name] for row in rows)}
        hidden |= {"expected"} if "won" in hidden else set()
        hidden |= {"coverage"} if "quota" in hidden else set()
        hidden |= {"team_coverage"} if "team_quota" in hidden else set()
    names = [name for name in HEADS if name not in hidden]
    if form == "csv":
        return render_csv(names, [[row[name] for name in names] for row in rows])
    heads = [HEADS[name][ctx.lang] for name in names]
    render = render_markdown if form == "md" else render_table
    table = render(heads, [_spell(row, names) for row in rows], [name not in LEFT for name in names])
    unit = ctx.words(f"Amounts in {forecast.currency}.", f"金额单位：{forecast.currency}。")
    notes = [note[ctx.lang] for name, note in (("quota", QUOTA_NOTE), ("team_quota", TEAM_NOTE)) if name in names]
    return "\n".join([table, "", unit, *notes])


def _cells(line: Line, each: Outlook, lang: str) -> dict[str, Any]:
    return {
        "name": line.name.get(lang, line.key),
        "accounts": len(line.holding.accounts),
        "tiers": line.holding.mix,
        "period": PLACES[each.name][lang] if each.name in PLACES else each.name,
        "count": len(each.deals),
        "unvalued": each.unvalued,
        "amount": each.amount,
        "weighted": each.weighted,
        "won": each.won,
        "expected": each.expected,
        "quota": each.quota,
        "coverage": _share(each.expected, each.quota),
        "team_quota": each.team_quota,
        "team_coverage": _share(each.expected, each.team_quota),
    }


def _share(expected: Decimal, quota: Decimal | None) -> Decimal | None:
    """In percent."""
    return 100 * expected / quota if quota else None


def _spell(row: dict[str, Any], names: Sequence[str]) -> list[str]:
    return [_number(row[name], name) if name not in LEFT else str(row[name]) for name in names]


def _number(value: int | Decimal | None, name: str) -> str:
    from kam.kpi.show import show_number

    if value is None or (not value and name in ("unvalued", "won")):
        return ""
    if isinstance(value, int):
        return str(value)
    return f"{show_number(value, 0)} %" if name.endswith("coverage") else show_number(value, 0)


def _plain(forecast: Forecast, lang: str) -> dict[str, Any]:
    return {
        "as_of": forecast.as_of,
        "currency": forecast.currency,
        "periods": [{"name": each.name, "from": each.first, "to": each.last} for each in forecast.periods],
        "lines": [
            {
                "key": line.key or None,
                "name": line.name.get(lang, line.key),
                "accounts": list(line.holding.accounts),
                "tiers": dict(line.holding.tiers),
                "outlook": [_plain_outlook(each) for each in line.outlooks],
            }
            for line in forecast.lines
        ],
    }


def _plain_outlook(each: Outlook) -> dict[str, Any]:
    return {
        "period": each.name,
        "count": len(each.deals),
        "unvalued": each.unvalued,
        "amount": each.amount,
        "weighted": each.weighted,
        "won": each.won,
        "quota": each.quota,
        "team_quota": each.team_quota,
        "opportunities": [
            {
                "record": deal.record,
                "account": deal.account,
                "person": deal.person,
                "stage": deal.stage,
                "expected_close": deal.day,
                "amount": deal.amount,
                "weighted": deal.weighted,
            }
            for deal in each.deals
        ],
    }
