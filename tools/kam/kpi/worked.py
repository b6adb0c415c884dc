"""How a KPI came to its value, step by step with the numbers of the records at hand: for readers who want to check."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from kam.kpi.grouping import AGGREGATED
from kam.kpi.result import FactRow, KpiResult
from kam.kpi.show import show_target, show_value
from kam.model.schema import Label

LISTED = 5
"""So many records an example lists."""
TERMS = 6
"""So many terms of a sum it writes out."""
DIGITS = 10
"""A quotient is written with that many digits before it is rounded."""
NOT_ZERO = re.compile(r"nullif\(((?:[^()]|\([^()]*\))*?),\s*0\s*\)", re.IGNORECASE)
"""A divisor that SQL keeps from being 0."""
WORDS: dict[str, Label] = {
    "good": {"en": "reached", "zh": "已达标"},
    "watch": {"en": "close, to be watched", "zh": "接近目标，需关注"},
    "bad": {"en": "missed", "zh": "未达标"},
}


@dataclass(frozen=True)
class Worked:
    """A few of the facts, how many more there are, and the steps from all facts to the value, each in words."""

    facts: list[FactRow]
    more: int
    steps: list[Label]


def work_out(result: KpiResult, *, amounts: bool = True) -> Worked | None:
    """The steps of a result that was computed with its facts; None where there is nothing to work out.

    Without ``amounts`` it tells no number of a single record: only the sums that go with the value.
    """
    figure = result.figure
    if result.failed or figure.withheld or (not result.facts and (figure.value is None or figure.n)):
        return None
    facts = sorted(result.facts, key=lambda f: (f.at.isoformat() if f.at else "", f.record), reverse=True)
    steps = [*(_steps(replace(result, facts=facts)) if amounts else _sums_only(result)), *_ending(result)]
    return Worked(facts[:LISTED], max(0, len(facts) - LISTED), steps)


def _steps(result: KpiResult) -> Iterable[Label]:
    if result.figure.value is None:
        return []
    return _WAYS.get(result.kpi.aggregation, _plain)(result)


def _sums_only(result: KpiResult) -> Iterable[Label]:
    figure = result.figure
    if figure.value is not None and figure.numerator is not None and figure.denominator is not None:
        yield _quotient(result, figure.numerator, figure.denominator)


def _ending(result: KpiResult) -> Iterable[Label]:
    """Rounding, and the target."""
    value, kpi = result.figure.value, result.kpi
    if value is None:
        yield _both(result.reason or {})
        return
    if kpi.cap is not None and value == kpi.cap:
        yield {"en": f"never more than {number(kpi.cap)}", "zh": f"上限为 {number(kpi.cap)}"}
    shown = {lang: show_value(kpi, value, lang, result.unit) for lang in ("en", "zh")}
    yield {"en": f"rounded once, when shown: {shown['en']}", "zh": f"仅在显示时四舍五入一次：{shown['zh']}"}
    if result.status in WORDS:
        target = {lang: show_target(kpi, result.target, lang, result.unit) for lang in ("en", "zh")}
        word = WORDS[result.status]
        yield {"en": f"target {target['en']}: {word['en']}", "zh": f"目标 {target['zh']}：{word['zh']}"}
    elif result.reason:
        yield _both(result.reason)


def _ratio(result: KpiResult) -> Iterable[Label]:
    yield _sum_of(result.facts, "numerator")
    yield _sum_of(result.facts, "denominator")
    yield _quotient(result, result.figure.numerator, result.figure.denominator)


def _share(result: KpiResult) -> Iterable[Label]:
    whole = result.figure.denominator or Decimal(0)
    yield _sum_of(result.facts, "numerator")
    yield {"en": f"all accounts together: {number(whole)}", "zh": f"全部客户合计：{number(whole)}"}
    yield _quotient(result, result.figure.numerator, whole)


def _sum(result: KpiResult) -> Iterable[Label]:
    yield _sum_of(result.facts, "numerator")


def _count(result: KpiResult) -> Iterable[Label]:
    counted = _counted(result.facts)
    yield {"en": f"counted: {counted['en']}", "zh": f"计数：{counted['zh']}"}


def _count_distinct(result: KpiResult) -> Iterable[Label]:
    names = sorted({fact.account for fact in result.facts if fact.account is not None})
    few = ", ".join(names[:TERMS]) + (", …" if len(names) > TERMS else "")
    counted = _counted(result.facts)
    yield {
        "en": f"{counted['en']} of {_many(len(names), 'account')}: {few}",
        "zh": f"{counted['zh']}，涉及 {len(names)} 个客户：{few.replace(', ', '、')}",
    }


def _mean(result: KpiResult) -> Iterable[Label]:
    yield _sum_of(result.facts, "numerator")
    yield _quotient(result, result.figure.numerator, result.figure.denominator)


def _median(result: KpiResult) -> Iterable[Label]:
    values = sorted(f.numerator for f in result.facts if f.numerator is not None)
    n = len(values)
    low, high = (n - 1) // 2, n // 2
    first = max(0, low - 2)
    some = [f"[{number(v)}]" if low <= at <= high else number(v) for at, v in enumerate(values)][first : high + 3]
    line = ("… " if first else "") + ", ".join(some) + (" …" if high + 3 < n else "")
    middle = number(sum(values[low : high + 1], Decimal(0)) / (high - low + 1))
    yield {
        "en": f"in order, with the middle in brackets: {line}",
        "zh": f"按大小排列，中间值以方括号标出：{line.replace(', ', '、')}",
    }
    if low == high:
        yield {"en": f"the middle one of {n}: {middle}", "zh": f"{n} 个数的中间值：{middle}"}
    else:
        yield {"en": f"the mean of the middle two of {n}: {middle}", "zh": f"{n} 个数中间两个的平均值：{middle}"}


def _concentration(result: KpiResult) -> Iterable[Label]:
    sums = _positive(result)
    whole = sum((s for _, s in sums), Decimal(0))
    yield from _by_account(sums, whole)
    shares = [s / whole for _, s in sums]
    squares = " + ".join(f"{_cut(s, 3)}²" for s in shares[:TERMS]) + (" + …" if len(shares) > TERMS else "")
    value = _cut(result.figure.value or Decimal(0))
    yield {
        "en": f"each share squared, and added up: {squares} = {value}",
        "zh": f"各占比平方后相加：{squares} = {value}",
    }


def _top_share(result: KpiResult) -> Iterable[Label]:
    sums = _positive(result)
    whole = sum((s for _, s in sums), Decimal(0))
    yield from _by_account(sums, whole)
    top = sum((s for _, s in sums[: result.kpi.top]), Decimal(0))
    yield {
        "en": f"the {result.kpi.top} largest together: {number(top)}",
        "zh": f"前 {result.kpi.top} 大客户合计：{number(top)}",
    }
    yield _quotient(result, top, whole)


def _repeat_rate(result: KpiResult) -> Iterable[Label]:
    counts: dict[str | None, int] = defaultdict(int)
    for fact in result.facts:
        counts[fact.account] += fact.numerator is not None
    all_, again = sum(1 for c in counts.values() if c), sum(1 for c in counts.values() if c > 1)
    yield {"en": f"accounts with at least one: {all_}", "zh": f"至少有一条的客户：{all_}"}
    yield {"en": f"of these, with two or more: {again}", "zh": f"其中有两条及以上的：{again}"}
    yield _quotient(result, Decimal(again), Decimal(all_))


def _by_person(result: KpiResult) -> Iterable[Label]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for fact in result.facts:
        if fact.person is not None and fact.numerator is not None:
            sums[fact.person] += fact.numerator
    ranked = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    few = ", ".join(f"{name} {number(s)}" for name, s in ranked[:TERMS]) + (", …" if len(ranked) > TERMS else "")
    yield {"en": f"by person: {few}", "zh": f"按人员合计：{few.replace(', ', '、')}"}
    count, whole = len(ranked), sum(sums.values(), Decimal(0))
    if result.kpi.aggregation == "max_to_mean":
        yield _quotient(result, ranked[0][1], whole / count)
        return
    apart = sum(((count - 1 - 2 * at) * s for at, (_, s) in enumerate(ranked)), Decimal(0))
    yield {
        "en": f"differences between each two of {count} people, added up: {number(apart)}",
        "zh": f"{count} 人两两之差合计：{number(apart)}",
    }
    yield _quotient(result, apart, count * whole)


def _plain(result: KpiResult) -> Iterable[Label]:
    counted, value = _counted(result.facts), _cut(result.figure.value or Decimal(0))
    yield {"en": f"over {counted['en']} = {value}", "zh": f"对 {counted['zh']}计算 = {value}"}


def _formula(result: KpiResult) -> Iterable[Label]:
    """The formula, and the same with the numbers of the records in the place of what it puts together."""
    kpi = result.kpi
    yield {"en": f"formula: {_plainly(kpi.value)}", "zh": f"公式：{_plainly(kpi.value)}"}
    missing = []

    def put(found: re.Match[str]) -> str:
        total = _aggregated(result.facts, found[1].lower(), found[2])
        missing.append(total is None)
        return "" if total is None else number(total)

    text = AGGREGATED.sub(put, kpi.value)
    value = _cut(result.figure.value or Decimal(0))
    counted = _counted(result.facts)
    if any(missing) or not missing:
        yield from _plain(result)
        return
    scale = f" × {kpi.scale}" if kpi.scale != 1 else ""
    yield {
        "en": f"over {counted['en']}: {_plainly(text)}{scale} = {value}",
        "zh": f"对 {counted['zh']}计算：{_plainly(text)}{scale} = {value}",
    }


def _aggregated(facts: Sequence[FactRow], way: str, column: str) -> Decimal | None:
    """What an aggregate over one column of the facts comes to; None where it is no number."""
    is_part = column.lower() in ("numerator", "denominator")
    values = [getattr(f, column.lower()) if is_part else f.own.get(column) for f in facts]
    known = [Decimal(v) for v in values if isinstance(v, Decimal | int)]
    if not known or len(known) < sum(v is not None for v in values):
        return None
    total = sum(known, Decimal(0))
    ways = {"sum": total, "max": max(known), "min": min(known), "count": Decimal(len(known)), "avg": total / len(known)}
    return ways[way]


def _plainly(sql: str) -> str:
    """A formula as people write it: ``a ÷ b × c``."""
    shown = NOT_ZERO.sub(r"\1", " ".join(sql.split()))
    return shown.replace(" / ", " ÷ ").replace(" * ", " × ")


_WAYS: dict[str, Callable[[KpiResult], Iterable[Label]]] = {
    "ratio": _ratio,
    "sum": _sum,
    "count": _count,
    "count_distinct": _count_distinct,
    "mean": _mean,
    "median": _median,
    "share": _share,
    "concentration": _concentration,
    "top_share": _top_share,
    "repeat_rate": _repeat_rate,
    "formula": _formula,
    "gini": _by_person,
    "max_to_mean": _by_person,
}


def _positive(result: KpiResult) -> list[tuple[str, Decimal]]:
    """Accounts with their sums above 0, the largest first."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for fact in result.facts:
        sums[fact.account or ""] += fact.numerator or 0
    return sorted(((name, s) for name, s in sums.items() if s > 0), key=lambda item: (-item[1], item[0]))


