"""A score as the draft of a staff appraisal: a new record, or the figures of a draft that is there already."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from kam.authoring import Refusal
from kam.authoring.carry_out import Plan
from kam.authoring.new_record import plan_new
from kam.authoring.sheet import FileSheet
from kam.kpi.show import show_unit
from kam.model.record import PORTFOLIO
from kam.people.explain_score import HEADING, explain_score
from kam.people.quotas import quota_in
from kam.write import Change
from kam.write.splice import GONE

if TYPE_CHECKING:
    from kam.authoring import Desk
    from kam.model.record import Record
    from kam.model.schema import RecordType
    from kam.people.appraise import Part, Scored
    from kam.people.period import Period

APPRAISAL = "appraisal"
COMPUTED = ("quota", "currency", "results", "score")
"""The fields that are written anew into a draft; all others are people's."""
CENT = Decimal("0.01")


def find_draft(desk: Desk, person: str, period: Period) -> Record | None:
    """The appraisal of the same person and period that is there already. Raises Refusal where it is past the draft."""
    rtype = require_type(desk)
    wanted = (person, period.first.isoformat(), period.last.isoformat())
    for record in desk.portfolio.iter_records(APPRAISAL, faulty=True):
        if tuple(record.data.get(name) for name in ("person", "period_start", "period_end")) != wanted:
            continue
        state = str(record.data.get(rtype.states.field, "")) if rtype.states else ""
        if rtype.states and state and state not in rtype.states.initial:
            _refuse_past_draft(rtype, record.id, record.path, state)
        return record
    return None


def _refuse_past_draft(rtype: RecordType, record: str, path: str, state: str) -> None:
    states = rtype.states
    field = rtype.by_name[states.field] if states else None
    label = (field.choices or {}).get(state, {}) if field else {}
    can_go_back = states is not None and states.initial[:1] and states.initial[0] in states.transitions.get(state, ())
    back_en = back_zh = ""
    if states and can_go_back:
        command = f"kam set {record} {states.field}={states.initial[0]}"
        back_en, back_zh = f" To begin again: {command}", f"如需重新起草：{command}"
    raise Refusal(
        f"{path} is {label.get('en', state).lower()} already; its score stays as agreed.{back_en}",
        f"{path} 已处于“{label.get('zh', state)}”状态，评分不再改动。{back_zh}",
    )


def require_type(desk: Desk) -> RecordType:
    """The record type of appraisals. Raises Refusal where the company has none."""
    rtype = desk.settings.types.get(APPRAISAL)
    if rtype is None:
        raise Refusal(
            "this portfolio has no record type appraisal", "本档案库没有“员工绩效考核”（appraisal）这一记录类型"
        )
    return rtype


def plan_draft(desk: Desk, scored: Scored) -> Plan:
    """The new record, or the draft that is there with new figures; comments and all else in it stay. Raises Refusal."""
    rtype, there = require_type(desk), find_draft(desk, scored.person.id, scored.period)
    body = explain_score(scored, desk.today, desk.lang)
    if there is not None:
        return _plan_figures(desk, rtype, there, scored, body)
    data = _new_data(desk, scored)
    kept = {each.name: data[each.name] for each in rtype.fields if data.get(each.name) not in (None, "", [])}
    plan = plan_new(desk, rtype, PORTFOLIO, kept, body)
    plan.said.append(say_score(scored))
    return plan


def _plan_figures(desk: Desk, rtype: RecordType, there: Record, scored: Scored, body: str) -> Plan:
    raw = (desk.root / there.path).read_bytes()
    sheet = FileSheet(there.path, raw, rtype)
    data = _new_data(desk, scored)
    for name in COMPUTED:
        if name in rtype.by_name:
            value = data.get(name)
            sheet.put((name,), GONE if value in (None, "", []) else value)
    text = replace_section(sheet.text, body)
    said = (f"new figures in {there.id}", f"已更新 {there.id} 中的数据")
    return Plan([Change(there.path, text.encode(), raw)], [said, say_score(scored)], record=there.id)


def replace_section(text: str, section: str) -> str:
    """The text of a record with the section on the score in place of the one that it has, else at its end."""
    heads = "|".join(re.escape(head) for head in HEADING.values())
    there = re.compile(rf"^## (?:{heads})[ \t]*\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    unified = text.replace("\r\n", "\n")
    section = section.rstrip("\n") + "\n"
    if there.search(unified):
        new = there.sub(lambda found: section + ("\n" if found.end() < len(unified) else ""), unified, count=1)
    else:
        new = unified.rstrip("\n") + "\n\n" + section
    return new.replace("\n", "\r\n") if "\r\n" in text else new


def say_score(scored: Scored) -> tuple[str, str]:
    """The outcome in a sentence."""
    counted, listed = len(scored.counted), len(scored.parts)
    if scored.score.value is None:
        return (
            f"no score: KPIs with only {scored.score.covered:.0f} % of the weight have a value ({counted} of {listed})",
            f"未给出评分：有数值的指标仅占权重的 {scored.score.covered:.0f}%（{listed} 项中的 {counted} 项）",
        )
    return (
        f"score {scored.score.value} out of 100, from {counted} of {listed} KPIs",
        f"评分 {scored.score.value}（满分 100），依据 {listed} 项指标中的 {counted} 项",
    )


def _new_data(desk: Desk, scored: Scored) -> dict[str, Any]:
    person, period, lang = scored.person, scored.period, desk.lang
    by = desk.me or person.manager
    quotas = quota_in(person.quotas, period.first, period.last)
    currency, quota = next(iter(quotas.items())) if len(quotas) == 1 else ("", None)
    name = person.names.get(lang, person.id)
    return {
        "title": {"en": f"{name}, {period.label['en']}", "zh": f"{name} {period.label['zh']}考核"}[lang],
        "person": person.id,
        "period_start": period.first.isoformat(),
        "period_end": period.last.isoformat(),
        "reviewer": person.manager,
        "status": "draft",
        "history": [{"at": desk.today.isoformat(), "to": "draft", **({"by": by} if by else {})}],
        "quota": None if quota is None else _plain(quota.quantize(CENT, ROUND_HALF_UP)),
        "currency": "" if quota is None else currency or desk.settings.currencies.base,
        "results": [_result(at, part, lang) for at, part in enumerate(scored.counted, 1)],
        "score": scored.score.value,
    }


def _result(at: int, part: Part, lang: str) -> dict[str, Any]:
    """One line of targets and results, rounded as the KPI is shown; the score goes by the exact value."""
    assert part.kpi is not None and part.figure.value is not None and part.points is not None
    step = Decimal(1).scaleb(-part.kpi.decimals)
    unit = part.unit if part.kpi.unit in ("money", "percent") else show_unit(part.kpi.unit, lang)
    points = part.points.quantize(Decimal(1), ROUND_HALF_UP)
    found: dict[str, Any] = {
        "id": f"o{at}",
        "what": part.title.get(lang, part.goal.kpi),
        "measure": part.goal.kpi,
        "unit": unit,
        "target": _plain(part.scale.target.quantize(CENT, ROUND_HALF_UP))
        if part.scale and not part.scale.steps
        else None,
        "actual": _plain(part.figure.value.quantize(step, ROUND_HALF_UP)),
        "weight": part.goal.weight,
        "comment": {"en": f"{points} points; n = {part.figure.n}", "zh": f"得 {points} 分，样本数 {part.figure.n}"}[
            lang
        ],
    }
    return {name: value for name, value in found.items() if value not in (None, "")}


def _plain(number: Decimal) -> Decimal | int:
    return int(number) if number == number.to_integral_value() else number
