"""``kam handover``: everything open of one person, account by account, until it is handed over."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from kam.cli.context import Context, as_of_option, fail, words
from kam.cli.grid import render_json, render_markdown, render_table
from kam.cli.naming import find_person

if TYPE_CHECKING:
    from kam.model.schema import Label
    from kam.policy.duty import Duty
    from kam.settings.values import Person

HEADS: dict[str, Label] = {
    "due": {"en": "Due", "zh": "截止"},
    "kind": {"en": "Kind", "zh": "类别"},
    "what": {"en": "What", "zh": "内容"},
    "path": {"en": "File", "zh": "文件"},
}
KINDS: dict[str, Label] = {
    "holder": {"en": "in charge", "zh": "负责"},
    "team": {"en": "role in the team", "zh": "团队角色"},
    "action": {"en": "action", "zh": "待办"},
    "work_item": {"en": "division of work", "zh": "分工"},
    "care": {"en": "care plan", "zh": "关怀计划"},
    "milestone": {"en": "milestone", "zh": "里程碑"},
}
ORDER = tuple(KINDS)


@click.command(
    help=words(
        "List everything open of a person: accounts, roles, actions, issues, opportunities, contracts, plans. "
        "What has been handed over is no longer in the list.",
        "列出某人名下全部未了事项：客户、角色、待办、问题、商机、合同、计划。已移交的不再列出。",
    )
)
@click.argument("person", metavar=words("PERSON", "人员"))
@click.option("--to", "heir", metavar=words("PERSON", "人员"), help=words("Who takes over.", "接手人。"))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "md"]),
    default="text",
    help=words("Output form.", "输出格式。"),
)
@as_of_option
@click.pass_obj
def command(ctx: Context, *, person: str, heir: str | None, form: str) -> None:
    """Gather the duties, group them by account, say who could take over and how."""
    from kam.policy.people import find_heir
    from kam.policy.workload import collect_duties

    ctx.require_settings()
    who = find_person(person, ctx)
    people = ctx.settings.people
    to = find_person(heir, ctx).id if heir else find_heir(who.id, people, ctx.as_of)
    if to == who.id:
        fail(f"{to} cannot take over from themselves", f"{to} 不能移交给本人，请另选接手人", lang=ctx.lang)
    if to and people[to].has_left(ctx.as_of):
        fail(f"{to} left on {people[to].to}", f"{to} 已于 {people[to].to} 离职", lang=ctx.lang)
    with ctx.portfolio() as portfolio:
        duties = [
            d
            for d in collect_duties(portfolio.iter_records(faulty=True), ctx.settings.types, ctx.as_of)
            if d.person == who.id
        ]
        names = {r.account: str(r.data.get("name", r.account)) for r in portfolio.iter_records("profile")}
    groups = _group(duties)
    if form == "json":
        text = render_json(_plain(ctx, who, to, groups, names))
    else:
        text = "\n".join(_lines(ctx, who, to, groups, names, is_markdown=form == "md"))
    sys.stdout.write(text + "\n")


def _group(duties: Sequence[Duty]) -> dict[str, list[Duty]]:
    """By account, those in charge first, then what is due soonest."""
    groups: dict[str, list[Duty]] = {}
    for duty in sorted(
        duties, key=lambda d: (d.record.partition("/")[0], ORDER.index(d.kind), d.due or "9999", d.record)
    ):
        groups.setdefault(duty.record.partition("/")[0], []).append(duty)
    return groups


def _plain(ctx: Context, who: Person, to: str, groups: dict[str, list[Duty]], names: dict[str, str]) -> dict[str, Any]:
    return {
        "as_of": ctx.as_of.isoformat(),
        "person": who.id,
        "name": dict(who.names),
        "to": to or None,
        "count": sum(map(len, groups.values())),
        "accounts": [
            {
                "account": account,
                "name": names.get(account, account),
                "open": [
                    {"record": d.record, "path": path_of(d.record), "type": d.type, "kind": d.kind.value,
                     "field": ".".join(map(str, d.path)), "what": d.what, "due": d.due or None}
                    for d in duties
                ],
                "note": _note(account, duties, to, ctx) or None,
            }
            for account, duties in groups.items()
        ],
    }  # fmt: skip


def _lines(
    ctx: Context, who: Person, to: str, groups: dict[str, list[Duty]], names: dict[str, str], *, is_markdown: bool
) -> Iterator[str]:
    count, name = sum(map(len, groups.values())), who.names.get(ctx.lang, who.id)
    if not count:
        yield ctx.words(
            f"{name} ({who.id}) has nothing open: all is handed over", f"{name}（{who.id}）名下没有未了事项"
        )
        return
    head = ctx.words(
        f"{name} ({who.id}): {count} open in {len(groups)} {'account' if len(groups) == 1 else 'accounts'}",
        f"{name}（{who.id}）：{len(groups)} 个客户，{count} 项未了",
    )
    yield f"# {head}" if is_markdown else head
    if to:
        heir = ctx.settings.people[to].names.get(ctx.lang, to)
        yield ctx.words(f"Taken over by: {heir} ({to})", f"接手人：{heir}（{to}）")
    for account, duties in groups.items():
        yield ""
        title = names.get(account, account)
        title = title if title == account else f"{title} ({account})"
        yield f"## {title}" if is_markdown else title
        heads = [HEADS[key][ctx.lang] for key in HEADS]
        rows = [[d.due or "–", KINDS[d.kind.value][ctx.lang], _what(ctx, d), path_of(d.record)] for d in duties]
        render = render_markdown if is_markdown else render_table
        yield render(heads, rows, [False] * len(heads))
        note = _note(account, duties, to, ctx)
        if note:
            said = ctx.words("Write the hand-over note: ", "写交接单：")
            yield f"{said}`{note}`" if is_markdown else f"{said}{note}"


def _what(ctx: Context, duty: Duty) -> str:
    """The words of the record; for whoever is in charge the type and the field by their labels."""
    from kam.policy.duty import DutyKind

    rtype = ctx.settings.types[duty.type]
    if duty.kind is DutyKind.CARE:
        fields = rtype.by_name[str(duty.path[0])].by_name
        said = zip(("kind", "every"), duty.what.split(" / "), strict=False)
        labels = [(fields[name].choices or {}).get(key, {}).get(ctx.lang, key) for name, key in said]
        return " / ".join(labels)
    if duty.kind is DutyKind.WORK_ITEM:
        part = rtype.by_name[str(duty.path[0])].by_name[str(duty.path[2])].label.get(ctx.lang, str(duty.path[2]))
        return ctx.words(f"{duty.what}: {part}", f"{duty.what}：{part}")
    if duty.kind is not DutyKind.HOLDER:
        return duty.what or str(duty.path[0])
    label, field = rtype.label.get(ctx.lang, duty.type), rtype.by_name[duty.what].label.get(ctx.lang, duty.what)
    return ctx.words(f"{label}: {field.lower()}", f"{label}：{field}")


def _note(account: str, duties: Sequence[Duty], to: str, ctx: Context) -> str:
    """The command that makes the hand-over note, where the person is in charge of something or in the team."""
    if "handover" not in ctx.settings.types or account.startswith("_") or not to:
        return ""
    if not any(duty.kind.value in ("holder", "team") for duty in duties):
        return ""
    return f"kam new handover {account} from_person={duties[0].person} to_person={to} on={ctx.as_of.isoformat()}"


def path_of(record: str) -> str:
    """The file that a record stands in."""
    return f"accounts/{record.partition('#')[0]}.md"
