"""KPIs as readers see them: digits, units, states and trends in words and lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from kam.site.show import group
from kam.site.words import label, word

if TYPE_CHECKING:
    from kam.kpi import Group, Kpi, KpiResult
    from kam.kpi.definition import Target
    from kam.kpi.result import Figure
    from kam.site.view import View

MONEY = "money"
STATUSES = ("bad", "watch", "good", "none")
WIDTH, HEIGHT = 120.0, 28.0


@dataclass(frozen=True, slots=True)
class Shown:
    """A KPI's value in words. ``status`` is ``good``, ``watch``, ``bad`` or ``none``; ``points`` draw the trend.

    ``n`` is the number of records behind it, a dash where that is withheld.
    """

    id: str
    title: str
    page: str
    value: str
    unit: str
    status: str
    status_word: str
    target: str
    reason: str
    n: str
    has_value: bool
    is_money: bool
    points: str = ""
    has_failed: bool = False


def show_result(view: View, result: KpiResult) -> Shown:
    """A KPI of the whole portfolio."""
    points = spark_points([point.figure.value for point in result.trend])
    behind = view.snapshot.behind.get(result.id)
    n = behind.records if behind else 0
    return _show(view, result, result.figure, result.target, result.status, points=points, n=n)


def show_group(view: View, result: KpiResult, part: Group) -> Shown:
    """A KPI of one account (or another part of the facts)."""
    behind = view.snapshot.behind.get(result.id)
    n = len(behind.accounts.get(part.key or "", ())) if behind else 0
    return _show(view, result, part.figure, part.target, part.status, n=n)


def show_account(view: View, account: str) -> list[Shown]:
    """The KPIs of one account: those that have a value for it, those off target first."""
    parts = view.snapshot.kpi_parts.get(account, {})
    return worst_first(
        show_group(view, result, part)
        for result in view.snapshot.kpis
        for part in parts.get(result.id, ())
        if part.figure.value is not None
    )


def worst_first(shown: Iterable[Shown]) -> list[Shown]:
    """Off target, then to be watched, then on target, then what has no target."""
    return sorted(shown, key=lambda each: STATUSES.index(each.status))


def show_all(view: View, results: Iterable[KpiResult]) -> list[Shown]:
    """The KPIs of the whole portfolio, in the order given."""
    return [show_result(view, result) for result in results]


def value_text(view: View, kpi: Kpi, value: Decimal | None) -> tuple[str, str]:
    """Digits and unit of a value: ``("63.2", "%")``; a dash where there is none. Rounded here, once."""
    if value is None:
        return "–", ""
    from kam.kpi.show import show_number, show_unit

    text = show_number(value, kpi.decimals).replace("-", "−")
    if kpi.unit == MONEY:
        return text, view.snapshot.settings.currencies.base
    return text, show_unit(kpi.unit, view.lang)


def spark_points(values: Sequence[Decimal | None]) -> str:
    """The points of a small trend line, for an SVG ``polyline``; empty with fewer than two values."""
    known = [(at, float(v)) for at, v in enumerate(values) if v is not None]
    if len(known) < 2:
        return ""
    low, high = min(v for _, v in known), max(v for _, v in known)
    span, flat = high - low, 0.5 if low else 1.0
    step = WIDTH / max(1, len(values) - 1)
    return " ".join(
        f"{at * step:.1f},{2 + (HEIGHT - 4) * (1 - (v - low) / span if span else flat):.1f}" for at, v in known
    )


def _show(
    view: View, result: KpiResult, figure: Figure, target: Target, status: str, *, n: int, points: str = ""
) -> Shown:
    from kam.kpi.show import show_target

    text, unit = value_text(view, result.kpi, figure.value)
    return Shown(
        id=result.id,
        title=label(result.title, view.lang) or result.id,
        page=f"kpis/{result.id}",
        value=text,
        unit=unit,
        status=status,
        status_word=word(f"status_{status}", view.lang),
        target=show_target(result.kpi, target, view.lang, view.snapshot.settings.currencies.base),
        reason=label(figure.reason, view.lang) if figure.reason else "",
        n="–" if figure.withheld else group(n or figure.n),
        has_value=figure.value is not None,
        is_money=result.kpi.unit == MONEY,
        points=points,
        has_failed=result.failed,
    )
