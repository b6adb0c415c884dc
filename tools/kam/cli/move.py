"""``kam move RECORD NEWPATH``: another name, another account, out of the in-tray; references follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kam.cli.complete import complete_record
from kam.cli.context import Context, as_of_option, words
from kam.cli.writing import dry_run_option, void_option, write

if TYPE_CHECKING:
    from kam.authoring import Desk
    from kam.authoring.carry_out import Plan


@click.command(
    "move",
    help=words(
        "Give RECORD another name, or move it to another account; every reference to it follows. "
        "Out of the in-tray: kam move _unassigned/issues/2026-03-02-late acme. "
        "Another name: kam move acme/issues/2026-03-02-late 2026-03-02-pumps-late. "
        "Rename an account: kam move acme acme-pumps.",
        "给记录改名，或移到另一个客户，所有引用同步修改。"
        "移出待分配区：kam move _unassigned/issues/2026-03-02-late acme。"
        "改名：kam move acme/issues/2026-03-02-late 2026-03-02-水泵迟到。客户改名：kam move acme acme-pumps。",
    ),
)
@click.argument("record", metavar="RECORD", shell_complete=complete_record)
@click.argument("target", metavar="NEWPATH", shell_complete=complete_record)
@void_option
@dry_run_option
@as_of_option
@click.pass_obj
def command(ctx: Context, record: str, target: str, void_approvals: bool, dry_run: bool) -> None:
    """Work out all files concerned, write."""

    def make_plan(desk: Desk) -> Plan:
        from kam.authoring.move import plan_move

        return plan_move(desk, record, target)

    write(ctx, make_plan, dry_run=dry_run, void_approvals=void_approvals)