def _by_account(sums: Sequence[tuple[str, Decimal]], whole: Decimal) -> Iterable[Label]:
    few = ", ".join(f"{name} {number(s)}" for name, s in sums[:TERMS]) + (", …" if len(sums) > TERMS else "")
    yield {
        "en": f"{_many(len(sums), 'account')}, the largest first: {few}; together {number(whole)}",
        "zh": f"{len(sums)} 个客户，从大到小：{few.replace(', ', '、')}；合计 {number(whole)}",
    }


def _sum_of(facts: Sequence[FactRow], part: str) -> Label:
    said = [fact for fact in facts if getattr(fact, part) is not None]
    values, counted = [getattr(fact, part) for fact in said], _counted(said)
    terms = [f"({number(v)})" if v < 0 else number(v) for v in values[:TERMS]]
    text = " + ".join([*terms, *(["…"] if len(values) > TERMS else [])]) or "0"
    total = number(sum(values, Decimal(0)))
    of = {"numerator": ("numerators", "分子"), "denominator": ("denominators", "分母")}[part]
    sum_text = f"{text} = {total}" if len(values) > 1 else total
    return {
        "en": f"{of[0]} of {counted['en']}: {sum_text}",
        "zh": f"{counted['zh']}的{of[1]}：{sum_text}",
    }


