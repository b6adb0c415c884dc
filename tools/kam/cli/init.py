"""``kam init DIR``: begin a new, empty portfolio."""

from __future__ import annotations

import re
from pathlib import Path

import click

from kam.cli.context import Context, fail, spoken_language, words

CURRENCY = re.compile(r"[A-Z]{3}\Z")
TIME_ZONES = {"en": "UTC", "zh": "Asia/Shanghai"}

REASONS = {
    "not-empty": (
        "{path} is not empty, and nothing was written. Name a new folder.",
        "{path} 不是空文件夹，没有写入任何内容。请换一个新文件夹。",
    ),
    "not-a-folder": (
        "{path} is a file or a link, not a folder. Name a new folder.",
        "{path} 是文件或链接，不是文件夹。请换一个新文件夹。",
    ),
    "no-bundle": (
        "this installation lacks the files that a portfolio begins with ({path}). Install kam again.",
        "当前安装缺少新建档案库所需的文件（{path}）。请重新安装 kam。",
    ),
}


def check_currency(ctx: click.Context, param: click.Parameter, value: str) -> str:
    """Refuse what is no code of three capital letters."""
    if value and not CURRENCY.match(value):
        raise click.BadParameter(
            words("use the three capital letters of ISO 4217, such as CNY", "请用 ISO 4217 的三个大写字母，如 CNY")
        )
    return value


@click.command(
    "init",
    help=words(
        "Begin a new, empty portfolio in DIR: settings, handbook and site configuration, ready for the first account.",
        "在指定文件夹中新建一个空的客户档案库：包含设置、手册和网站配置，可直接录入第一个客户。",
    ),
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--currency",
    default="",
    metavar="CODE",
    callback=check_currency,
    help=words("Base currency, such as CNY.", "本位币，例如 CNY。"),
)
@click.pass_obj
def command(ctx: Context, folder: Path, currency: str) -> None:
    """Lay out the files, begin a Git repository, and say what comes next."""
    from kam.starter import StarterError, begin_repository, write_portfolio

    language = ctx.asked_lang or spoken_language()
    target = ctx.folder / folder
    values = {"language": language, "time_zone": TIME_ZONES[language], "currency": currency}
    try:
        made = write_portfolio(target, values)
    except StarterError as error:
        en, zh = REASONS[error.key]
        fail(en.format(path=error.path), zh.format(path=error.path), lang=language)
    except OSError as error:
        from kam.cli.system_errors import reason

        fail(
            f"cannot write to {target}: {reason(error, 'en')}",
            f"无法写入 {target}：{reason(error, 'zh')}",
            lang=language,
        )
    has_repository = begin_repository(target)
    for line in next_steps(folder, len(made), language, has_repository):
        click.echo(line)


def next_steps(folder: Path, count: int, language: str, has_repository: bool) -> list[str]:
    """What was made, and what to do first."""
    if language == "zh":
        made = f"已在 {folder} 中新建档案库（{count} 个文件）" + ("，并建立了 Git 仓库。" if has_repository else "。")
        return [
            made,
            f"  1. cd {folder}",
            "  2. 在 site-config/kam.yml 填写公司名称和本位币，在 site-config/people.yml 登记人员",
            "  3. 录入第一个客户（示例见 sop/zh/records/profile.md），或导入数据：kam import 数据源 文件…",
            "  4. kam check，然后 kam site serve",
        ]
    made = f"Made a portfolio of {count} files in {folder}" + (", with a Git repository." if has_repository else ".")
    return [
        made,
        f"  1. cd {folder}",
        "  2. put company and base currency into site-config/kam.yml, your people into site-config/people.yml",
        "  3. write the first account (example: sop/en/records/profile.md), or bring in data: kam import SOURCE FILE…",
        "  4. kam check, then kam site serve",
    ]
