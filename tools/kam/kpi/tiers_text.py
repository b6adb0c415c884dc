"""Points, bands and criteria in words, rounded once, here; for the terminal and for pages."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from kam.kpi.show import show_number, show_unit, show_value
from kam.kpi.tiers import DIFFERS, NO_SCORE, NO_TIER, OVERRIDDEN, Assessment
from kam.model.schema import Label
from kam.policy.tier import Points
from kam.settings.tiers import LEAVE_OUT, PROFILE, Band, Criterion, plain

if TYPE_CHECKING:
    from kam.kpi.definition import Kpi
    from kam.settings import Settings

SPANS: Mapping[str, Label] = {
    "now": {"en": "today", "zh": "当前"},
    "all": {"en": "all time", "zh": "全部时间"},
    "month": {"en": "this month", "zh": "本月"},
    "quarter": {"en": "this quarter", "zh": "本季度"},
    "year": {"en": "this year", "zh": "本年"},
    "fiscal quarter": {"en": "this fiscal quarter", "zh": "本财季"},
    "fiscal year": {"en": "this fiscal year", "zh": "本财年"},
}
UNITS: Mapping[str, str] = {"day": "天", "week": "周", "month": "个月", "year": "年"}


def points_text(number: Decimal | None) -> str:
    """Points without idle zeros, at most one decimal; a dash where there are none."""
    return "–" if number is None else plain(Decimal(show_number(number, 1).replace(",", "")))


def value_text(points: Points, kpi: Kpi | None, settings: Settings, lang: str) -> str:
    """The value of a criterion with its unit, or the word of a choice; a dash where there is none."""
    value = points.value
    if value is None:
        return "–"
    if isinstance(value, str):
        return _choice(points.criterion, value, settings, lang)
    if kpi is not None:
        return show_value(kpi, value, lang, settings.currencies.base)
    return plain(value.quantize(Decimal("0.01"))) if value.as_tuple().exponent < -2 else f"{value:,}"  # type: ignore[operator]


def _choice(criterion: Criterion, value: str, settings: Settings, lang: str) -> str:
    field = None
    fields = settings.types[PROFILE].by_name if PROFILE in settings.types else {}
    for name in criterion.profile_field.split("."):
        field = fields.get(name)
        fields = field.by_name if field else {}
    if value in ("true", "false") and not (field and field.choices):
        return {"true": {"en": "yes", "zh": "是"}, "false": {"en": "no", "zh": "否"}}[value][lang]
    return ((field.choices if field else None) or {}).get(value, {}).get(lang, value)


def source_text(criterion: Criterion, kpi: Kpi | None, settings: Settings, lang: str) -> str:
    """Where a criterion's value comes from: ``order value, 12 months``, or the field of the profile."""
    if criterion.kpi:
        title = kpi.title.get(lang, criterion.kpi) if kpi else criterion.kpi
        window = criterion.window or (kpi.window if kpi else "")
        return f"{title}, {span_text(window, lang)}" if lang == "en" else f"{title}，{span_text(window, lang)}"
    return {"en": "account profile", "zh": "客户资料"}[lang]


def span_text(window: str, lang: str) -> str:
    """A KPI's window in words."""
    if window in SPANS:
        return SPANS[window][lang]
    count, _, unit = window.partition(" ")
    return f"近 {count} {UNITS.get(unit.removesuffix('s'), unit)}" if lang == "zh" else f"the last {window}"


def band_texts(criterion: Criterion, kpi: Kpi | None, settings: Settings, lang: str) -> list[tuple[str, str]]:
    """What earns how many points, in words: each band by where it begins, or each choice."""
    if criterion.choices:
        return [(_choice(criterion, name, settings, lang), plain(points)) for name, points in criterion.choices.items()]
    return [(_band(band, at == 0, kpi, settings, lang), plain(band.points)) for at, band in enumerate(criterion.bands)]


def _band(band: Band, is_first: bool, kpi: Kpi | None, settings: Settings, lang: str) -> str:
    if is_first and band.below is not None:
        return f"< {_amount(band.below, kpi, settings, lang)}"
    return "" if band.from_ is None else f"≥ {_amount(band.from_, kpi, settings, lang)}"


def _amount(number: Decimal, kpi: Kpi | None, settings: Settings, lang: str) -> str:
    """A number as the policy gives it, with the unit of the KPI."""
    text = f"{number:,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    if kpi is None:
        return text
    if kpi.unit == "money":
        return f"{settings.currencies.base} {text}".strip()
    return f"{text} {show_unit(kpi.unit, lang)}".strip()


def missing_text(criterion: Criterion, lang: str) -> str:
    """What happens to a criterion without a value."""
    if criterion.missing == LEAVE_OUT:
        return {
            "en": "without a value it is left out and the others count for more",
            "zh": "无数据时不计，其余标准按比例放大",
        }[lang]
    return {"en": "without a value no points", "zh": "无数据时不得分"}[lang]


def override_text(each: Assessment, person: str, lang: str) -> str:
    """The exception of an account in a few words; empty where it has none."""
    found = each.override
    if found is None:
        return ""
    words: Mapping[str, Label] = {
        "valid": {"en": f"until {found.until}, {person}", "zh": f"{person}批准，至 {found.until}"},
        "expired": {"en": f"ended {found.until}", "zh": f"已于 {found.until} 到期"},
        "future": {"en": f"from {found.from_}", "zh": f"{found.from_} 起生效"},
        "incomplete": {"en": f"incomplete: {', '.join(found.missing)}", "zh": f"不完整：缺 {'、'.join(found.missing)}"},
        "other": {"en": f"for tier {found.tier}", "zh": f"针对 {found.tier} 级"},
    }
    return words[each.override_state][lang]


def exception_command(each: Assessment) -> str:
    """The command that lets an account keep its tier against the points, for a time and with a reason."""
    needs = " ".join(f"tier_override.{name}=…" for name in ("why", "by", "until"))
    return f"kam set {each.account} tier_override.tier={each.tier} {needs}"


def advice(each: Assessment, lang: str) -> str:
    """What to do about an account, in a sentence with the command; empty where nothing is to be done."""
    follows = each.score.tier
    if each.status == DIFFERS:
        return {
            "en": f"take tier {follows}: {each.command}",
            "zh": f"改为 {follows} 级：{each.command}",
        }[lang]
    if each.status == OVERRIDDEN and each.override is not None:
        return {
            "en": f"nothing until {each.override.until}; then {follows} or decide anew",
            "zh": f"{each.override.until} 前维持；到期改为 {follows} 级或重新特批",
        }[lang]
    if each.status == NO_TIER:
        return {"en": f"write the tier: {each.command}", "zh": f"填写级别：{each.command}"}[lang]
    if each.status == NO_SCORE and each.score.total is not None:
        return {
            "en": "fewer points than any tier begins with; the tier stays as it is",
            "zh": "得分低于各级分数线，维持现有级别",
        }[lang]
    if each.status == NO_SCORE:
        return {"en": "no figures yet; the tier stays as it is", "zh": "暂无数据，维持现有级别"}[lang]
    if each.has_idle_override:
        return {"en": f"the exception is not needed any more: {each.command}", "zh": f"特批已无必要：{each.command}"}[
            lang
        ]
    return ""
