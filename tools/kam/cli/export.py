"""``kam export``: what other programs take. ``kam export template TYPE`` makes an Excel form that comes back."""

from __future__ import annotations

from pathlib import Path

import click

from kam.cli.complete import complete_type
from kam.cli.context import Context, as_of_option, fail, report_left_out, words


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


@command.command(
    "parquet",
    help=words(
        "Write all record tables and the KPIs as Parquet files, for data warehouses, BI tools and data frames. "
        "The folder appears whole or not at all; an earlier export in it is replaced.",
        "将全部数据表和指标导出为 Parquet 文件，供数据仓库、BI 工具和数据分析使用。"
        "文件夹要么完整生成，要么不生成；其中已有的导出会被替换。",
    ),
)
@click.option(
    "-o", "--output", "output", required=True, type=click.Path(path_type=Path), metavar="DIR",
    help=words("Folder to write to.", "输出文件夹。"),
)  # fmt: skip
@as_of_option
@click.pass_obj
def parquet(ctx: Context, output: Path) -> None:
    """Open the tables, write them, say what is in the folder."""
    from kam.exports.parquet import NotOursError, write_parquet
    from kam.kpi import open_tables
    from kam.tables import TablesError
    from kam.tables.revisions import find_revision

    with ctx.portfolio() as portfolio, open_tables(portfolio, ctx.as_of, cache=ctx.use_cache) as tables:
        try:
            written = write_parquet(portfolio, tables, ctx.folder / output, find_revision(portfolio))
        except NotOursError:
            fail(
                f"{output} holds other files, which would be lost. Name a new folder with -o",
                f"{output} 中有其他文件，为免丢失未作改动。请用 -o 另指定一个新文件夹",
                lang=ctx.lang,
            )
        except TablesError as error:
            fail(error.words["en"], error.words["zh"], lang=ctx.lang)
        left_out, flaws = portfolio.left_out(), tables.flaws()
    rows = sum(each.rows for each in written)
    click.echo(
        ctx.words(
            f"wrote {len(written)} tables with {rows:,} rows to {output}. They hold all fields, confidential ones too: "
            "keep them where the records may be kept",
            f"已将 {len(written)} 张表、共 {rows:,} 行写入 {output}。其中包含全部字段（含保密内容），请妥善保管",
        )
    )
    for flaw in flaws:
        click.echo(ctx.words("empty there: ", "其中为空：") + flaw[ctx.lang], err=True)
    report_left_out(ctx, left_out)
