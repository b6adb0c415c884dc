"""KPIs as readers see them: digits, units, states and trends in words and lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kam.site.places import ON_PAGE
from kam.site.show import group
from kam.site.words import label, word

if TYPE_CHECKING:
    from kam.kpi import KpiResult
    from kam.site.view import View

MONEY = ("money", "currency")
PERCENT = ("percent", "%")
FACTS_SHOWN = ON_PAGE


@dataclass(frozen=True, slots=True)
class Figure:
    """A KPI's value in words. ``status`` is ``good``, ``watch``, ``bad`` or ``none``."""

    id: str
    title: str
    page: str
    value: str
    unit: str
    status: str
    status_word: str
    target: str
    reason: str
    n: int
    points: str


def make_figure(view: View, result: KpiResult, part: Any = None) -> Figure:
    """The figure of a KPI, of the whole portfolio or of one ``part`` of its grouping."""
    source = part if part is not None else result
    value = _get(source, "value")
    status = str(_get(source, "status") or "none")
    target = _get(source, "target") if part is not None else result.target
    text, unit = value_text(view, result.unit, value)
    target_text = " ".join(filter(None, value_text(view, result.unit, target))) if target is not None else ""
    return Figure(
        id=result.id,
        title=_title(view, result),
        page=f"kpis/{result.id}",
        value=text,
        unit=unit,
        status=status,
        status_word=word(f"status_{status}", view.lang),
        target=target_text,
        reason=_reason(view, source),
        n=int(_get(source, "n") or 0),
        points=spark_points([_get(p, "value") for p in result.trend]) if part is None else "",
    )


def value_text(view: View, unit: str, value: Any) -> tuple[str, str]:
    """Digits and unit of a value: ``("63.2", "%")``; a dash where there is none."""
    if value is None:
        return "–", ""
    number = Decimal(str(value))
    if unit in MONEY:
        return group(number, 0), view.snapshot.settings.currencies.base
    if unit in PERCENT:
        return group(number, 1), "%"
    whole = number == number.to_integral_value()
    text = group(number, 0 if whole or abs(number) >= 1000 else 1 if abs(number) >= 10 else 2)
    known = f"unit_{unit}"
    from kam.site.words import load_words

    return text, label(load_words()[known], view.lang) if known in load_words() else unit


def spark_points(values: Sequence[Any], width: float = 120, height: float = 28) -> str:
    """The points of a small trend line, for an SVG ``polyline``; empty with fewer than two values."""
    known = [(at, float(v)) for at, v in enumerate(values) if v is not None]
    if len(known) < 2:
        return ""
    low, high = min(v for _, v in known), max(v for _, v in known)
    span = (high - low) or 1.0
    step = width / max(1, len(values) - 1)
    return " ".join(f"{at * step:.1f},{2 + (height - 4) * (1 - (v - low) / span):.1f}" for at, v in known)


def figures(view: View, results: Iterable[KpiResult]) -> list[Figure]:
    """The figures of the whole portfolio, in the order given."""
    return [make_figure(view, result) for result in results]


def account_figures(view: View, account: str) -> list[Figure]:
    """The figures of one account: every KPI that has a value for it."""
    found = []
    for result in view.snapshot.kpis:
        part = next((p for p in result.by if _get(p, "key") == account), None)
        if part is not None and _get(part, "value") is not None:
            found.append(make_figure(view, result, part))
    return found


def _title(view: View, result: KpiResult) -> str:
    return label(result.title, view.lang) if not isinstance(result.title, str) else result.title


def _reason(view: View, source: Any) -> str:
    reason = _get(source, "reason") or ""
    return reason if isinstance(reason, str) else label(reason, view.lang)


def _get(source: Any, name: str) -> Any:
    return source.get(name) if isinstance(source, dict) else getattr(source, name, None)
