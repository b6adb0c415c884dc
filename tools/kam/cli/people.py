"""``kam people``: who is with us, what they can do, how much they have to do, and what they reached."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from kam.cli.context import Context, as_of_option, fail, report_refused, words
from kam.cli.grid import FORMATS, render_csv, render_json, render_markdown, render_table, shown

if TYPE_CHECKING:
    from kam.model.schema import Label
    from kam.people.holdings import Holding
    from kam.policy.workload import Workload

HEADS: dict[str, Label] = {
    "person": {"en": "Person", "zh": "人员"},
    "name": {"en": "Name", "zh": "姓名"},
    "role": {"en": "Role", "zh": "职务"},
    "team": {"en": "Team", "zh": "团队"},
    "skills": {"en": "Skills", "zh": "技能"},
    "stand_in": {"en": "Stand-in", "zh": "代理人"},
    "away": {"en": "Away", "zh": "不在岗"},
    "accounts": {"en": "Accounts", "zh": "客户"},
    "tiers": {"en": "Tiers", "zh": "级别构成"},
    "open": {"en": "Open", "zh": "未完成"},
    "overdue": {"en": "Overdue", "zh": "逾期"},
    "capacity": {"en": "Hours a week", "zh": "每周工时"},
    "load": {"en": "Open per 40 h", "zh": "每 40 工时未完成"},
}
RIGHT = frozenset({"open", "overdue", "capacity", "load"})
NO_TABLE = frozenset({"skills"})
"""Too long for a table; the other formats have it."""


@click.command(
    help=words(
        "Show our people: role, stand-in, absences, skills, accounts, and open work against their hours a week; "
        "with --results the KPIs that site-config/appraisal.yml names, for people or teams. Accounts and their tiers "
        "always stand beside.",
        "查看我方人员：职务、代理人、休假、技能、负责的客户，以及未完成工作与工时之比；"
        "加 --results 查看人员或团队的业绩指标（由 site-config/appraisal.yml 指定）。始终同时列出客户和级别构成。",
    )
)
@click.option("--skill", metavar="S", help=words("Only who can do this.", "只看具备此技能的人员。"))
@click.option("--team", metavar="T", help=words("Only this team.", "只看此团队。"))
@click.option("--results", is_flag=True, help=words("Show results instead of work.", "查看业绩，而非工作量。"))
@click.option(
    "--by",
    type=click.Choice(("person", "team")),
    default="person",
    show_default=True,
    help=words("Results of people or of teams.", "业绩按人员或按团队。"),
)
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", help=words("Output form.", "输出格式。"))
@as_of_option
@click.pass_obj
def command(ctx: Context, *, skill: str | None, team: str | None, results: bool, by: str, form: str) -> None:
    """Read the records once, count, print."""
    from kam.people.holdings import Holding, find_holdings, profiles_of
    from kam.policy.workload import collect_duties, measure_workload

    ctx.require_settings()
    _require(ctx, skill, {each for p in ctx.settings.people.values() for each in p.skills}, "skill", "技能")
    _require(ctx, team, {p.team for p in ctx.settings.people.values() if p.team}, "team", "团队")
    if results or by == "team":
        _print_results(ctx, skill, team, by, form)
        return
    with ctx.portfolio() as portfolio:
        duties = collect_duties(portfolio.iter_records(), ctx.settings.types, ctx.as_of)
        held = find_holdings(profiles_of(portfolio), ctx.settings.types, ctx.as_of)
    found = [
        each
        for each in measure_workload(duties, ctx.settings.people, ctx.as_of)
        if (skill is None or skill in each.person.skills) and (team is None or team == each.person.team)
    ]
    _print(ctx, [_row(ctx, each, held.get(each.person.id, Holding())) for each in found], form)


def _print_results(ctx: Context, skill: str | None, team: str | None, by: str, form: str) -> None:
    from kam.cli.people_results import render_results
    from kam.people.results import measure_results

    with ctx.portfolio() as portfolio:
        found = measure_results(portfolio, ctx.as_of, by)
    if skill is not None or team is not None:
        kept = {
            person.id
            for person in ctx.settings.people.values()
            if (skill is None or skill in person.skills) and (team is None or team == person.team)
        }
        found = replace(found, lines=tuple(line for line in found.lines if kept & set(line.people)))
    if not found.kpis and form not in ("json", "csv"):
        report_refused(ctx)
        fail(
            "no KPI has a figure for a person or team; name some in site-config/appraisal.yml: "
            "results: {kpis: [won_value]}",
            "没有可按人员或团队显示的指标，请在 site-config/appraisal.yml 中指定：results: {kpis: [won_value]}",
            lang=ctx.lang,
        )
    sys.stdout.write(render_results(found, ctx.lang, form) + "\n")
    report_refused(ctx)


def _row(ctx: Context, each: Workload, holding: Holding) -> dict[str, Any]:
    person = each.person
    absence = person.absence(ctx.as_of)
    left = person.to if person.has_left(ctx.as_of) else ""
    return {
        "person": person.id,
        "name": person.names.get(ctx.lang, person.id),
        "role": person.role,
        "team": person.team,
        "skills": list(person.skills),
        "stand_in": person.stand_in,
        "away": ctx.words(f"left {left}", f"{left} 离职") if left else _until(ctx, absence.to) if absence else "",
        "accounts": list(holding.accounts),
        "tiers": dict(holding.tiers),
        "open": each.open,
        "overdue": each.overdue,
        "capacity": person.capacity,
        "load": None if each.load is None else round(each.load, 1),
    }


def _until(ctx: Context, day: str) -> str:
    return ctx.words(f"until {day}", f"至 {day}")


def _print(ctx: Context, rows: list[dict[str, Any]], form: str) -> None:
    lang = ctx.lang
    if form == "json":
        text = render_json({"people": rows})
    else:
        names = [name for name in HEADS if form != "table" or name not in NO_TABLE]
        heads = [name if form == "csv" else HEADS[name][lang] for name in names]
        cells = [[row[name] for name in names] for row in rows]
        if form == "csv":
            text = render_csv(heads, [[_spell(cell) if isinstance(cell, dict) else cell for cell in r] for r in cells])
        else:
            named = [_named(ctx, row) for row in rows]
            spelled = [[_spell(row[name]) for name in names] for row in named]
            render = render_markdown if form == "md" else render_table
            text = render(heads, spelled, [name in RIGHT for name in names])
    sys.stdout.write(text + "\n")


def _named(ctx: Context, row: dict[str, Any]) -> dict[str, Any]:
    """The row with role, team and skills as they are called in the reader's language."""
    from kam.settings.people_labels import PeopleLabels

    labels, lang = ctx.settings.part(PeopleLabels), ctx.lang
    skills = [labels.skill(each, lang) for each in row["skills"]]
    return row | {"role": labels.role(row["role"], lang), "team": labels.team(row["team"], lang), "skills": skills}


def _spell(cell: Any) -> str:
    return " · ".join(f"{tier} {n}" for tier, n in cell.items()) if isinstance(cell, dict) else shown(cell)


def _require(ctx: Context, asked: str | None, known: set[str], en: str, zh: str) -> None:
    if asked is None or asked in known:
        return
    from kam.rules.nearest import nearest

    near = nearest(asked, sorted(known))
    fail(
        f"nobody in people.yml has the {en} {asked}." + (f" Did you mean {near}?" if near else ""),
        f"people.yml 中没有人的{zh}为 {asked}。" + (f"是否应为 {near}？" if near else ""),
        lang=ctx.lang,
    )
