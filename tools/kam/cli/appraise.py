"""``kam appraise PERSON``: the objective score of a person, as the draft of a staff appraisal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kam.cli.context import Context, as_of_option, fail, report_refused, words
from kam.cli.grid import render_json, render_table
from kam.cli.naming import find_person
from kam.cli.writing import dry_run_option, is_interactive, open_desk, write

if TYPE_CHECKING:
    from kam.authoring import Desk
    from kam.authoring.carry_out import Plan
    from kam.people.appraise import Part, Scored
    from kam.people.period import Period
    from kam.settings.appraisal import Scheme
    from kam.settings.values import Person

FORMS = ("text", "json", "md")


@click.command(
    help=words(
        "Compute the objective score of PERSON from the KPIs, weights and targets in site-config/appraisal.yml, and "
        "write it as the draft of a staff appraisal. Only figures of that person in that period count. A KPI "
        "without a value is left out and named; the others then count for more. Appraisals are restricted: they are "
        "not on the site, but whoever can clone the repository can read them.",
        "按 site-config/appraisal.yml 规定的指标、权重和目标计算某人的客观评分，写成绩效考核草稿。"
        "只统计本人本期的数据；没有数值的指标不计入并注明，其权重由其余指标分担。"
        "考核记录仅限授权人员查看：网站不展示，但能克隆本仓库的人都能读到。",
    )
)
@click.argument("person", metavar=words("PERSON", "人员"))
@click.option(
    "--period",
    "period_text",
    default="",
    metavar="PERIOD",
    help=words(
        "2026-H1, 2026-Q3 or 2026; quarter, half-year or year for the last one that is over (default: as the settings "
        "say).",
        "考核期：2026-H1、2026-Q3、2026；或 quarter、half-year、year，指最近结束的一期（默认按设置）。",
    ),
)
@click.option(
    "--replace",
    is_flag=True,
    help=words("Write over the figures of a draft without asking.", "草稿已有时直接更新其中的数据，不再询问。"),
)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMS),
    help=words("Print the score in this form; write nothing.", "按此形式输出评分，不写入记录。"),
)
@dry_run_option
@as_of_option
@click.pass_obj
def command(ctx: Context, *, person: str, period_text: str, replace: bool, form: str | None, dry_run: bool) -> None:
    """Find the scheme, compute, ask before a draft is written over."""
    ctx.require_settings()
    who = find_person(person, ctx)
    scheme, period = _scheme(ctx, who), _period(ctx, period_text)
    _require_with_us(ctx, who, period)
    if form is not None:
        _print(ctx, who, scheme, period, form)
        report_refused(ctx)
        return
    if not replace and not dry_run:
        _ask(ctx, who, period)

    def make_plan(desk: Desk) -> Plan:
        from kam.people.appraise import score_person
        from kam.people.draft import plan_draft, require_type

        require_type(desk)
        return plan_draft(desk, score_person(desk.portfolio, who, scheme, period, desk.today))

    write(ctx, make_plan, dry_run=dry_run)
    report_refused(ctx)


def _scheme(ctx: Context, who: Person) -> Scheme:
    from kam.settings.appraisal import Appraisal

    scheme = ctx.settings.part(Appraisal).scheme_for(who.role)
    if scheme is None or not scheme.goals:
        role = who.role or "–"
        fail(
            f"nothing says by which KPIs the role {role} is scored. Add a scheme to appraisal in "
            "site-config/appraisal.yml",
            f"尚未规定职务 {role} 按哪些指标评分，请在 site-config/appraisal.yml 的 appraisal 中添加方案",
            lang=ctx.lang,
        )
    return scheme


def _period(ctx: Context, text: str) -> Period:
    from kam.people.period import find_period
    from kam.settings.appraisal import Appraisal

    usual = ctx.settings.part(Appraisal).period
    found = find_period(text, ctx.as_of, usual, ctx.settings.site.fiscal_year_start_month)
    if found is None:
        fail(
            f"{text} is no period. Write 2026-H1, 2026-Q3 or 2026, or quarter, half-year or year",
            f"“{text}”不是考核期。请写 2026-H1、2026-Q3、2026，或 quarter、half-year、year",
            lang=ctx.lang,
        )
    if found.first > ctx.as_of:
        fail(
            f"{found.name} begins on {found.first} only; there is nothing to count yet",
            f"{found.name} 从 {found.first} 才开始，暂无数据可统计",
            lang=ctx.lang,
        )
    return found


def _require_with_us(ctx: Context, who: Person, period: Period) -> None:
    from kam.people.appraise import is_with_us

    if not is_with_us(who, period):
        span = f"{who.from_ or '…'} – {who.to or '…'}"
        fail(
            f"{who.id} was not with us in {period.name} ({span} in people.yml)",
            f"{who.id} 在 {period.name} 期间不在职（people.yml：{span}）",
            lang=ctx.lang,
        )


def _ask(ctx: Context, who: Person, period: Period) -> None:
    """Ask before the figures of a draft are written over; without a terminal refuse."""
    from kam.people.draft import find_draft, require_type

    with open_desk(ctx) as desk:
        require_type(desk)
        there = find_draft(desk, who.id, period)
    if there is None:
        return
    if not is_interactive():
        fail(
            f"there is a draft already: {there.path}. To write new figures into it (comments stay), add --replace",
            f"草稿已存在：{there.path}。如需更新其中的数据（评语保留），请加 --replace",
            lang=ctx.lang,
        )
    asked = ctx.words(
        f"There is a draft already: {there.path}. Write new figures into it? Comments stay",
        f"草稿已存在：{there.path}。是否更新其中的数据？评语保留",
    )
    if not click.confirm(asked):
        raise SystemExit(1)


def _print(ctx: Context, who: Person, scheme: Scheme, period: Period, form: str) -> None:
    from kam.people.appraise import score_person
    from kam.people.explain_score import explain_score

    with ctx.portfolio() as portfolio:
        scored = score_person(portfolio, who, scheme, period, ctx.as_of)
    if form == "json":
        click.echo(render_json(_plain(scored, ctx.lang)))
    elif form == "md":
        click.echo(explain_score(scored, ctx.as_of, ctx.lang), nl=False)
    else:
        click.echo(_text(ctx, scored))


def _text(ctx: Context, scored: Scored) -> str:
    from kam.people.draft import say_score
    from kam.people.explain_score import HEADS, context_lines, left_out_lines, score_rows

    name = scored.person.names.get(ctx.lang, scored.person.id)
    span = f"{scored.period.first} – {scored.period.last}"
    lines = [ctx.words(f"{name} ({scored.person.id}), {span}", f"{name}（{scored.person.id}），{span}")]
    lines += [*context_lines(scored, ctx.lang), ""]
    heads = HEADS[ctx.lang]
    lines.append(render_table(heads, score_rows(scored, ctx.lang), [False, *[True] * (len(heads) - 1)]))
    lines += ["", *left_out_lines(scored, ctx.lang), ctx.words(*say_score(scored))]
    return "\n".join(lines)


def _plain(scored: Scored, lang: str) -> dict[str, Any]:
    return {
        "person": scored.person.id,
        "name": scored.person.names.get(lang, scored.person.id),
        "period": {"name": scored.period.name, "from": scored.period.first, "to": scored.period.last},
        "as_of": scored.day,
        "accounts": list(scored.holding.accounts),
        "tiers": dict(scored.holding.tiers),
        "changes": [{"account": c.account, "came": c.came, "on": c.on} for c in scored.changes],
        "score": scored.score.value,
        "covered": scored.score.covered,
        "results": [_plain_part(part, lang) for part in scored.parts],
    }


def _plain_part(part: Part, lang: str) -> dict[str, Any]:
    return {
        "kpi": part.goal.kpi,
        "title": part.title.get(lang, part.goal.kpi),
        "by": part.grouping or None,
        "value": part.figure.value,
        "n": part.figure.n,
        "target": part.scale.target if part.scale and not part.scale.steps else None,
        "weight": part.goal.weight,
        "points": part.points,
        "reason": part.reason.get(lang) if part.points is None else None,
        "records": sorted({fact.record for fact in part.facts}),
    }
