"""``kam audit sample``: draw a sample that can be drawn again, and begin the audit's record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kam.cli.context import Context, Day, as_of_option, fail, words
from kam.cli.naming import find_person
from kam.cli.writing import dry_run_option, write

if TYPE_CHECKING:
    from datetime import date

    from kam.authoring import Desk
    from kam.authoring.carry_out import Plan


@click.command(
    "sample",
    help=words(
        "Draw records at random, from each tier in proportion, and write an audit record with a checklist. The same "
        "seed draws the same sample from the same records. Records of accounts that the auditor owns are left out.",
        "按客户级别分层随机抽取记录，并生成带检查清单的内部审计记录。同一种子对同样的记录抽出同样的样本。"
        "审计人自己负责的客户不会被抽到。",
    ),
)
@click.option(
    "--size", type=click.IntRange(1, 2000), default=20, show_default=True, help=words("Records to draw.", "抽取条数。")
)
@click.option(
    "--seed",
    default="",
    metavar="TEXT",
    help=words("What the draw depends on (default: the day, as 2026-11-22).", "随机种子（默认：当天日期）。"),
)
@click.option("--type", "types", multiple=True, metavar="TYPE", help=words("Only this record type.", "只抽此类记录。"))
@click.option(
    "--account", "accounts", multiple=True, metavar="ACCOUNT", help=words("Only this account.", "只抽此客户。")
)
@click.option("--from", "first", type=Day(), metavar="DATE", help=words("Only records from this day on.", "起始日期。"))
@click.option("--to", "last", type=Day(), metavar="DATE", help=words("Only records up to this day.", "截止日期。"))
@click.option(
    "--auditor", default="", metavar="PERSON", help=words("Who audits (default: you).", "审计人（默认本人）。")
)
@click.option("--title", default="", metavar="TEXT", help=words("Title of the audit.", "审计标题。"))
@dry_run_option
@as_of_option
@click.pass_obj
def command(
    ctx: Context,
    *,
    size: int,
    seed: str,
    types: tuple[str, ...],
    accounts: tuple[str, ...],
    first: date | None,
    last: date | None,
    auditor: str,
    title: str,
    dry_run: bool,
) -> None:
    """Work out the draw, write the record, name the drawn records."""
    if seed and not seed.replace("-", "").isalnum():
        fail("write the seed with letters, digits and hyphens", "种子只用字母、数字和连字符", lang=ctx.lang)
    ctx.require_settings()

    def make_plan(desk: Desk) -> Plan:
        from kam.authoring.audit_sample import Draw, plan_audit

        draw = Draw(
            seed=seed or desk.today.isoformat(),
            size=size,
            types=frozenset(desk.find_type(each).name for each in types),
            accounts=frozenset(desk.find_account(each) for each in accounts),
            first=first.isoformat() if first else "",
            last=last.isoformat() if last else "",
        )
        return plan_audit(desk, draw, title, find_person(auditor, ctx).id if auditor else desk.me)

    write(ctx, make_plan, dry_run=dry_run)
