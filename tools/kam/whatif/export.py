"""Comparisons as plain data, in the form other programs read (see ``kam kpi --with … --format json``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from kam.kpi.export import exact, figure_json
from kam.kpi.result import FactRow
from kam.model.schema import Label
from kam.whatif.compare import Both, BothFacts, Comparison

HEADS = (
    "kpi", "title", "unit", "grouping", "key", "label", "as_of", "today", "assumed", "difference", "n_today",
    "n_assumed", "reason_today", "reason_assumed",
)  # fmt: skip
FACT_HEADS = (
    "kpi", "record", "account", "person", "at", "numerator_today", "denominator_today", "numerator_assumed",
    "denominator_assumed",
)  # fmt: skip


def as_json(
    compared: Iterable[Comparison],
    as_of: date,
    revision: str | None,
    lang: str,
    assumed: Mapping[str, Any],
    left_out: Sequence[str],
) -> dict[str, Any]:
    """One document: the day, the commit the records stand at, what was assumed, each KPI as it is and would be, and the
    ids of the records that were left out because of errors."""
    return {
        "as_of": as_of.isoformat(),
        "revision": revision,
        "assumed": dict(assumed),
        "kpis": [_kpi(each, lang) for each in compared],
        "left_out": list(left_out),
    }


def as_rows(compared: Iterable[Comparison], lang: str) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """Flat rows with their heads: of figures, groups and trend points; of facts where they were asked for."""
    listed = list(compared)
    if any(each.today.facts or each.assumed.facts for each in listed):
        return FACT_HEADS, [_fact_row(each.today.id, pair) for each in listed for pair in each.facts]
    rows: list[tuple[Any, ...]] = []
    for each in listed:
        r = each.assumed
        head = (r.id, r.title.get(lang, ""), r.unit)
        rows.append((*head, "", None, "", r.window.to, *_cells(each.figure, lang)))
        for group in each.by:
            label = (group.label or {}).get(lang, "")
            rows.append((*head, r.grouping, group.key, label, r.window.to, *_cells(group, lang)))
            earlier = [each for each in group.trend if each.as_of != r.window.to]
            rows += [(*head, r.grouping, group.key, label, each.as_of, *_cells(each, lang)) for each in earlier]
        for point in each.trend:
            rows.append((*head, "trend", None, "", point.as_of, *_cells(point, lang)))
    return HEADS, rows


def _cells(both: Both, lang: str) -> tuple[Any, ...]:
    one, other = both.today, both.assumed
    reasons = (_text(one.reason, lang), _text(other.reason, lang))
    return exact(one.value), exact(other.value), exact(both.difference), one.told_n, other.told_n, *reasons


def _fact_row(kpi: str, pair: BothFacts) -> tuple[Any, ...]:
    f = pair.row
    sides = [(each.numerator, each.denominator) if each else (None, None) for each in (pair.today, pair.assumed)]
    return (kpi, f.record, f.account, f.person, f.at, *sides[0], *sides[1])


def _kpi(each: Comparison, lang: str) -> dict[str, Any]:
    r = each.assumed
    first = r.window.from_.isoformat() if r.window.from_ else None
    status = {"today": each.today.status, "assumed": r.status}
    return {
        "id": r.id,
        "title": r.title.get(lang, ""),
        "unit": r.unit,
        "better": r.better,
        "window": {"from": first, "to": r.window.to.isoformat()},
        **_both(each.figure, lang),
        "status": status,
        "is_moved": each.is_moved,
        "grouping": r.grouping or None,
        "by_reason": _text(r.by_reason, lang),
        "by": [
            {"key": g.key, "label": _text(g.label, lang), **_both(g, lang), "trend": _trend(g.trend, lang)}
            for g in each.by
        ],
        "trend": _trend(each.trend, lang),
        "facts": [_fact(pair) for pair in each.facts],
    }


def _both(both: Both, lang: str) -> dict[str, Any]:
    return {
        "today": figure_json(both.today, lang),
        "assumed": figure_json(both.assumed, lang),
        "difference": exact(both.difference),
    }


def _trend(points: Iterable[Both], lang: str) -> list[dict[str, Any]]:
    return [{"as_of": each.as_of.isoformat() if each.as_of else None, **_both(each, lang)} for each in points]


def _fact(pair: BothFacts) -> dict[str, Any]:
    f = pair.row
    at = f.at.isoformat() if f.at else None
    sides = {"today": _side(pair.today), "assumed": _side(pair.assumed)}
    return {"record": f.record, "account": f.account, "person": f.person, "at": at, **sides}


def _side(fact: FactRow | None) -> dict[str, Any] | None:
    return None if fact is None else {"numerator": exact(fact.numerator), "denominator": exact(fact.denominator)}


def _text(words: Label | None, lang: str) -> str | None:
    return None if words is None else words.get(lang, "")
