"""``kam site``: build the site, or serve it while people edit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kam.cli.context import Context, as_of_option, fail, words

if TYPE_CHECKING:
    from kam.site.build import Built

LISTED = 10


@click.group(help=words("Build or serve the site.", "生成或预览网站。"))
def command() -> None:
    """Group of the site's commands."""


@command.command(
    "build",
    help=words(
        "Check, compute, stage and build. Records with errors are left out and listed; they do not stop the build.",
        "检查、计算、生成网站。有错误的记录不展示并列出，不会中断生成。",
    ),
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help=words("Build into this folder (default: site).", "生成到此文件夹（默认：site）。"),
)
@click.option(
    "--lang",
    "languages",
    type=click.Choice(["en", "zh", "both"]),
    default="both",
    show_default=True,
    help=words("Languages to build.", "生成的语言。"),
)
@click.option(
    "--strict",
    is_flag=True,
    help=words(
        "Exit with 1 where a record was left out; stop at a broken link of the handbook.",
        "有记录未能展示时退出状态为 1；手册中有失效链接时停止。",
    ),
)
@as_of_option
@click.pass_obj
def build(ctx: Context, out: Path | None, languages: str, strict: bool) -> None:
    """Build the site in one language or both."""
    from kam.site.build import SiteError, build_site

    ctx.require_settings()
    wanted = ["en", "zh"] if languages == "both" else [languages]
    try:
        built = build_site(
            ctx.root, wanted, as_of=ctx.as_of, out=out, strict=strict, say=lambda text: click.echo(text, err=True)
        )
    except SiteError as error:
        fail(error.en, error.zh, lang=ctx.lang)
    _report(ctx, built)
    if strict and built[0].left_out:
        raise SystemExit(1)


@command.command(
    "serve",
    help=words(
        "Serve both languages and build anew whenever a record, the handbook or a setting changes.",
        "预览中英文网站；记录、手册或设置有改动时自动重新生成。",
    ),
)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help=words("Port.", "端口。"))
@as_of_option
@click.pass_obj
def serve(ctx: Context, port: int) -> None:
    """Serve the site until interrupted."""
    from kam.site.build import serve_site

    ctx.require_settings()
    try:
        serve_site(ctx.root, port=port, as_of=ctx.asked_as_of, say=lambda text: click.echo(text, err=True))
    except OSError as error:
        fail(f"port {port} cannot be used: {error.strerror}", f"端口 {port} 无法使用：{error.strerror}", lang=ctx.lang)


def _report(ctx: Context, built: list[Built]) -> None:
    left_out = built[0].left_out
    if left_out:
        click.echo(
            ctx.words(
                f"{len(left_out)} left out because of errors (see kam check):",
                f"{len(left_out)} 项因有错误未展示（详见 kam check）：",
            ),
            err=True,
        )
        for name in left_out[:LISTED]:
            click.echo(f"  {name}", err=True)
        if len(left_out) > LISTED:
            click.echo("  …", err=True)
    for each in built:
        click.echo(ctx.words(f"{each.folder}: {each.pages} pages", f"{each.folder}：{each.pages} 页"))
