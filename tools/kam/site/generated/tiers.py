"""``<!-- kam:tiers -->``: the criteria of key accounts with what earns how many points, and where tiers begin."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kam.settings.tiers import Tiers, plain
from kam.site.tiers import find_kpi

if TYPE_CHECKING:
    from kam.site.view import View


def choices(view: View) -> Iterable[str]:
    """It takes no argument."""
    return ()


def render(view: View, page: str, argument: str) -> str:
    """The tables, or a sentence where the policy names no criteria."""
    from kam.kpi.tiers_text import band_texts, source_text

    settings = view.snapshot.settings
    tiers = settings.part(Tiers)
    rows = []
    for each in tiers.criteria:
        kpi = find_kpi(view, each)
        rows.append(
            {
                "title": view.label(each.title) or each.id,
                "source": source_text(each, kpi, settings, view.lang),
                "page": f"kpis/{kpi.id}" if kpi else "",
                "most": plain(each.most * each.weight),
                "bands": band_texts(each, kpi, settings, view.lang),
                "weight": "" if each.weight == 1 else plain(each.weight),
                "missing": view.word(f"missing_{each.missing}"),
            }
        )
    ends = [tiers.out_of, *(each.from_ for each in tiers.thresholds)]
    spans = [
        (each.tier, plain(each.from_), plain(end), at == 0)
        for at, (each, end) in enumerate(zip(tiers.thresholds, ends, strict=False))
    ]
    return view.render_part("criteria.html", page, rows=rows, spans=spans, out_of=plain(tiers.out_of))