def _quotient(result: KpiResult, numerator: Decimal | None, denominator: Decimal | None) -> Label:
    scale = f" × {result.kpi.scale}" if result.kpi.scale != 1 else ""
    top, below = number(numerator or Decimal(0)), number(denominator or Decimal(0))
    text = f"{top} ÷ {below}{scale} = {_cut(result.figure.value or Decimal(0))}"
    return {"en": text, "zh": text}


def _counted(facts: Sequence[FactRow]) -> Label:
    """How many records; where some count more than once, in how many rows."""
    rows, records = len(facts), len({fact.record for fact in facts})
    if rows == records:
        return {"en": _many(rows, "record"), "zh": f"{rows:,} 条记录"}
    return {"en": f"{_many(rows, 'row')} ({_many(records, 'record')})", "zh": f"{rows:,} 行（{records:,} 条记录）"}


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def number(value: Decimal) -> str:
    """Exact, with commas and without idle zeros."""
    text = f"{value:,f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def _cut(value: Decimal, places: int = DIGITS) -> str:
    """So many decimals; dots where there are more."""
    short = value.quantize(Decimal(1).scaleb(-places)) if value.adjusted() < 17 else value
    return number(short) + ("" if short == value else "…")


def _both(label: Label) -> Label:
    return {lang: label.get(lang, "") for lang in ("en", "zh")}
