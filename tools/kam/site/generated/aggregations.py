"""``<!-- kam:aggregations -->``: the ways in which a KPI's file can put its facts together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kam.kpi.definition_text import EXAMPLES, WAYS
from kam.site.places import relative

if TYPE_CHECKING:
    from kam.site.view import View


def choices(view: View) -> Iterable[str]:
    """It takes no argument."""
    return ()


def render(view: View, page: str, argument: str) -> str:
    """One table: name, what it does, an example, and whether groups add up to the total."""
    known = {result.id: result for result in view.snapshot.kpis}
    rows = []
    for name, label in WAYS.items():
        example = known.get(EXAMPLES.get(name, ""))
        rows.append(
            {
                "name": name,
                "way": view.label(label).format(top="N", value=view.word("agg_sql")),
                "example": view.label(example.title) if example else "",
                "page": relative(page, f"kpis/{example.id}") if example else "",
                "adds_up": view.word("yes") if name in ("sum", "count", "share") else view.word("no"),
            }
        )
    return view.render_part("aggregations.html", page, rows=rows)
