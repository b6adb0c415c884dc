"""``kam explain``: what a rule, a KPI, a record type or a field means, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import click

from kam.cli.context import Context, fail, spoken_language, words
from kam.cli.explain_kpi import iter_kpi_lines
from kam.cli.explain_rule import iter_rule_lines, iter_rule_list
from kam.cli.wrapping import wrap
from kam.model.root import find_root

if TYPE_CHECKING:
    from kam.model.schema import Field, Label, RecordType


@click.command(
    help=words(
        "Explain a rule (date-order), a KPI (win-rate), a record type (issue) or a field (issue.severity). "
        "Without a name: all rules.",
        "解释规则（date-order）、指标（win-rate）、记录类型（issue）或字段（issue.severity）。不写名称则列出所有规则。",
    )
)
@click.argument("name", metavar="[RULE|KPI|TYPE[.FIELD]]", default="")
@click.pass_obj
def command(ctx: Context, name: str) -> None:
    """Print what is known under the name; several things may share it."""
    has_portfolio = find_root(ctx.folder.resolve()) is not None
    if not has_portfolio:
        ctx.asked_lang = ctx.asked_lang or spoken_language()
    if not name:
        for line in iter_rule_list(ctx, has_portfolio=has_portfolio):
            click.echo(line)
        return
    found = list(iter_rule_lines(name, ctx, has_portfolio=has_portfolio))
    if has_portfolio or not found:
        found += [*_explain_type(name, ctx)] or [*iter_kpi_lines(name, ctx)]
    if not found and has_portfolio and not ctx.settings.is_usable:
        ctx.require_settings()
    if not found:
        near = _nearest(name, ctx)
        fail(
            f"nothing is called {name}.{f' Did you mean {near}?' if near else ''}",
            f"没有名为 {name} 的规则、指标、类型或字段。{f'是否应为 {near}？' if near else ''}",
            lang=ctx.lang,
        )
    for line in found:
        click.echo(line)


def _explain_type(name: str, ctx: Context) -> Iterator[str]:
    type_name, _, rest = name.partition(".")
    rtype = ctx.settings.types.get(type_name) or ctx.settings.type_of_folder(type_name)
    if rtype is None:
        return
    if not rest:
        yield from _type_lines(rtype, ctx)
        return
    fields: Mapping[str, Field] = rtype.by_name
    found: Field | None = None
    for part in rest.split("."):
        found = fields.get(part)
        if found is None:
            return
        fields = found.by_name
    if found is not None:
        yield from _field_lines(f"{rtype.name}.{rest}", found, ctx)


def _type_lines(rtype: RecordType, ctx: Context) -> Iterator[str]:
    yield f"{rtype.name}: {_in(rtype.label, ctx)}"
    yield ""
    yield from wrap(_in(rtype.help, ctx))
    yield ""
    owner = "_portfolio" if rtype.scope == "portfolio" else ctx.words("<account>", "<客户>")
    file = {"profile": "profile.md"}.get(rtype.folder, f"{rtype.folder}/*.md")
    yield ctx.words("Files: ", "文件：") + f"accounts/{owner}/{file}"
    yield ""
    yield ctx.words("Fields (* required, + recommended):", "字段（* 必填，+ 建议填写）：")
    width = max(len(field.name) for field in rtype.fields)
    for field in rtype.fields:
        mark = "*" if field.required else "+" if field.recommended else " "
        yield f"  {mark} {field.name:<{width}}  {_in(field.label, ctx)}".rstrip()
    yield ""
    more = ctx.words("More on one field: ", "查看某个字段：")
    yield f"{more}kam explain {rtype.name}.{rtype.fields[0].name}"


def _field_lines(name: str, field: Field, ctx: Context) -> Iterator[str]:
    yield f"{name}: {_in(field.label, ctx)}"
    yield ""
    if field.help:
        yield from wrap(_in(field.help, ctx))
        yield ""
    yield ctx.words("Kind: ", "类型：") + _kind(field, ctx)
    yield ctx.words("Needed: ", "是否必填：") + _need(field, ctx)
    yield ctx.words("Who may see it: ", "敏感级别：") + _in(SENSITIVITY[field.sensitivity.value], ctx)
    if field.unit:
        yield ctx.words("Unit: ", "单位：") + (_in(field.unit_label, ctx) or field.unit)
    if field.choices:
        yield ctx.words("Choices:", "可选值：")
        yield from (f"    {value}  {_in(label, ctx)}" for value, label in field.choices.items())
    if field.by_name:
        yield ctx.words("Fields inside (* required, + recommended):", "内部字段（* 必填，+ 建议填写）：")
        for each in field.by_name.values():
            mark = "*" if each.required else "+" if each.recommended else " "
            yield f"  {mark} {each.name}  {_in(each.label, ctx)}"


SENSITIVITY: Mapping[str, Label] = {
    "public": {"en": "anyone", "zh": "公开"},
    "internal": {"en": "everyone in the company", "zh": "公司内部"},
    "confidential": {"en": "those who work with the account", "zh": "保密，仅限相关人员"},
    "restricted": {"en": "the few who are named for it", "zh": "严格受限，仅限指定人员"},
}
KINDS: Mapping[str, Label] = {
    "text": {"en": "one line of text", "zh": "单行文本"},
    "multiline": {"en": "text of several lines", "zh": "多行文本"},
    "integer": {"en": "whole number", "zh": "整数"},
    "number": {"en": "number", "zh": "数字"},
    "boolean": {"en": "true or false", "zh": "是/否（true/false）"},
    "date": {"en": "date, as 2026-03-31", "zh": "日期，如 2026-03-31"},
    "datetime": {"en": "time with zone, as 2026-03-31T09:00+08:00", "zh": "带时区的时间，如 2026-03-31T09:00+08:00"},
    "choice": {"en": "one of a few values", "zh": "从给定值中选择"},
    "reference": {"en": "reference", "zh": "引用"},
    "map": {"en": "group of fields", "zh": "字段组"},
    "list": {"en": "list", "zh": "列表"},
}
"""Kind of field → how people call it."""


def _kind(field: Field, ctx: Context) -> str:
    text = _in(KINDS[field.kind.value], ctx)
    targets = field.targets or (field.items.targets if field.items else ())
    if targets:
        text += ctx.words(" to: ", "，指向：") + ", ".join(targets)
    return text


def _need(field: Field, ctx: Context) -> str:
    if field.required:
        return ctx.words("required", "必填")
    return ctx.words("recommended", "建议填写") if field.recommended else ctx.words("optional", "选填")


def _nearest(name: str, ctx: Context) -> str:
    """What somebody may have meant by a name that nothing has: by its key, or by its label in any language."""
    from kam.model.texts import load_texts
    from kam.rules.nearest import nearest

    types = ctx.settings.types
    by_label = {word.casefold(): each.name for each in types.values() for word in _words(each.label, each.plural)}
    type_name, dot, rest = name.partition(".")
    if dot:
        found = type_name if type_name in types else by_label.get(type_name.casefold()) or nearest(type_name, types)
        if not found:
            return ""
        fields = {word.casefold(): each.name for each in types[found].fields for word in _words(each.label)}
        near = fields.get(rest.casefold()) or nearest(rest, types[found].by_name)
        return f"{found}.{near}" if near else found
    kpis = _kpi_titles(ctx)
    return (
        by_label.get(name.casefold())
        or kpis.get(name.casefold())
        or nearest(name, [*load_texts(), *types, *kpis.values()])
    )


def _words(*labels: Label) -> Iterator[str]:
    for label in labels:
        yield from label.values()


def _kpi_titles(ctx: Context) -> dict[str, str]:
    """Title of a KPI in any language → its id; nothing outside a portfolio."""
    if find_root(ctx.folder.resolve()) is None:
        return {}
    from kam.kpi.definition import load_kpis

    return {title.casefold(): kpi.id for kpi in load_kpis(ctx.root) for title in kpi.title.values()}


def _in(label: Label, ctx: Context) -> str:
    return label.get(ctx.lang) or label.get("en", "")
