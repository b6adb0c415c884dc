"""The reporters' own words; those of problems stand beside the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kam.model.problem import Level
from kam.portfolio.report import SinceBase, Summary

LEVELS = {
    "en": {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "info"},
    "zh": {Level.ERROR: "错误", Level.WARNING: "警告", Level.INFO: "提示"},
}
OFF = {"en": "off", "zh": "关闭"}
"""A rule that the company does not use."""

SCOPES = {
    "en": {"part": "Of what was selected", "settings": "Settings"},
    "zh": {"part": "所选范围", "settings": "设置"},
}
HINT = {"en": "hint: ", "zh": "建议："}

SHORT = 10
"""So many digits of a commit are shown."""
BOTH = {
    "en": "Settings and records changed together, so the records were checked with both the settings of the base and "
    "the new ones.",
    "zh": "本次同时修改了设置和记录，因此按基准版本的设置和新设置各检查了一遍。",
}
STRICTER = {
    "en": "Problems that only the settings of the base see: {count}. If the new settings are meant to allow this, have "
    "them accepted first, in a change of their own.",
    "zh": "其中 {count} 个问题只在基准版本的设置下存在。如果新设置正是为了允许这些修改，"
    "请先单独提交设置，通过后再提交记录。",
}
CHANGED = {
    "en": "The settings changed: the records were checked with the new ones.",
    "zh": "设置有变化：记录按新设置检查。",
}
UNUSABLE = {
    "en": "The settings of the base cannot be used, so everything was checked with the new ones.",
    "zh": "基准版本的设置不可用，因此全部按新设置检查。",
}

OFTEN = {"en": "most often: ", "zh": "最常见："}
WHERE = {"en": "most in: ", "zh": "集中在："}


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


def group_head(title: str, rule: str, found: str, lang: str, *, is_whole: bool) -> str:
    """The line above a group of problems of one kind, of which all or only some follow."""
    if lang == "zh":
        return f"{title}（{rule}）：{found}{'：' if is_whole else '，例如：'}"
    return f"{title} ({rule}): {found}{':' if is_whole else ', for example:'}"


def and_more(rest: int, lang: str) -> str:
    """That there are so many further accounts; empty where there are none."""
    if rest <= 0:
        return ""
    return f"，以及另外 {rest} 个客户" if lang == "zh" else f" and {rest:,} accounts more"


def group_rest(rest: int, rule: str, lang: str, revision: str = "") -> str:
    """The line below it; ``revision`` is that of a check against a base."""
    command = f"kam check{f' --base {revision}' if revision else ''} --select {rule} --all"
    if lang == "zh":
        return f"  ……另有 {rest} 个，查看全部：{command}"
    return f"  … and {rest:,} more; all of them: {command}"


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
    since = summary.since.base[:SHORT] if summary.since else ""
    if lang == "zh":
        found = "没有发现问题" if clean else f"{errors}，{warnings}"
        found = (f"自 {since} 以来没有新问题" if clean else f"自 {since} 以来新增 {found}") if since else found
        found += f"（另有 {passed} 个按例外放行）" if passed else ""
        if scope != "all":
            return f"{SCOPES[lang][scope]}：{found}"
        filled = "" if share is None else f"；完整度 {share:.0%}"
        return f"{summary.accounts} 个客户，{summary.records} 条记录：{found}{filled}"
    found = "no problems" if clean else f"{errors}, {warnings}"
    found = (f"nothing new since {since}" if clean else f"{found} new since {since}") if since else found
    found += f" ({passed:,} more let pass)" if passed else ""
    if scope != "all":
        return f"{SCOPES[lang][scope]}: {found}"
    filled = "" if share is None else f"; {share:.0%} complete"
    records = f"{summary.records:,} record{'' if summary.records == 1 else 's'}"
    accounts = f"{summary.accounts:,} account{'' if summary.accounts == 1 else 's'}"
    return f"{records} in {accounts}: {found}{filled}"


def mendable(number: int, lang: str, *, is_least: bool) -> str:
    """How many of the problems kam mends by itself (or at least how many), and how."""
    if lang == "zh":
        return f"其中{'至少' if is_least else ''} {number} 个可以自动修正：kam check --fix"
    return f"{'At least ' if is_least else ''}{number:,} of these can be mended: kam check --fix"


def left_aside(since: SinceBase, lang: str) -> Iterator[str]:
    """What a check against a base counts without failing, and with which settings it was made."""
    older, timely, stricter = since.older, since.time_driven, since.stricter
    if older or timely:
        if lang == "zh":
            parts = ([f"{older} 个原有问题"] if older else []) + ([f"{timely} 个随时间出现的问题"] if timely else [])
            yield f"另有{'、'.join(parts)}，不影响本次检查。查看：kam check"
        else:
            parts = ([f"{older:,} older"] if older else []) + (
                [f"{timely:,} that came with the days"] if timely else []
            )
            yield f"Left aside: {' and '.join(parts)}. See them: kam check"
    if since.settings == "both":
        yield BOTH[lang]
        if stricter:
            yield STRICTER[lang].format(count=stricter)
    elif since.settings != "same":
        yield (UNUSABLE if since.settings == "unusable" else CHANGED)[lang]
