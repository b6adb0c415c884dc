"""Accounts and people as users name them on the command line: by id or name; else the nearest is suggested."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from kam.cli.context import Context, fail

if TYPE_CHECKING:
    from kam.portfolio import Portfolio
    from kam.settings.values import Person

ME = "me"
"""The word for whoever types."""
LISTED = 12


def find_account(text: str, portfolio: Portfolio, ctx: Context, when: str = "") -> str:
    """The account of that folder, short name or full name; ends the command where there is none or several.

    ``when`` says which commit the portfolio is of, where it is not the records as they are."""
    from kam.authoring import Desk, Refusal

    desk = Desk(ctx.root, portfolio.settings, portfolio, ctx.as_of, moment="", lang=ctx.lang)
    try:
        return desk.find_account(text)
    except Refusal as refusal:
        if when:
            near = desk.find_accounts_like(text)
            fail(
                f"there is no account {text}{when}. {f'Did you mean {near[0]}?' if near else ''}".rstrip(),
                f"没有客户 {text}{when}。{f'是否应为 {near[0]}？' if near else ''}",
                lang=ctx.lang,
            )
        fail(refusal.en, refusal.zh, lang=ctx.lang)


def find_person(text: str, ctx: Context) -> Person:
    """The person with that id, name or e-mail address (``me``: whoever types); ends the command where there is none."""
    return _find_me(ctx) if text == ME else _find_named(text, ctx)


def _find_named(text: str, ctx: Context) -> Person:
    from kam.authoring.spelling import id_in_brackets, is_same

    people = ctx.settings.people
    found = ctx.settings.find_person(text) or ctx.settings.find_person(id_in_brackets(text))
    alike = [each for each in people.values() if is_same(text, each.id, *each.names.values(), *each.aliases)]
    if found is None and len(alike) == 1:
        found = alike[0]
    if found is None:
        _refuse(text, ctx)
    return found


def _refuse(text: str, ctx: Context) -> NoReturn:
    near = _people_like(text, ctx)
    listed = list(ctx.settings.people)[:LISTED]
    more = len(ctx.settings.people) > LISTED
    fail(
        f"there is no person {text} in site-config/people.yml. "
        + (f"Did you mean {' or '.join(near)}?" if near else f"There are: {', '.join(listed)}{' …' * more}"),
        f"site-config/people.yml 中没有“{text}”这位同事。"
        + (f"是否应为 {'、'.join(near)}？" if near else f"可用：{'、'.join(listed)}{'……' * more}"),
        lang=ctx.lang,
    )


def _people_like(text: str, ctx: Context) -> list[str]:
    """The person spelled most like the text, else at most three whose id or name holds it."""
    from kam.authoring.spelling import squash
    from kam.rules.unknown_person import nearest_person
    from kam.settings.section import nearest

    people = ctx.settings.people
    named = {name: each.id for each in people.values() for name in (each.id, *each.names.values())}
    near = nearest_person(text, ctx.settings) or named.get(nearest(text, named), "")
    wanted = squash(text)
    holding = dict.fromkeys(key for name, key in named.items() if wanted and wanted in squash(name))
    return list(holding)[:3] if holding and near not in holding else [near] if near else []


def _find_me(ctx: Context) -> Person:
    from kam.cli.writing import find_me

    name = find_me(ctx)
    if not name:
        fail(
            "the e-mail address that Git signs with here (git config user.email) belongs to nobody in "
            "site-config/people.yml, so it is not known who you are. Name yourself, or add the address there",
            "Git 当前使用的邮箱（git config user.email）不属于 site-config/people.yml 中的任何人，无法确定您是谁。"
            "请写明姓名，或在该文件中补上邮箱",
            lang=ctx.lang,
        )
    return ctx.settings.people[name]
