"""``kam log ACCOUNT TEXT``: write down a talk with the customer and what follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kam.cli.complete import complete_account, complete_channel, complete_contact, complete_record
from kam.cli.context import Context, as_of_option, fail, words
from kam.cli.writing import dry_run_option, is_interactive, open_desk, write

if TYPE_CHECKING:
    from kam.authoring import Desk
    from kam.authoring.carry_out import Plan


@click.command(
    "log",
    help=words(
        "Write down a call, visit or meeting with ACCOUNT. The first sentence of TEXT becomes the title. "
        'kam log acme "Agreed the delivery plan." --channel call --with zhang-wei '
        '--follow-up "Send the offer; li-ming; 2026-03-20"',
        "记录与客户的一次电话、拜访或会议，正文第一句作为标题。"
        'kam log 清源水务 "敲定交货计划。" --channel 电话 --with 张伟 --follow-up "发送报价; 李明; 3月20日"',
    ),
)
@click.argument("account", shell_complete=complete_account)
@click.argument("text", required=False, default="")
@click.option(
    "--title", default="", metavar="TEXT", help=words("Title, if not the first sentence.", "标题，默认取第一句。")
)
@click.option("--at", default="", metavar="WHEN", help=words("Day or time; today.", "日期或时间，默认今天。"))
@click.option(
    "--channel",
    default="",
    metavar="HOW",
    shell_complete=complete_channel,
    help=words("Call, visit …", "电话、上门拜访等。"),
)
@click.option(
    "--with", "with_", multiple=True, metavar="CONTACT", shell_complete=complete_contact,
    help=words("Who of the customer took part (repeatable).", "客户方参加人（可重复）。"),
)  # fmt: skip
@click.option(
    "--follow-up", "follow_ups", multiple=True, metavar='"WHAT; OWNER; DUE"',
    help=words("What is to be done next (repeatable).", "后续事项：做什么; 负责人; 期限（可重复）。"),
)  # fmt: skip
@click.option(
    "--about", default="", metavar="RECORD", shell_complete=complete_record,
    help=words("The opportunity, issue, project or contract it was about.", "相关的商机、问题、项目或合同。"),
)  # fmt: skip
@dry_run_option
@as_of_option
@click.pass_obj
def command(
    ctx: Context,
    *,
    account: str,
    text: str,
    title: str,
    at: str,
    channel: str,
    with_: tuple[str, ...],
    follow_ups: tuple[str, ...],
    about: str,
    dry_run: bool,
) -> None:
    """Ask for what is missing, write."""
    from kam.authoring.log_talk import Talk, talk_assignments, talk_type
    from kam.authoring.new_record import draft_record, plan_new, require_complete

    ctx.require_settings()
    talk = Talk(text, title, at, channel, with_, follow_ups, about)
    if not text and not is_interactive():
        fail(
            f'say what was talked about: kam log {account} "…"', f'请写沟通内容：kam log {account} "……"', lang=ctx.lang
        )
    if is_interactive() and not (text and channel):
        from kam.cli.ask import ask_talk

        with open_desk(ctx) as desk:
            talk = ask_talk(desk, desk.find_account(account), talk)

    def make_plan(desk: Desk) -> Plan:
        rtype, folder = talk_type(desk), desk.find_account(account)
        data = draft_record(desk, rtype, folder, talk_assignments(desk, folder, talk))
        require_complete(rtype, data)
        return plan_new(desk, rtype, folder, data)

    write(ctx, make_plan, dry_run=dry_run)
