"""Chinese for the words that click itself puts into help texts and error messages."""

from __future__ import annotations

import re
from collections.abc import Callable

import click
import click.core
import click.decorators
import click.exceptions
import click.formatting
import click.parser
import click.types

from kam.cli.wrapping import wrap
from kam.report.source import display_width

WORDS = {
    "Usage:": "用法：",
    "Options": "选项",
    "Positional arguments": "参数",
    "Commands": "命令",
    "Aborted!": "已中止。",
    "env var: {var}": "环境变量：{var}",
    "default: {default}": "默认：{default}",
    "required": "必填",
    "Error: {message}": "错误：{message}",
    "Try '{command} {option}' for help.": "运行“{command} {option}”查看帮助。",
    "Invalid value: {message}": "取值无效：{message}",
    "Invalid value for {param_hint}: {message}": "{param_hint} 的取值无效：{message}",
    "Missing argument": "缺少参数",
    "Missing option": "缺少选项",
    "Missing parameter": "缺少参数",
    "Missing command.": "缺少命令。",
    "No such option {name!r}.": "没有 {name} 这个选项。",
    "No such command {name!r}.": "没有 {name} 这个命令。",
    "Could not open file {filename!r}: {message}": "无法打开文件 {filename}：{message}",
    "Option {name!r} does not take a value.": "选项 {name} 不带取值。",
    "{value!r} is not a valid {number_type}.": "“{value}”不是有效的数字。",
    "{value} is not in the range {range}.": "{value} 不在 {range} 范围内。",
    "file": "文件",
    "directory": "文件夹",
    "path": "路径",
    "{name} {filename!r} does not exist.": "{name} {filename} 不存在。",
    "{name} {filename!r} is a file.": "{name} {filename} 是文件，这里需要文件夹。",
    "{name} {filename!r} is a directory.": "{name} {filename} 是文件夹，这里需要文件。",
    "{name} {filename!r} is not readable.": "{name} {filename} 无法读取。",
    "Show this message and exit.": "显示本帮助。",
}
"""click's English, as it asks its translator for it → Chinese."""

PLURALS = {
    "{value!r} is not one of {choices}.": "“{value}”不在可选值 {choices} 之中。",
    "{value!r} is not {choice}.": "“{value}”应为 {choice}。",
    "Got unexpected extra argument ({args})": "多余的参数：{args}",
    "Got unexpected extra arguments ({args})": "多余的参数：{args}",
    "Option {name!r} requires an argument.": "选项 {name} 需要一个取值。",
    "Did you mean {possibility}?": "是否想用 {possibility}？",
    "(Did you mean one of: {possibilities}?)": "（是否想用其中之一：{possibilities}？）",
}


def _translate(text: str) -> str:
    return WORDS.get(text, text)


def _translate_plural(one: str, many: str, count: int) -> str:
    text = one if count == 1 else many
    return PLURALS.get(text, text)


METAVARS = {
    "OPTIONS": "选项", "COMMAND": "命令", "ARGS": "参数", "DATE": "日期", "DAY": "日期", "WHEN": "时间", "SPAN": "时长",
    "PERIOD": "考核期", "PERSON": "人员", "P": "人员", "ACCOUNT": "客户", "A": "客户", "CONTACT": "联系人",
    "RECORD": "记录", "FIELD": "字段", "VALUE": "值", "TYPE": "记录类型", "RULE": "规则", "KPI": "指标", "TABLE": "表",
    "G": "分组", "S": "技能", "T": "团队", "ROLE": "职务", "TEXT": "文字", "INTEGER": "整数", "FLOAT": "数字",
    "N": "数量", "DIR": "文件夹", "DIRECTORY": "文件夹", "FILE": "文件", "PATH": "路径",
    "NEWPATH": "新路径", "REV": "版本", "CODE": "代码", "HOW": "方式", "SOURCE": "来源", "FORMAT": "格式",
    "NAME": "名称",
}  # fmt: skip
"""What stands for a value in help texts → Chinese."""
_METAVAR = re.compile(r"(?<![A-Za-z-])[A-Z]+(?![a-z-])")


def _translate_metavar(text: str) -> str:
    """``FIELD=VALUE...`` → ``字段=值...``; values to choose from, which are in small letters, stay."""
    return (
        _METAVAR.sub(lambda found: METAVARS.get(found[0], found[0]), text)
        .replace("整数 ", "整数")
        .replace("数字 ", "数字")
    )


def _wrap(
    text: str, width: int = 78, initial_indent: str = "", subsequent_indent: str = "", preserve_paragraphs: bool = False
) -> str:
    """click's ``wrap_text``, by columns: Chinese has no spaces to break at, and its characters are twice as wide."""
    lines: list[str] = []
    for paragraph in text.split("\n\n") if preserve_paragraphs else [text]:
        words = " ".join(paragraph.split())
        lines += [*([""] if lines else []), *wrap(words, subsequent_indent, width)]
    return initial_indent + lines[0][len(subsequent_indent) :] + "".join(f"\n{line}" for line in lines[1:])


def _speak_metavars() -> None:
    for kind in (click.Option, click.Argument):
        own = kind.make_metavar

        def make(self: click.Parameter, ctx: click.Context, own: Callable[..., str] = own) -> str:
            return _translate_metavar(own(self, ctx))

        setattr(kind, "make_metavar", make)  # noqa: B010
    for command in (click.Command, click.Group):
        pieces = command.collect_usage_pieces

        def collect(self: click.Command, ctx: click.Context, pieces: Callable[..., list[str]] = pieces) -> list[str]:
            return [_translate_metavar(each) for each in pieces(self, ctx)]

        setattr(command, "collect_usage_pieces", collect)  # noqa: B010


def speak_chinese() -> None:
    """Let click speak Chinese for the rest of this run; it offers translators no other way in than ``_``."""
    _speak_metavars()
    setattr(click.formatting, "term_len", display_width)  # noqa: B010
    setattr(click.formatting, "wrap_text", _wrap)  # noqa: B010
    for module in (click.core, click.decorators, click.exceptions, click.formatting, click.parser, click.types):
        if hasattr(module, "_"):
            setattr(module, "_", _translate)  # noqa: B010
        if hasattr(module, "ngettext"):
            setattr(module, "ngettext", _translate_plural)  # noqa: B010
