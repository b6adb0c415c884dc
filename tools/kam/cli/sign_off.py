"""What ``kam approve`` and ``kam verify`` share: the entry is written, and committed by the one who gives it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from kam.cli.context import Context, fail, words
from kam.cli.writing import write

if TYPE_CHECKING:
    from kam.authoring import Desk
    from kam.authoring.carry_out import Plan

commit_option = click.option(
    "--commit", is_flag=True, help=words("Commit it at once, this file only.", "立即提交，且只提交该文件。")
)


def sign_off(ctx: Context, make_plan: Callable[[Desk], Plan], verb: str, *, commit: bool, dry_run: bool) -> None:
    """Write the entry and say what has to follow, or do it."""
    made: list[Plan] = []

    def plan(desk: Desk) -> Plan:
        found = make_plan(desk)
        if commit:
            _require_clean(ctx, found)
        made.append(found)
        return found

    write(ctx, plan, dry_run=dry_run)
    if dry_run:
        return
    found = made[-1]
    path = found.changes[0].path
    message = f"{verb} {found.record}"
    if commit:
        _commit(ctx, path, message)
        return
    click.echo(
        ctx.words(
            f'Commit it yourself; it counts from then on: git commit -m "{message}" -- "{path}"',
            f'请由本人提交，提交后生效：git commit -m "{message}" -- "{path}"',
        )
    )


def _require_clean(ctx: Context, plan: Plan) -> None:
    """Refuse to commit a file that holds other changes too."""
    from kam.authoring import Refusal
    from kam.git import GitError, open_repository
    from kam.git.working import blob_of

    try:
        repository = open_repository(ctx.root)
        head = repository.head() if repository else None
        change = plan.changes[0]
        blob = repository.tree(head, change.path).get(change.path, "") if repository and head else ""
    except GitError as error:
        raise Refusal(error.sentence("en"), error.sentence("zh")) from None
    raw = change.expected or b""
    if blob not in (blob_of(raw, len(blob)), blob_of(raw.replace(b"\r\n", b"\n"), len(blob))):
        raise Refusal(
            f"{change.path} holds other changes that are not committed yet; commit those first, or leave out --commit",
            f"{change.path} 还有其他未提交的改动，请先提交，或去掉 --commit",
        )


def _commit(ctx: Context, path: str, message: str) -> None:
    """Commit one file with the user's own Git, as they would by hand: with their identity, signature and hooks."""
    git = shutil.which("git")
    done = subprocess.run(
        [git or "git", "-C", str(ctx.root), "commit", "--quiet", "-m", message, "--", path],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        click.echo((done.stderr or done.stdout).strip(), err=True)
        fail(
            f'it is written, but Git did not commit it. Do it yourself: git commit -m "{message}" -- "{path}"',
            f'已写入，但 Git 提交失败。请自行提交：git commit -m "{message}" -- "{path}"',
            lang=ctx.lang,
        )
    click.echo(ctx.words("Committed; it counts from now on.", "已提交，即刻生效。"))
