"""``kam export``: what other programs take. ``kam export template TYPE`` makes an Excel form that comes back."""

from __future__ import annotations

from pathlib import Path

import click

from kam.cli.complete import complete_type
from kam.cli.context import Context, as_of_option, fail, words


@click.group("export", help=words("Write files for other programs.", "导出供其他程序使用的文件。"))
def command() -> None:
    """Hold the kinds of export."""


@command.command(
    "template",
    help=words(
        "Make an Excel form for records of TYPE, with dropdowns and explanations. Whoever fills it in needs no files "
        "and no Git; take it back with: kam import form FILE.xlsx",
        "生成某类记录的 Excel 表单，带下拉选项和填写说明，填写人无需接触文件和 Git。"
        "填好后导回：kam import form 文件.xlsx",
    ),
)
@click.argument("type_name", metavar="TYPE", shell_complete=complete_type)
@click.option(
    "-o", "--output", "output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.xlsx",
    help=words("File to write (TYPE.xlsx).", "输出文件（默认为 类型.xlsx）。"),
)  # fmt: skip
@as_of_option
@click.pass_obj
def template(ctx: Context, type_name: str, output: Path | None) -> None:
    """Find the type, write the workbook."""
    ctx.require_settings()
    from kam.authoring.form_write import render_form
    from kam.cli.writing import open_desk

    with open_desk(ctx) as desk:
        rtype = desk.find_type(type_name)
        content = render_form(desk, rtype)
    place = output or Path(f"{rtype.name}.xlsx")
    target = ctx.folder / place
    try:
        with target.open("xb") as file:
            file.write(content)
    except FileExistsError:
        fail(
            f"{place} exists already, and may have been filled in. Name another file with -o",
            f"{place} 已存在，可能已有人填写。请用 -o 另指定文件名",
            lang=ctx.lang,
        )
    click.echo(
        ctx.words(
            f"wrote {place}. Fill it in, then: kam import form {place}",
            f"已生成 {place}。填好后运行：kam import form {place}",
        )
    )
