"""What the commands that write records share: the lock, the check before writing, and how the outcome is told."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import click

from kam.cli.context import Context, fail, words

if TYPE_CHECKING:
    from kam.authoring import Desk, Refusal
    from kam.authoring.carry_out import Plan
    from kam.model.problem import Problem

dry_run_option = click.option(
    "--dry-run", is_flag=True, help=words("Only show what would be written.", "只显示将写入的内容，不写入。")
)
why_option = click.option(
    "--why", default="", metavar="TEXT", help=words("The reason, for the history.", "原因，记入变更记录。")
)


void_option = click.option(
    "--void-approvals",
    is_flag=True,
    help=words("Go on where approvals become void by it.", "即使已有审批因此失效也继续。"),
)


def is_interactive() -> bool:
    """Whether somebody is there to be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


@contextmanager
def open_desk(ctx: Context) -> Iterator[Desk]:
    """What plans are worked out with; a refusal ends the command with its sentence and status 2."""
    from kam.authoring import Desk, Refusal

    with ctx.portfolio() as portfolio:
        desk = Desk(ctx.root, ctx.settings, portfolio, ctx.as_of, ctx.moment, find_me(ctx), ctx.lang)
        try:
            yield desk
        except Refusal as refusal:
            _refuse(ctx, refusal, {})


@contextmanager
def hold_lock(ctx: Context) -> Iterator[None]:
    """Be the only writer, with everything finished that an earlier one had begun; ends the command after a minute."""
    from kam.write import LockedError, finish_changes, write_lock

    try:
        with write_lock(ctx.root):
            finish_changes(ctx.root)
            yield
    except LockedError:
        fail(
            "another kam has been writing for a minute. Wait for it to end, then run the command again",
            "另一个 kam 正在写入，已等待一分钟。请等它结束后再运行",
            lang=ctx.lang,
        )


def write(
    ctx: Context, make_plan: Callable[[Desk], Plan], *, dry_run: bool = False, void_approvals: bool = False
) -> None:
    """Work out a plan, check the portfolio as it would be, write, and say what was done.

    All of it happens under the write lock, so that the plan is made on what the last writer left. Exit status 1 where
    the check refuses it, 2 where it cannot be worked out. With ``void_approvals`` approvals may become void.
    """
    from kam.authoring import Refusal
    from kam.authoring.carry_out import VOIDED, check_plan, contents, write_plan

    ctx.require_settings()
    with hold_lock(ctx):
        with open_desk(ctx) as desk:
            plan = make_plan(desk)
        try:
            tolerated = VOIDED if void_approvals else ()
            added = check_plan(ctx.root, ctx.settings, plan, ctx.as_of, tolerated) if plan.changes else []
            if not dry_run:
                write_plan(ctx.root, plan)
        except Refusal as refusal:
            _refuse(ctx, refusal, dict(contents(plan)))
    _tell(ctx, desk, plan, added, dry_run=dry_run)


def _tell(ctx: Context, desk: Desk, plan: Plan, added: Sequence[Problem], *, dry_run: bool) -> None:
    from kam.authoring.carry_out import contents

    if dry_run and plan.changes:
        click.echo(ctx.words("This would be written:", "将写入以下内容："))
    for en, zh in plan.said:
        click.echo(ctx.words(en, zh))
    for en, zh in desk.notes:
        click.echo(ctx.words(f"note: {en}", f"注意：{zh}"), err=True)
    if dry_run:
        _show_difference(plan)
    _show_problems(ctx, added, dict(contents(plan)))


def _show_difference(plan: Plan) -> None:
    from difflib import unified_diff

    for change in plan.changes:
        old = (change.expected or b"").decode("utf-8", "replace").splitlines()
        new = (change.content or b"").decode("utf-8", "replace").splitlines()
        if not change.path.endswith(".md"):
            continue
        for line in unified_diff(old, new, change.path, change.path, n=1, lineterm=""):
            click.echo(line)


def _refuse(ctx: Context, refusal: Refusal, instead: dict[str, bytes | None]) -> NoReturn:
    if not refusal.problems:
        fail(refusal.en, refusal.zh, lang=ctx.lang)
    click.echo(f"kam: {ctx.words(refusal.en, refusal.zh)}", err=True)
    _show_problems(ctx, refusal.problems, instead)
    raise SystemExit(1)


def _show_problems(ctx: Context, problems: Sequence[Problem], instead: dict[str, bytes | None]) -> None:
    """Problems with the lines of the files as they would be."""
    if not problems:
        return
    from kam.portfolio.files import read_file_or_none
    from kam.portfolio.report import make_report
    from kam.report.text import TextReporter

    def read(path: str) -> bytes | None:
        return instead[path] if path in instead else read_file_or_none(f"{ctx.root}/{path}")

    report = make_report(problems, records=0, accounts=0, filled=0, total=0)
    lines = list(TextReporter(read, ctx.lang).render(report))
    for line in lines[:-1]:
        click.echo(line, err=True)


def find_me(ctx: Context) -> str:
    """Who writes: the person of the e-mail address that Git signs with here; empty where nobody has it."""
    email = os.environ.get("GIT_AUTHOR_EMAIL", "")
    if not email:
        try:
            found = subprocess.run(
                ["git", "-C", str(ctx.root), "config", "--get", "user.email"],
                capture_output=True,
                text=True,
                check=False,
                stdin=subprocess.DEVNULL,
            )
        except OSError:
            return ""
        email = found.stdout.strip()
    person = ctx.settings.find_person(email) if email else None
    return person.id if person else ""
