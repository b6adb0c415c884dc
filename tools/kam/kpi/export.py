"""KPIs as plain data, in the form other programs read (see ``kam kpi --format json``)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from kam.kpi.definition import Target
from kam.kpi.result import FactRow, Figure, Group, KpiResult
from kam.model.schema import Label

DIGITS = Decimal("1e-10")
HEADS = (
    "kpi", "title", "unit", "from", "to", "grouping", "key", "label", "as_of", "value", "n", "numerator",
    "denominator", "status", "reason",
)  # fmt: skip
FACT_HEADS = ("kpi", "record", "account", "person", "at", "numerator", "denominator")


def as_json(
    results: Iterable[KpiResult], as_of: date, revision: str | None, lang: str, left_out: Sequence[str]
) -> dict[str, Any]:
    """One document: the day, the commit the records stand at (None without Git), the KPIs in order, and the ids
    of the records that were left out because of errors."""
    return {
        "as_of": as_of.isoformat(),
        "revision": revision,
        "kpis": [_kpi(result, lang) for result in results],
        "left_out": list(left_out),
    }


def as_rows(results: Iterable[KpiResult], lang: str) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """Flat rows with their heads: of figures, groups and trend points; of facts where they were asked for."""
    listed = list(results)
    if any(result.facts for result in listed):
        facts = [
            (r.id, f.record, f.account, f.person, f.at, f.numerator, f.denominator) for r in listed for f in r.facts
        ]
        return FACT_HEADS, facts
    rows: list[tuple[Any, ...]] = []
    for r in listed:
        head = (r.id, r.title.get(lang, ""), r.unit, r.window.from_, r.window.to)
        day = r.window.to
        rows.append((*head, "", None, "", day, *_cells(r.figure, r.status, lang)))
        if r.by_reason:
            rows.append((*head, r.asked_by, None, "", day, *_cells(Figure(None, 0, reason=r.by_reason), "none", lang)))
        for g in r.by:
            rows.append((*head, r.grouping, g.key, g.label.get(lang, ""), day, *_cells(g.figure, g.status, lang)))
        for p in r.trend:
            rows.append((*head, "trend", None, "", p.as_of, *_cells(p.figure, "", lang)))
    return HEADS, rows


def exact(value: Decimal | None) -> Decimal | None:
    """A figure for machines: ten decimals, which loses nothing of money and quantities."""
    if value is None:
        return None
    rounded = value.quantize(DIGITS) if value.adjusted() < 17 else value
    return abs(rounded) if rounded == 0 else rounded


def _cells(f: Figure, status: str, lang: str) -> tuple[Any, ...]:
    return (
        exact(f.value),
        None if f.withheld else f.n,
        exact(f.numerator),
        exact(f.denominator),
        status,
        _text(f.reason, lang),
    )


def _kpi(r: KpiResult, lang: str) -> dict[str, Any]:
    first = r.window.from_.isoformat() if r.window.from_ else None
    return {
        "id": r.id,
        "title": r.title.get(lang, ""),
        "unit": r.unit,
        "better": r.better,
        "window": {"from": first, "to": r.window.to.isoformat()},
        **_figure(r.figure, lang),
        "target": _target(r.target),
        "status": r.status,
        "grouping": r.grouping or None,
        "by_reason": _text(r.by_reason, lang),
        "by": [_group(g, lang) for g in r.by],
        "trend": [{"as_of": p.as_of.isoformat(), **_figure(p.figure, lang)} for p in r.trend],
        "facts": [_fact(f) for f in r.facts],
    }


def _figure(figure: Figure, lang: str) -> dict[str, Any]:
    return {
        "value": exact(figure.value),
        "n": None if figure.withheld else figure.n,
        "numerator": exact(figure.numerator),
        "denominator": exact(figure.denominator),
        "reason": _text(figure.reason, lang),
    }


def _group(group: Group, lang: str) -> dict[str, Any]:
    figure = _figure(group.figure, lang)
    target = _target(group.target)
    return {"key": group.key, "label": _text(group.label, lang), **figure, "target": target, "status": group.status}


def _fact(fact: FactRow) -> dict[str, Any]:
    return {
        "record": fact.record,
        "account": fact.account,
        "person": fact.person,
        "at": fact.at.isoformat() if fact.at else None,
        "numerator": exact(fact.numerator),
        "denominator": exact(fact.denominator),
    }


def _target(target: Target) -> dict[str, Decimal | None] | None:
    if target.good is None and target.watch is None:
        return None
    return {"good": target.good, "watch": target.watch}


def _text(words: Label | None, lang: str) -> str | None:
    return None if words is None else words.get(lang, "")
