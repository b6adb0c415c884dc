"""KPIs as readers see them: digits, units, states and trends in words and lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from kam.site.show import group
from kam.site.sparks import Spark, make_spark, shorten
from kam.site.words import label, word

if TYPE_CHECKING:
    from kam.kpi import Group, Kpi, KpiResult
    from kam.kpi.definition import Target
    from kam.kpi.result import Figure
    from kam.site.view import View

MONEY = "money"
STATUSES = ("bad", "watch", "good", "none")


@dataclass(frozen=True, slots=True)
class Shown:
    """A KPI's value in words. ``status`` is ``good``, ``watch``, ``bad`` or ``none``; ``spark`` is the trend.

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
    spark: Spark | None = None
    has_failed: bool = False


def show_result(view: View, result: KpiResult) -> Shown:
    """A KPI of the whole portfolio."""
    spark = result_spark(view, result)
    behind = view.snapshot.behind.get(result.id)
    n = behind.records if behind else 0
    return _show(view, result, result.figure, result.target, result.status, spark=spark, n=n)


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


def result_spark(view: View, result: KpiResult) -> Spark | None:
    """The trend of a KPI of the whole portfolio as a small line."""
    from kam.kpi.show import show_value

    kpi, currency = result.kpi, view.snapshot.settings.currencies.base

    def say(value: Decimal) -> str:
        return show_value(kpi, value, view.lang, currency).replace("-", "−")

    def short(value: Decimal) -> str:
        return f"{shorten(value, view.lang)} {currency}" if kpi.unit == MONEY else say(value)

    return make_spark(view, [(point.as_of, point.figure.value) for point in result.trend], say, short)


def _show(
    view: View,
    result: KpiResult,
    figure: Figure,
    target: Target,
    status: str,
    *,
    n: int,
    spark: Spark | None = None,
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
        spark=spark,
        has_failed=result.failed,
    )
