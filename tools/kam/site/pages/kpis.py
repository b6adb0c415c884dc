"""The KPIs: an overview, and a page for each with definition, value, trend and the records behind it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from markupsafe import Markup

from kam.kpi.definition_text import describe_definition
from kam.kpi.labels import label_grouping
from kam.kpi.worked import work_out
from kam.site.attention import HEALTH, health_parts
from kam.site.charts import trend_chart
from kam.site.figures import Shown, show_all, show_group, show_result, value_text
from kam.site.page import Page
from kam.site.places import ON_PAGE, account_page
from kam.site.show import group
from kam.site.sources import count_early
from kam.site.view import View

if TYPE_CHECKING:
    from kam.kpi import FactRow, Group, KpiResult

QUOTIENTS = ("ratio", "formula", "mean")
"""Aggregations with two sides."""


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
    facts = [_fact(view, fact, side, page) for fact, side in _with_sides(view, result)]
    facts.sort(key=lambda each: (each["at"], each["id"]), reverse=True)
    by = [_by_line(view, result, part) for part in result.by]
    has_parts = any(each["numerator"] or each["denominator"] for each in facts)
    settings = view.snapshot.settings

    def name(grouping: str) -> str:
        return view.label(label_grouping(grouping, settings))

    return view.page(
        page,
        "kpi.html",
        view.label(result.title) or result.id,
        search=True,
        hide=("toc",),
        figure=show_result(view, result),
        meaning=view.label(kpi.meaning),
        definition=list(describe_definition(kpi, view.lang, settings.currencies.base, name)),
        query=kpi.sql.strip(),
        worked=_worked(result, view),
        id=result.id,
        window=_window(view, result),
        numerator=_number(result.figure.numerator),
        denominator=_number(result.figure.denominator),
        **_trend(view, result),
        by=by,
        has_states=any(line.status != "none" or line.reason for _, _, line in by),
        behind=_behind(view, result),
        parts=list(_by_part(view)) if result.id == HEALTH else [],
        facts=facts[:ON_PAGE],
        facts_count=len(facts),
        has_people=any(each["person"] for each in facts),
        has_parts=has_parts,
        has_sides=not has_parts and any(each["side"] for each in facts),
    )


def _window(view: View, result: KpiResult) -> Markup:
    """First and last day, neither broken."""
    start, end = result.window.from_, result.window.to
    if start is None:
        return Markup('<span class="kam-nowrap">{}</span>').format(view.word("until", day=end.isoformat()))
    day = Markup('<span class="kam-nowrap">{}</span>')
    return day.format(f"{start.isoformat()} –") + " " + day.format(end.isoformat())


def _worked(result: KpiResult, view: View) -> dict[str, object] | None:
    """How all records come to the value; without their numbers where these are not for everybody to see."""
    if not result.facts:
        return None
    has_parts = any(fact.numerator is not None or fact.denominator is not None for fact in result.facts)
    is_whole = has_parts and len(result.facts) >= result.n
    worked = work_out(result, amounts=is_whole)
    if worked is None:
        return None
    return {"steps": [view.label(step) for step in worked.steps], "is_partly": not is_whole}


def _trend(view: View, result: KpiResult) -> dict[str, object]:
    """The chart, and what is to be said of it: where its axis begins, and until when its windows were not full."""
    early = count_early(view, result)
    chart = trend_chart(view, result, early)
    if chart is None:
        return {"chart": None, "begins": "", "early": "", "axis_unit": ""}
    begins = " ".join(value_text(view, result.kpi, chart.begins)).strip() if chart.begins is not None else ""
    full = result.trend[early].as_of.isoformat()[:7] if early and early < len(result.trend) else ""
    hint = view.word("early_until", month=full) if full else view.word("early_all") if early else ""
    unit = value_text(view, result.kpi, Decimal(0))[1]
    return {"chart": (Markup(chart.wide), Markup(chart.narrow)), "begins": begins, "early": hint, "axis_unit": unit}


def _behind(view: View, result: KpiResult) -> str:
    """``3 accounts, 8 records``; a dash where this is withheld."""
    found = view.snapshot.behind.get(result.id)
    if result.figure.withheld:
        return "–"
    if found is None or not found.records:
        return group(result.n)
    accounts = view.word("n_accounts", n=len(found.accounts)) if found.accounts else ""
    records = view.word("n_records", n=group(found.records))
    if found.rows > found.records:
        records = view.word("in_rows", records=records, n=group(found.rows))
    return view.word("comma_long").join(filter(None, (accounts, records)))


def _with_sides(view: View, result: KpiResult) -> Iterator[tuple[FactRow, str]]:
    """The records with what each row counts in; nothing where all count in the same."""
    found = view.snapshot.behind.get(result.id)
    has_sides = found is not None and found.has_sides and result.kpi.aggregation in QUOTIENTS
    left = {record: iter(sides) for record, sides in found.sides.items()} if found and has_sides else {}
    for fact in result.facts:
        side = next(left.get(fact.record, iter(())), "")
        yield fact, view.word(f"counts_in_{side}") if side else ""


def _by_part(view: View) -> Iterator[tuple[str, str, list[dict[str, str]]]]:
    """Each part of the health score: name, mean of its points, and the accounts with value, points and weight."""
    lines: dict[str, list[dict[str, str]]] = {}
    for account in view.snapshot.accounts:
        for part in health_parts(view, account):
            line = {**part, "account": view.shower.account(account), "account_page": account_page(account)}
            lines.setdefault(part["title"], []).append(line)
    for title, parts in lines.items():
        points = [Decimal(each["points"]) for each in parts if each["points"]]
        mean = sum(points, Decimal(0)) / len(points) if points else None
        yield title, "–" if mean is None else str(mean.quantize(Decimal(1), ROUND_HALF_UP)), parts


def _by_line(view: View, result: KpiResult, part: Group) -> tuple[str, str, Shown]:
    key = part.key or ""
    has_page = key in view.snapshot.profiles or key in view.snapshot.by_account
    name = view.shower.account(key) if has_page else view.label(part.label) or key or view.word("none")
    return name, account_page(key) if has_page else "", show_group(view, result, part)


def _fact(view: View, fact: FactRow, side: str, page: str) -> dict[str, str]:
    """One record behind the value."""
    return {
        "id": fact.record,
        "side": side,
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
