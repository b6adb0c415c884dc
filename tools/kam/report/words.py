"""The reporters' own words; those of problems stand beside the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kam.model.problem import Level
from kam.portfolio.report import Summary

LEVELS = {
    "en": {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "info"},
    "zh": {Level.ERROR: "错误", Level.WARNING: "警告", Level.INFO: "提示"},
}
SCOPES = {
    "en": {"part": "Of what was selected", "settings": "Settings"},
    "zh": {"part": "所选范围", "settings": "设置"},
}
HINT = {"en": "hint: ", "zh": "建议："}

OFTEN = {"en": "most often: ", "zh": "最常见："}


def counts(pairs: Sequence[tuple[str, int]], lang: str) -> str:
    """``need 85, contacts 12``."""
    return (
        "，".join(f"{name} {n}" for name, n in pairs)
        if lang == "zh"
        else ", ".join(f"{name} {n:,}" for name, n in pairs)
    )


def count(number: int, level: Level, lang: str) -> str:
    """``1 error``, ``3 warnings``; ``3 个警告``."""
    word = LEVELS[lang][level]
    if lang == "zh":
        return f"{number} 个{word}"
    return f"{number:,} {word}{'' if number == 1 or level is Level.INFO else 's'}"


def group_head(title: str, rule: str, found: str, shown: int, lang: str) -> str:
    """The line above a group of problems of one kind."""
    if lang == "zh":
        return f"{title}（{rule}）：{found}，先列 {shown} 个"
    return f"{title} ({rule}): {found}, the first {shown}:"


def group_rest(rest: int, rule: str, lang: str) -> str:
    """The line below it."""
    if lang == "zh":
        return f"  ……另有 {rest} 个，查看全部：kam check --select {rule} --all"
    return f"  … and {rest:,} more; all of them: kam check --select {rule} --all"


def more(level: Level, rest: Mapping[str, int], lang: str) -> str:
    """That there are further problems of a level, so many of each rule."""
    found = count(sum(rest.values()), level, lang)
    often = counts(sorted(rest.items(), key=lambda each: (-each[1], each[0])), lang)
    if lang == "zh":
        return f"另有 {found}：{often}。查看全部：kam check --all"
    return f"{found} more: {often}. All of them: kam check --all"


def sentence(message: str, hint: str, lang: str) -> str:
    """Message and hint on one line."""
    if not hint:
        return message
    return f"{message}。{hint}" if lang == "zh" else f"{message}. {hint}"


def closing(summary: Summary, lang: str, scope: str = "all") -> str:
    """The last line: what was looked at (``all``, ``part``, ``settings``, ``none``) and what was found."""
    if scope == "none":
        return "所选范围内没有记录，未作检查" if lang == "zh" else "0 records selected: nothing there is checked"
    clean = not summary.errors and not summary.warnings
    errors, warnings = count(summary.errors, Level.ERROR, lang), count(summary.warnings, Level.WARNING, lang)
    share, passed = summary.completeness, summary.suppressed
    if lang == "zh":
        found = "没有发现问题" if clean else f"{errors}，{warnings}"
        found += f"（另有 {passed} 个按例外放行）" if passed else ""
        if scope != "all":
            return f"{SCOPES[lang][scope]}：{found}"
        filled = "" if share is None else f"；完整度 {share:.0%}"
        return f"{summary.accounts} 个客户，{summary.records} 条记录：{found}{filled}"
    found = "no problems" if clean else f"{errors}, {warnings}"
    found += f" ({passed:,} more let pass)" if passed else ""
    if scope != "all":
        return f"{SCOPES[lang][scope]}: {found}"
    filled = "" if share is None else f"; {share:.0%} complete"
    records = f"{summary.records:,} record{'' if summary.records == 1 else 's'}"
    accounts = f"{summary.accounts:,} account{'' if summary.accounts == 1 else 's'}"
    return f"{records} in {accounts}: {found}{filled}"
