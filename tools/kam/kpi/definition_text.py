"""A KPI's definition in words: how it is computed, over which time, in which unit, against which target."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kam.kpi.definition import Kpi, Target
from kam.kpi.show import show_target, show_value
from kam.kpi.window import SPAN
from kam.model.schema import Label

TITLES: dict[str, Label] = {
    "formula": {"en": "How it is computed", "zh": "计算方法"},
    "aggregation": {"en": "Put together as", "zh": "汇总方式"},
    "window": {"en": "Window", "zh": "统计期"},
    "unit": {"en": "Unit", "zh": "单位"},
    "better": {"en": "Better", "zh": "方向"},
    "target": {"en": "Target", "zh": "目标"},
    "groupings": {"en": "Grouped by", "zh": "可用分组"},
    "few": {"en": "Few records", "zh": "样本要求"},
    "earlier": {"en": "Earlier days", "zh": "以往日期"},
    "owner": {"en": "Owner", "zh": "负责人"},
}
WAYS: dict[str, Label] = {
    "ratio": {"en": "sum of numerators ÷ sum of denominators", "zh": "分子合计 ÷ 分母合计"},
    "sum": {"en": "sum of numerators", "zh": "分子合计"},
    "count": {"en": "number of records", "zh": "记录数"},
    "count_distinct": {"en": "number of different accounts", "zh": "不同客户的数量"},
    "mean": {"en": "mean of numerators", "zh": "分子的平均值"},
    "median": {"en": "median of numerators", "zh": "分子的中位数"},
    "share": {"en": "sum of numerators ÷ that of all accounts", "zh": "分子合计 ÷ 全部客户的分子合计"},
    "concentration": {
        "en": "sum of the squared shares of the accounts (Herfindahl index)",
        "zh": "各客户占比的平方和（赫芬达尔指数）",
    },
    "top_share": {"en": "share of the {top} largest accounts", "zh": "前 {top} 大客户的占比"},
    "repeat_rate": {
        "en": "accounts with two or more ÷ accounts with any",
        "zh": "有两条及以上的客户数 ÷ 有记录的客户数",
    },
    "formula": {"en": "{value}", "zh": "{value}"},
    "gini": {"en": "Gini coefficient of the sums of the persons", "zh": "各人员合计值的基尼系数"},
    "max_to_mean": {"en": "largest sum of a person ÷ mean of the persons", "zh": "人员合计的最大值 ÷ 平均值"},
}
"""Aggregation → what it does with the facts."""
EXAMPLES: dict[str, str] = {
    "ratio": "win_rate",
    "sum": "order_value",
    "count": "opportunities_won",
    "mean": "ces_mean",
    "median": "sales_cycle",
    "share": "contribution",
    "concentration": "sales_concentration",
    "top_share": "top_accounts_share",
    "repeat_rate": "repurchase_rate",
    "formula": "dso",
    "gini": "workload_spread",
    "max_to_mean": "workload_peak",
}
"""Aggregation → the id of a KPI that shows it, where the company has it."""
WINDOWS: dict[str, Label] = {
    "now": {"en": "the state on the day", "zh": "当日状态"},
    "all": {"en": "everything up to the day", "zh": "截至当日的全部记录"},
    "month": {"en": "the month up to the day", "zh": "当月截至当日"},
    "quarter": {"en": "the calendar quarter up to the day", "zh": "本自然季截至当日"},
    "year": {"en": "the year up to the day", "zh": "当年截至当日"},
    "fiscal quarter": {"en": "the fiscal quarter up to the day", "zh": "本财季截至当日"},
    "fiscal year": {"en": "the fiscal year up to the day", "zh": "本财年截至当日"},
}
SPANS: dict[str, Label] = {
    "day": {"en": "the last {n} day(s)", "zh": "最近 {n} 天"},
    "week": {"en": "the last {n} week(s)", "zh": "最近 {n} 周"},
    "month": {"en": "the last {n} month(s)", "zh": "最近 {n} 个月"},
    "year": {"en": "the last {n} year(s)", "zh": "最近 {n} 年"},
}
BETTER: dict[str, Label] = {
    "higher": {"en": "higher", "zh": "越高越好"},
    "lower": {"en": "lower", "zh": "越低越好"},
}
EARLIER: Label = {
    "en": "worked out from the records as they are today, which do not tell how it was; exact with --at",
    "zh": "记录不保留当时的情况，以往日期按记录的现状计算；需要准确值时请用 --at",
}
UNITS: dict[str, Label] = {
    "percent": {"en": "%", "zh": "%"},
    "points": {"en": "points", "zh": "分"},
    "days": {"en": "days", "zh": "天"},
    "hours": {"en": "hours", "zh": "小时"},
    "count": {"en": "number", "zh": "个数"},
    "index": {"en": "index", "zh": "指数"},
    "times": {"en": "times", "zh": "次"},
    "multiple": {"en": "times as much", "zh": "倍"},
}


def describe_definition(
    kpi: Kpi, lang: str, currency: str, name: Callable[[str], str] = str
) -> Iterator[tuple[str, str]]:
    """Title and text of each part of the definition, in one language; what the KPI does not have is left out. ``name``
    says what a grouping is called, else it is called as on the command line."""
    comma = "、" if lang == "zh" else ", "
    parts = {
        "formula": kpi.formula.get(lang, ""),
        "aggregation": show_aggregation(kpi, lang),
        "window": show_window(kpi.window, lang),
        "unit": currency if kpi.unit == "money" else UNITS.get(kpi.unit, {}).get(lang, kpi.unit),
        "better": BETTER.get(kpi.better, {}).get(lang, ""),
        "target": _targets(kpi, lang, currency),
        "groupings": comma.join(map(name, kpi.groupings)),
        "few": _few(kpi, lang),
        "earlier": EARLIER[lang] if kpi.today_only else "",
        "owner": kpi.owner.get(lang, ""),
    }
    return ((TITLES[key][lang], text) for key, text in parts.items() if text)


def show_aggregation(kpi: Kpi, lang: str) -> str:
    """How the facts are put together, in words."""
    way = WAYS[kpi.aggregation][lang].format(top=kpi.top, value=" ".join(kpi.value.split()))
    if kpi.cap is not None:
        way += f"，上限 {kpi.cap}" if lang == "zh" else f", {kpi.cap} at most"
    return way


def show_window(window: str, lang: str) -> str:
    """A window in words: ``the last 12 month(s)``."""
    found = SPAN.match(window)
    if found is None:
        return WINDOWS[window][lang]
    n = int(found[1])
    text = SPANS[found[2]][lang].format(n=n)
    return text.replace("(s)", "" if n == 1 else "s").replace("last 1 ", "last ")


def _targets(kpi: Kpi, lang: str, currency: str) -> str:
    general = _target(kpi, kpi.target, lang, currency)
    semicolon, level = ("；", "{} 级") if lang == "zh" else ("; ", "tier {}")
    own = [f"{level.format(tier)} {_target(kpi, each, lang, currency)}" for tier, each in kpi.tier_targets.items()]
    return semicolon.join([*([general] if general else []), *own])


def _target(kpi: Kpi, target: Target, lang: str, currency: str) -> str:
    good = show_target(kpi, target, lang, currency)
    if target.watch is None:
        return good
    watch = show_value(kpi, target.watch, lang, currency)
    return f"{good}（{watch} 起需关注）" if lang == "zh" else f"{good} (to be watched from {watch} on)"


def _few(kpi: Kpi, lang: str) -> str:
    texts = []
    if kpi.min_facts > 1:
        texts.append(
            f"少于 {kpi.min_facts} 条记录时没有数值"
            if lang == "zh"
            else f"no value from fewer than {kpi.min_facts} records"
        )
    if kpi.min_n > 1:
        texts.append(
            f"不足 {kpi.min_n} 条记录的小组不对外显示"
            if lang == "zh"
            else f"groups of fewer than {kpi.min_n} records are withheld from wider audiences"
        )
    return ("；" if lang == "zh" else "; ").join(texts)
