"""``kam approve RECORD``: agree to a record or reject it, in the role that the policy asks for."""

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
    "approve",
    help=words(
        "Approve RECORD as what it says now (or reject it): adds who, in which role, when, and a fingerprint of the "
        "content. It counts once you have committed it yourself. What waits for you: kam approvals",
        "按记录当前内容审批（或驳回）：记下审批人、角色、日期和内容指纹。须由您本人提交（commit）后才生效。"
        "待您审批的事项：kam approvals",
    ),
)
@click.argument("record", metavar="RECORD", shell_complete=complete_record)
@click.option(
    "--role", default="", metavar="ROLE",
    help=words("In this role, if you have several.", "审批角色（身兼数职时指定）。"),
)  # fmt: skip
@click.option("--reject", is_flag=True, help=words("Reject it.", "驳回。"))
@click.option(
    "--comment", default="", metavar="TEXT",
    help=words("Conditions, or why it is rejected.", "所附条件或驳回理由。"),
)  # fmt: skip
@commit_option
@dry_run_option
@as_of_option
@click.pass_obj
def command(ctx: Context, *, record: str, role: str, reject: bool, comment: str, commit: bool, dry_run: bool) -> None:
    """Work out whose turn it is, write, commit if asked."""

    def make_plan(desk: Desk) -> Plan:
        from kam.authoring import Refusal
        from kam.authoring.approve import Decision, plan_approval

        found = desk.find_record(record)
        if reject and not comment.strip():
            raise Refusal(
                f'say why you reject it: kam approve {record} --reject --comment "…"',
                f'请写明驳回理由：kam approve {record} --reject --comment "……"',
            )
        return plan_approval(desk, found, Decision(role, reject, comment.strip()))

    en, zh = ("Reject", "驳回") if reject else ("Approve", "审批同意")
    sign_off(ctx, make_plan, ctx.words(en, zh), commit=commit, dry_run=dry_run)
