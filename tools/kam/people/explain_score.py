"""How a score came about, as Markdown below the fields of the appraisal: readable, and to be reckoned again by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from kam.kpi import show_value
from kam.kpi.show import show_number

if TYPE_CHECKING:
    from kam.people.appraise import Part, Scored

HEADING = {"en": "How the score came about", "zh": "评分依据"}
LISTED = 50
"""So many records are named for each KPI."""


def explain_score(scored: Scored, on: date, lang: str) -> str:
    """The section ``HEADING``: figures, points and weights, what was left out, and the records behind each figure."""
    lines = [f"## {HEADING[lang]}", "", *_basis(scored, on, lang), ""]
    lines += [*_table(scored, lang), ""]
    lines += [*_sum(scored, lang), ""]
    lines += [f"- {each}" for each in left_out_lines(scored, lang)]
    lines += [""] * bool(scored.left_out)
    lines += _records(scored, lang)
    return "\n".join(lines).rstrip("\n") + "\n"


def context_lines(scored: Scored, lang: str) -> list[str]:
    """With how many accounts of which tiers the figures were earned, and which changed hands in the period."""
    held, day = scored.holding, scored.day.isoformat()
    mix = f" ({held.mix})" if held.tiers else ""
    lines = [
        {
            "en": f"Accounts owned on {day}: {len(held.accounts)}{mix}",
            "zh": f"{day} 负责客户 {len(held.accounts)} 家{mix.replace(' (', '（').replace(')', '）')}",
        }[lang]
    ]
    for came, en, zh in (
        (True, "Taken over in the period", "本期接手"),
        (False, "Handed over in the period", "本期移交"),
    ):
        named = [each for each in scored.changes if each.came is came]
        if named:
            spelled = {"en": "{} ({})", "zh": "{}（{}）"}[lang]
            listed = {"en": ", ", "zh": "、"}[lang].join(spelled.format(each.account, each.on) for each in named)
            lines.append({"en": f"{en}: {listed}", "zh": f"{zh}：{listed}"}[lang])
    lines += _employment(scored, lang)
    return lines


def _employment(scored: Scored, lang: str) -> Iterator[str]:
    person, period = scored.person, scored.period
    if person.from_ > period.first.isoformat():
        yield {"en": f"With us since {person.from_}", "zh": f"{person.from_} 入职"}[lang]
    if person.to and person.to < period.last.isoformat():
        yield {"en": f"Left on {person.to}", "zh": f"{person.to} 离职"}[lang]
    if scored.day < period.last:
        yield {
            "en": f"The period is not over: figures up to {scored.day}",
            "zh": f"本期尚未结束，数据截至 {scored.day}",
        }[lang]


def left_out_lines(scored: Scored, lang: str) -> list[str]:
    """Which KPIs were left out and why, so that the others count for more."""
    return [
        {
            "en": f"Left out: {part.title.get('en', part.goal.kpi)} ({part.reason.get('en', '')}); its weight of "
            f"{_plain(part.goal.weight)} goes to the others in proportion",
            "zh": f"未计入：{part.title.get('zh', part.goal.kpi)}（{part.reason.get('zh', '')}），"
            f"其权重 {_plain(part.goal.weight)} 按比例分给其余指标",
        }[lang]
        for part in scored.left_out
    ]


def _basis(scored: Scored, on: date, lang: str) -> Iterator[str]:
    person, period = scored.person, scored.period
    command = f"kam appraise {person.id} --period {period.name}"
    yield {
        "en": f"Figures of {person.names.get('en', person.id)} only, {period.first} to {period.last}; computed on {on} "
        f"with `{command}` by `site-config/appraisal.yml`.",
        "zh": f"仅统计{person.names.get('zh', person.id)}本人 {period.first} 至 {period.last} 的数据，{on} 由 "
        f"`{command}` 按 `site-config/appraisal.yml` 计算。",
    }[lang]
    yield ""
    yield from (f"- {line}" for line in context_lines(scored, lang))


HEADS = {
    "en": ("KPI", "Result", "n", "Target", "Points", "Weight", "Share"),
    "zh": ("指标", "结果", "样本数", "目标", "得分", "权重", "占比"),
}


def score_rows(scored: Scored, lang: str) -> list[list[str]]:
    """A row for each KPI that counts, under ``HEADS``: points out of 100, and its share of the weight."""
    whole = sum((part.goal.weight for part in scored.counted), Decimal(0))
    return [_row(part, whole, lang) for part in scored.counted]


def _row(part: Part, whole: Decimal, lang: str) -> list[str]:
    assert part.kpi is not None and part.points is not None
    target = ""
    if part.scale is not None and not part.scale.steps:
        target = show_value(part.kpi, part.scale.target, lang, part.unit)
    return [
        part.title.get(lang, part.goal.kpi),
        show_value(part.kpi, part.figure.value, lang, part.unit),
        str(part.figure.n),
        target,
        show_number(part.points, 1),
        _plain(part.goal.weight),
        f"{show_number(part.goal.weight * 100 / whole, 1)} %",
    ]


def _table(scored: Scored, lang: str) -> list[str]:
    rows = [HEADS[lang], ["---", *["---:"] * (len(HEADS[lang]) - 1)], *score_rows(scored, lang)]
    return [f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows]


def _sum(scored: Scored, lang: str) -> Iterator[str]:
    counted = scored.counted
    if scored.score.value is None:
        covered = f"{scored.score.covered:.0f}"
        yield {
            "en": f"No score: KPIs with only {covered} % of the weight have a value.",
            "zh": f"未给出评分：有数值的指标仅占权重的 {covered}%。",
        }[lang]
        return
    terms = " + ".join(f"{_plain(p.goal.weight)} × {show_number(p.points or Decimal(0), 1)}" for p in counted)
    whole = _plain(sum((part.goal.weight for part in counted), Decimal(0)))
    head = {"en": "Score: ", "zh": "评分："}[lang]
    yield f"{head}({terms}) ÷ {whole} = **{scored.score.value}**"


def _records(scored: Scored, lang: str) -> Iterator[str]:
    listed = [part for part in scored.counted if part.facts]
    if not listed:
        return
    yield {"en": "### Records behind it", "zh": "### 相关记录"}[lang]
    yield ""
    for part in listed:
        records = sorted({fact.record for fact in part.facts})
        yield f"- {part.title.get(lang, part.goal.kpi)}{_spell(records, lang)}"


def _spell(records: Sequence[str], lang: str) -> str:
    named = {"en": ", ", "zh": "、"}[lang].join(f"`{each}`" for each in records[:LISTED])
    more = len(records) - LISTED
    rest = {"en": f" and {more} more", "zh": f" 等 {len(records)} 条"}[lang] if more > 0 else ""
    return {"en": f": {named}{rest}", "zh": f"：{named}{rest}"}[lang]


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
