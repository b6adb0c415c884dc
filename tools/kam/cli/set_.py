"""``kam set RECORD FIELD=VALUE…``: change values of a record, and nothing else in its file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kam.cli.complete import complete_change
from kam.cli.context import Context, as_of_option, fail, words
from kam.cli.writing import dry_run_option, void_option, why_option, write

if TYPE_CHECKING:
    from kam.authoring import Desk
    from kam.authoring.carry_out import Plan


@click.command(
    "set",
    help=words(
        "Change fields of RECORD (an id such as acme/issues/2026-03-02-late, or an account for its profile). "
        "FIELD is a name or a label, also inside (contacts.zhang-wei.phone, actions[a1].status). "
        "+= adds to a list, -= takes out, an empty value removes the field. A change of status goes into the history.",
        "修改记录的字段。记录写编号（如 acme/issues/2026-03-02-late），写客户则修改其客户资料。"
        "字段可写名称或标签，也可写下级字段（contacts.zhang-wei.phone、actions[a1].status）。"
        "+= 向列表添加，-= 从列表移除，值留空则删除该字段。状态变更会自动记入变更记录。",
    ),
)
@click.argument("record", metavar="RECORD", shell_complete=complete_change)
@click.argument(
    "assignments", nargs=-1, metavar="FIELD=VALUE...", type=click.UNPROCESSED, shell_complete=complete_change
)
@why_option
@void_option
@dry_run_option
@as_of_option
@click.pass_obj
def command(
    ctx: Context, record: str, assignments: tuple[str, ...], why: str, void_approvals: bool, dry_run: bool
) -> None:
    """Parse, ask for what is missing, write."""
    ctx.require_settings()
    wanted = list(assignments) or _ask(ctx, record)

    def make_plan(desk: Desk) -> Plan:
        from kam.authoring.assignment import parse_assignment
        from kam.authoring.change_record import plan_change

        return plan_change(desk, desk.find_record(record), [parse_assignment(word) for word in wanted], why)

    write(ctx, make_plan, dry_run=dry_run, void_approvals=void_approvals)


def _ask(ctx: Context, record: str) -> list[str]:
    from kam.cli.writing import is_interactive, open_desk

    if not is_interactive():
        fail(
            f"say what to change: kam set {record} FIELD=VALUE",
            f"请写明要改什么：kam set {record} 字段=值",
            lang=ctx.lang,
        )
    from kam.cli.ask import ask_changes

    with open_desk(ctx) as desk:
        return ask_changes(desk, desk.find_record(record))
