"""The KPIs: an overview, and a page for each with definition, value, trend and the records behind it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from markupsafe import Markup

from kam.kpi.definition_text import describe_definition
from kam.kpi.worked import work_out
from kam.site.charts import trend_chart
from kam.site.figures import show_all, show_group, show_result
from kam.site.page import Page
from kam.site.places import ON_PAGE, account_page
from kam.site.show import group
from kam.site.view import View

if TYPE_CHECKING:
    from kam.kpi import FactRow, Group, KpiResult


def render(view: View) -> Iterator[Page]:
    """``kpis/index`` and ``kpis/<id>``."""
    results = view.snapshot.kpis
    areas: dict[str, list[KpiResult]] = {}
    for result in results:
        areas.setdefault(result.kpi.area, []).append(result)
    yield view.page(
        "kpis/index",
        "kpis.html",
        view.word("kpis"),
        search=True,
        hide=("toc",),
        areas=[(view.word(f"area_{area}"), area, show_all(view, each)) for area, each in areas.items()],
    )
    for result in results:
        yield _kpi(view, result)


def _kpi(view: View, result: KpiResult) -> Page:
    page, kpi = f"kpis/{result.id}", result.kpi
    facts = sorted(result.facts, key=lambda f: (f.at.isoformat() if f.at else "", f.record), reverse=True)
    start, end = result.window.from_, result.window.to
    return view.page(
        page,
        "kpi.html",
        view.label(result.title) or result.id,
        search=True,
        hide=("toc",),
        figure=show_result(view, result),
        meaning=view.label(kpi.meaning),
        definition=list(describe_definition(kpi, view.lang, view.snapshot.settings.currencies.base)),
        query=kpi.sql.strip(),
        worked=_worked(result, view),
        id=result.id,
        window=f"{start.isoformat()} – {end.isoformat()}" if start else view.word("until", day=end.isoformat()),
        numerator=_number(result.figure.numerator),
        denominator=_number(result.figure.denominator),
        chart=Markup(trend_chart(view, result)),
        by=[_by_line(view, result, part) for part in result.by],
        facts=[_fact(view, fact, page) for fact in facts[:ON_PAGE]],
        facts_count=len(facts),
        has_parts=any(fact.numerator is not None or fact.denominator is not None for fact in facts),
    )


def _worked(result: KpiResult, view: View) -> dict[str, object] | None:
    """How all records come to the value; without their numbers where these are not for everybody to see."""
    has_parts = any(fact.numerator is not None or fact.denominator is not None for fact in result.facts)
    is_whole = has_parts and len(result.facts) >= result.n
    worked = work_out(result, amounts=is_whole)
    if worked is None:
        return None
    return {"steps": [view.label(step) for step in worked.steps], "is_partly": not is_whole}


def _by_line(view: View, result: KpiResult, part: Group) -> dict[str, object]:
    key = part.key or ""
    has_page = key in view.snapshot.profiles or key in view.snapshot.by_account
    name = view.shower.account(key) if has_page else view.label(part.label) or key or view.word("none")
    return {"name": name, "page": account_page(key) if has_page else "", "figure": show_group(view, result, part)}


def _fact(view: View, fact: FactRow, page: str) -> dict[str, object]:
    """One record behind the value."""
    return {
        "record": view.shower.record(fact.record, page),
        "account": view.shower.account(fact.account) if fact.account else "",
        "person": view.shower.person(fact.person) if fact.person else "",
        "at": fact.at.isoformat() if fact.at else "",
        "numerator": _number(fact.numerator),
        "denominator": _number(fact.denominator),
    }


def _number(value: Decimal | None) -> str:
    if value is None:
        return ""
    return group(value, 0 if value == value.to_integral_value() else 2)
