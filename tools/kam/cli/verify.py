"""``kam verify RECORD``: confirm as a second person that a record is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kam.cli.complete import complete_record
from kam.cli.context import Context, as_of_option, words
from kam.cli.sign_off import commit_option, sign_off
from kam.cli.writing import dry_run_option

if TYPE_CHECKING:
    from kam.authoring import Desk
    from kam.authoring.carry_out import Plan


@click.command(
    "verify",
    help=words(
        "Confirm as a second person that RECORD is right: adds who, when, and a fingerprint of the content. It counts "
        "once you have committed it yourself. What waits for you: kam approvals",
        "作为第二人确认记录内容正确：记下复核人、日期和内容指纹。须由您本人提交（commit）后才生效。"
        "待您复核的记录：kam approvals",
    ),
)
@click.argument("record", metavar="RECORD", shell_complete=complete_record)
@commit_option
@dry_run_option
@as_of_option
@click.pass_obj
def command(ctx: Context, *, record: str, commit: bool, dry_run: bool) -> None:
    """Write, commit if asked."""

    def make_plan(desk: Desk) -> Plan:
        from kam.authoring.verify import plan_verification

        return plan_verification(desk, desk.find_record(record))

    sign_off(ctx, make_plan, ctx.words("Verify", "复核"), commit=commit, dry_run=dry_run)
