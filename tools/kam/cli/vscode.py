"""``kam vscode``: tasks and snippets for Visual Studio Code."""

from __future__ import annotations

import click

from kam.cli.context import Context, words


@click.command(
    help=words(
        "Write .vscode/tasks.json and snippets for each record type, in the language of --lang. With --check only say "
        "whether they are up to date (exit status 1 where they are not).",
        "生成 .vscode/tasks.json 和各类记录的代码片段，语言由 --lang 决定。"
        "用 --check 只检查是否最新（不是则退出码为 1）。",
    )
)
@click.option("--check", is_flag=True, help=words("Write nothing, only compare.", "只比较，不写入。"))
@click.pass_obj
def command(ctx: Context, *, check: bool) -> None:
    """Render and write the files into the portfolio's root."""
    from kam.cli.generated_files import publish
    from kam.exports.vscode import MARK, render_files

    ctx.require_settings()
    publish(ctx, ctx.root, render_files(ctx.settings, ctx.lang), mark=MARK.rstrip("\n"), check=check, name="vscode")
