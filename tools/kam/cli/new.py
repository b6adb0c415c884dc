"""``kam new TYPE ACCOUNT [FIELD=VALUE…]``: make a record in its place, filled in as far as can be known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from kam.cli.complete import complete_new
from kam.cli.context import Context, as_of_option, words
from kam.cli.writing import dry_run_option, is_interactive, open_desk, why_option, write

if TYPE_CHECKING:
    from kam.authoring import Desk
    from kam.authoring.assignment import Assignment
    from kam.authoring.carry_out import Plan
    from kam.model.schema import RecordType


@click.command(
    "new",
    help=words(
        "Make a record of TYPE for ACCOUNT: kam new issue acme title='Pump leaks' severity=high. "
        "Both can be written as people say them (kam new 商机 清源水务 …). "
        "A new account: kam new profile NAME. Today, your own name and the first state are filled in; "
        "on a terminal you are asked for the rest.",
        "为客户新建一条记录：kam new issue acme title='泵体渗漏' severity=高。"
        "类型和客户都可以写平时的叫法（kam new 商机 清源水务 …）。"
        "新建客户：kam new profile 客户名称。日期、负责人和初始状态自动填写；在终端中会逐项询问其余内容。",
    ),
)
@click.argument("type_name", metavar="TYPE", shell_complete=complete_new)
@click.argument(
    "items", nargs=-1, metavar="[ACCOUNT] [FIELD=VALUE]...", type=click.UNPROCESSED, shell_complete=complete_new
)
@click.option("--body", default="", metavar="TEXT", help=words("Text below the fields.", "字段下方的正文。"))
@why_option
@dry_run_option
@as_of_option
@click.pass_obj
def command(ctx: Context, type_name: str, items: tuple[str, ...], body: str, why: str, dry_run: bool) -> None:
    """Find type and account, ask for what is missing, write."""
    ctx.require_settings()
    make_record(ctx, type_name, items, body=body, why=why, dry_run=dry_run)


def make_record(
    ctx: Context, type_name: str, items: Sequence[str], *, body: str = "", why: str = "", dry_run: bool = False
) -> None:
    """Make a record of what the command line says; what is missing is asked for on a terminal."""
    from kam.authoring.assignment import is_assignment, parse_assignment

    named = [word for word in items if not is_assignment(word)]
    given = [parse_assignment(word) for word in items if is_assignment(word)]
    if is_interactive():
        with open_desk(ctx) as desk:
            named, given = _ask(desk, type_name, named, given)

    def make_plan(desk: Desk) -> Plan:
        from kam.authoring.new_record import account_of, draft_record, plan_new, require_complete

        rtype = desk.find_type(type_name)
        _require_one(rtype.name, named)
        account = account_of(desk, rtype, named)
        said = [*_name_of_account(rtype, named, given), *given]
        data = draft_record(desk, rtype, account, said, why)
        require_complete(rtype, data)
        return plan_new(desk, rtype, account, data, body)

    write(ctx, make_plan, dry_run=dry_run)


def _ask(desk: Desk, type_name: str, named: list[str], given: list[Assignment]) -> tuple[list[str], list[Assignment]]:
    from kam.authoring.new_record import account_of
    from kam.cli.ask import ask_account, ask_fields

    rtype = desk.find_type(type_name)
    if not named and rtype.scope != "portfolio":
        named = [ask_account(desk, rtype)]
    said = [*_name_of_account(rtype, named, given), *given]
    return named, [*given, *ask_fields(desk, rtype, account_of(desk, rtype, named), said)]


def _name_of_account(rtype: RecordType, named: Sequence[str], given: Sequence[Assignment]) -> list[Assignment]:
    """A new account has the name that it was called by, unless another is given."""
    from kam.authoring.assignment import Assignment
    from kam.authoring.spelling import find_field

    if rtype.name != "profile" or not named:
        return []
    fields = [find_field(each.name, rtype.fields) for each in given]
    is_given = any(field is not None and field.name == "name" for field in fields)
    return [] if is_given else [Assignment("name", "", named[0])]


def _require_one(type_name: str, named: Sequence[str]) -> None:
    from kam.authoring import Refusal

    if len(named) > 1:
        raise Refusal(
            f"too many words: {' '.join(named[1:])}. Write FIELD=VALUE, and put quotes around what has spaces: "
            f'kam new {type_name} "{named[0]}" title="Pump leaks"',
            f"多余的内容：{' '.join(named[1:])}。请写“字段=值”，含空格的要加引号："
            f'kam new {type_name} "{named[0]}" title="泵体 渗漏"',
        )
