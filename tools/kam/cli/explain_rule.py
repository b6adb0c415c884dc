"""What ``kam explain`` says of a rule of the check."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kam.cli.wrapping import wrap

if TYPE_CHECKING:
    from kam.cli.context import Context
    from kam.report.rule_help import RuleHelp


def iter_rule_lines(name: str, ctx: Context, *, has_portfolio: bool) -> Iterator[str]:
    """Title, meaning, level, examples and messages of a rule; nothing where there is no such rule."""
    from kam.report.rule_help import describe
    from kam.settings.checks import Checks

    checks = ctx.settings.part(Checks) if has_portfolio else Checks()
    try:
        rule = describe(name, ctx.lang, checks)
    except KeyError:
        return
    yield f"{name}: {rule.title}"
    yield ""
    yield from wrap(rule.explain)
    yield ""
    yield from _level_lines(rule, ctx)
    both = ((ctx.words("Wrong:", "错误示例："), rule.wrong), (ctx.words("Right:", "正确示例："), rule.right))
    for title, example in both:
        if example:
            yield ""
            yield title
            yield from (f"    {line}".rstrip() for line in example.splitlines())
    yield ""
    yield ctx.words("What it may say:", "可能的提示：")
    for message, hint in rule.messages:
        yield from wrap(f"- {message}", "  ")
        if hint:
            yield from wrap(ctx.words("hint: ", "建议：") + hint, "    ")


def iter_rule_list(ctx: Context, *, has_portfolio: bool) -> Iterator[str]:
    """All rules by name, each with its title and, where the company changed it, its level."""
    from kam.model.texts import load_texts
    from kam.report.rule_help import describe
    from kam.settings.checks import Checks

    checks = ctx.settings.part(Checks) if has_portfolio else Checks()
    names = sorted(load_texts())
    width = max(map(len, names))
    for name in names:
        rule = describe(name, ctx.lang, checks)
        yield f"{name:<{width}}  {rule.title}{f' ({_changes(rule, ctx)})' if rule.changed else ''}"
    yield ""
    yield ctx.words("More on one of them: kam explain RULE", "查看某条规则：kam explain 规则")


def _changes(rule: RuleHelp, ctx: Context) -> str:
    said = (f"{where}: {level}" if where else level for where, level in rule.changed)
    return ctx.words("; ", "；").join(said)


def _level_lines(rule: RuleHelp, ctx: Context) -> Iterator[str]:
    yield ctx.words("Level: ", "级别：") + rule.usual
    if rule.changed:
        yield ctx.words("Our level: ", "本公司设置：") + _changes(rule, ctx) + " (site-config/checks.yml)"
    if rule.is_protected:
        yield ctx.words(
            "It cannot be turned down or let pass: figures and pages rely on it.",
            "不能降级，也不能设为例外：统计和页面都以它为前提。",
        )
    else:
        yield ctx.words(
            f"To let a single record pass: site-config/suppressions.yml, rule: {rule.name}",
            f"放行个别记录：在 site-config/suppressions.yml 中写 rule: {rule.name}",
        )
    if rule.is_fixable:
        yield ctx.words("kam check --fix can mend it.", "kam check --fix 可以自动修正。")
