"""``<!-- kam:kpis -->``: all KPIs by area, with how each is computed, its target, its owner and what it counts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kam.kpi import show_target
from kam.kpi.definition_text import show_window
from kam.site.places import relative
from kam.site.sources import find_gathered, find_sources

if TYPE_CHECKING:
    from kam.model.schema import RecordType
    from kam.site.view import View


def choices(view: View) -> Iterable[str]:
    """It takes no argument."""
    return ()


def render(view: View, page: str, argument: str) -> str:
    """A table for each area."""
    base = view.snapshot.settings.currencies.base
    areas: dict[str, list[dict[str, object]]] = {}
    for result in view.snapshot.kpis:
        kpi = result.kpi
        areas.setdefault(kpi.area, []).append(
            {
                "title": view.label(kpi.title) or kpi.id,
                "page": relative(page, f"kpis/{kpi.id}"),
                "formula": view.label(kpi.formula),
                "window": show_window(kpi.window, view.lang),
                "target": show_target(kpi, kpi.target, view.lang, base),
                "owner": view.label(kpi.owner),
                "sources": [
                    *((view.plural(each), _handbook(each, view, page)) for each in find_sources(kpi, view)),
                    *((view.label(each.label), "") for each in find_gathered(kpi)),
                ],
            }
        )
    return view.render_part(
        "kpi_table.html", page, areas=[(view.word(f"area_{area}"), rows) for area, rows in areas.items()]
    )


def _handbook(rtype: RecordType, view: View, page: str) -> str:
    target = view.handbook_page(rtype)
    return relative(page, target) if target else ""
