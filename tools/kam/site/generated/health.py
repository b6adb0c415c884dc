"""``<!-- kam:health -->``: what makes the health score, by weight, and from which values on."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from kam.kpi.definition import Kpi
from kam.settings.health import PROFILE, Health, HealthPart
from kam.site.figures import value_text

if TYPE_CHECKING:
    from kam.site.view import View


def choices(view: View) -> Iterable[str]:
    """It takes no argument."""
    return ()


def render(view: View, page: str, argument: str) -> str:
    """The table, or a sentence where the settings name no parts."""
    health = view.snapshot.settings.part(Health)
    kpis = {result.id: result.kpi for result in view.snapshot.kpis}
    total = sum((part.weight for part in health.parts), Decimal(0)) or Decimal(1)
    rows = [
        {
            "title": view.label(part.title),
            "page": f"kpis/{part.kpi}" if part.kpi in kpis else "",
            "source": view.label(kpis[part.kpi].title) if part.kpi in kpis else _field(view, part),
            "share": f"{part.weight * 100 / total:.0f} %",
            "points": _choices(view, part) if part.profile_field else _marks(view, part, kpis.get(part.kpi)),
        }
        for part in health.parts
    ]
    return view.render_part(
        "health.html", page, rows=rows, good=f"{health.good:f}", watch=f"{health.watch:f}", url=_way(page)
    )


def _way(page: str) -> object:
    from kam.site.places import relative

    return lambda target: relative(page, target)


def _field(view: View, part: HealthPart) -> str:
    field = view.snapshot.types[PROFILE].by_name.get(part.profile_field) if PROFILE in view.snapshot.types else None
    return view.label(field.label) if field else part.profile_field or part.kpi


def _choices(view: View, part: HealthPart) -> list[str]:
    field = view.snapshot.types[PROFILE].by_name.get(part.profile_field) if PROFILE in view.snapshot.types else None
    return [
        f"{view.shower.choice(field, name) if field else name} → {points:f}" for name, points in part.choices.items()
    ]


def _marks(view: View, part: HealthPart, kpi: Kpi | None) -> list[str]:
    found = []
    for mark in part.marks:
        value = " ".join(value_text(view, kpi, mark.value)).strip() if kpi else f"{mark.value:f}"
        found.append(
            view.word("health_at" if part.is_linear else "health_from", value=value, points=f"{mark.points:f}")
        )
    return found
