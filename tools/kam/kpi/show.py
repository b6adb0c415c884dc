"""Figures as people read them, rounded once, here."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from kam.kpi.definition import Kpi, Target
from kam.model.schema import Label

if TYPE_CHECKING:
    from kam.kpi.result import Figure

UNIT_WORDS: dict[str, Label] = {
    "percent": {"en": "%", "zh": "%"},
    "points": {"en": "points", "zh": "分"},
    "days": {"en": "days", "zh": "天"},
    "hours": {"en": "hours", "zh": "小时"},
    "count": {"en": "", "zh": ""},
    "index": {"en": "", "zh": ""},
    "times": {"en": "×", "zh": "次"},
    "multiple": {"en": "×", "zh": "倍"},
}


def show_n(figure: Figure) -> str:
    """Of how many records a figure was made; a dash where that is not told."""
    return "–" if figure.told_n is None else str(figure.told_n)


def show_value(kpi: Kpi, value: Decimal | None, lang: str, currency: str = "") -> str:
    """A value with its unit: ``25.0 %``, ``CNY 1,234,500``, ``42 days``; a dash where there is none."""
    if value is None:
        return "–"
    number = show_number(value, kpi.decimals)
    if kpi.unit == "money":
        return f"{currency} {number}".strip()
    if kpi.unit == "points" and value > 0:
        number = f"+{number}"
    word = show_unit(kpi.unit, lang)
    return f"{number} {word}".rstrip()


def show_number(value: Decimal, decimals: int) -> str:
    """Rounded half up, with commas; a zero has no sign."""
    rounded = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{abs(rounded) if rounded == 0 else rounded:,}"


def shown_difference(first: Decimal | None, second: Decimal | None, decimals: int) -> str:
    """The second less the first as both are shown, with a sign, so that readers can subtract what they see; ``≈ 0``
    where values that are not the same look the same, empty where one is missing."""
    if first is None or second is None:
        return ""
    one, other = (value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP) for value in (first, second))
    if one == other and first != second:
        return "≈ 0"
    text = show_number(other - one, decimals)
    return f"+{text}" if other > one else text


def show_unit(unit: str, lang: str) -> str:
    """The unit's word, empty where the number speaks for itself."""
    return UNIT_WORDS.get(unit, {}).get(lang, "")


def show_target(kpi: Kpi, target: Target, lang: str, currency: str = "") -> str:
    """The value from which the KPI is good, with its direction; empty where there is no target."""
    if target.good is None or kpi.better == "neither":
        return ""
    sign = "≥" if kpi.better == "higher" else "≤"
    return f"{sign} {show_value(kpi, target.good, lang, currency)}"
