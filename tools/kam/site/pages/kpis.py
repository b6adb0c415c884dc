"""The KPIs: an overview, and a page for each with definition, value, trend and the records behind it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from kam.site.charts import trend_chart
from kam.site.figures import FACTS_SHOWN, MONEY, figures, make_figure, value_text
from kam.site.page import Page
from kam.site.places import account_page
from kam.site.view import View

if TYPE_CHECKING:
    from kam.kpi import KpiResult


def render(view: View) -> Iterator[Page]:
    """``kpis/index`` and ``kpis/<id>``."""
    results = view.snapshot.kpis
    yield view.page(
        "kpis/index",
        "kpis.html",
        view.word("kpis"),
        search=True,
        hide=("toc",),
        figures=figures(view, results),
        meanings={result.id: _meaning(view, result) for result in results},
    )
    for result in results:
        yield _kpi(view, result)


def _kpi(view: View, result: KpiResult) -> Page:
    page = f"kpis/{result.id}"
    figure = make_figure(view, result)
    facts = sorted(result.facts, key=lambda f: (str(f.at), str(f.record)), reverse=True)
    return view.page(
        page,
        "kpi.html",
        figure.title,
        search=True,
        hide=("toc",),
        figure=figure,
        result=result,
        meaning=_meaning(view, result),
        numerator=_part(view, result, result.numerator),
        denominator=_part(view, result, result.denominator),
        chart=Markup(trend_chart(view, result)),
        by=[_by_line(view, result, part) for part in result.by],
        facts=[_fact(view, result, fact, page) for fact in facts[:FACTS_SHOWN]],
        facts_count=len(facts),
        has_amounts=result.unit not in MONEY,
    )


def _meaning(view: View, result: KpiResult) -> Any:
    return view.definitions.get(result.id)


def _part(view: View, result: KpiResult, value: Any) -> str:
    unit = result.unit if result.unit in MONEY else ""
    return "" if value is None else " ".join(filter(None, value_text(view, unit, value)))


def _by_line(view: View, result: KpiResult, part: Any) -> dict[str, object]:
    figure = make_figure(view, result, part)
    key = str(part.key)
    has_page = key in view.snapshot.profiles or key in view.snapshot.by_account
    return {"name": view.shower.account(key), "page": account_page(key) if has_page else "", "figure": figure}


def _fact(view: View, result: KpiResult, fact: Any, page: str) -> dict[str, object]:
    """One record behind the value. Amounts of money stay out: one record's amount may be confidential."""
    record = str(fact.record).removeprefix("accounts/").replace(".md", "")
    return {
        "record": view.shower.record(record, page),
        "account": view.shower.account(str(fact.account or "")) if fact.account else "",
        "person": view.shower.person(str(fact.person)) if fact.person else "",
        "at": str(fact.at or "")[:10],
        "numerator": _part(view, result, fact.numerator),
        "denominator": _part(view, result, fact.denominator),
    }
