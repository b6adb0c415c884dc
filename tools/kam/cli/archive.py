"""``kam archive RECORD --why``: put away what is done with; what refers to it still finds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kam.cli.complete import complete_record
from kam.cli.context import Context, as_of_option, fail, words
from kam.cli.writing import dry_run_option, is_interactive, why_option, write

if TYPE_CHECKING:
    from kam.authoring import Desk
    from kam.authoring.carry_out import Plan


@click.command(
    "archive",
    help=words(
        "Put RECORD (or a whole account) away: it leaves checks, tables, figures and pages, and lies under archive/ "
        "with day, person and reason. References to it stay valid.",
        "归档一条记录（或整个客户）：不再参与检查、统计和页面，"
        "文件移到 archive/ 下，并注明日期、经手人和原因。引用仍然有效。",
    ),
)
@click.argument("record", metavar="RECORD", shell_complete=complete_record)
@why_option
@dry_run_option
@as_of_option
@click.pass_obj
def command(ctx: Context, record: str, why: str, dry_run: bool) -> None:
    """Ask for the reason, write."""
    ctx.require_settings()
    if not why and is_interactive():
        from kam.cli.ask import ask_line

        why = ask_line(ctx.words("Why", "归档原因"))
    if not why.strip():
        fail(f'say why: kam archive {record} --why "…"', f'请写明原因：kam archive {record} --why "……"', lang=ctx.lang)

    def make_plan(desk: Desk) -> Plan:
        from kam.authoring.archive_record import plan_archive

        return plan_archive(desk, record, why.strip())

    write(ctx, make_plan, dry_run=dry_run)
