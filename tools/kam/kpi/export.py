"""KPIs as plain data, in the form other programs read (see ``kam kpi --format json``)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kam.kpi.definition import Target
from kam.kpi.result import FactRow, Figure, Group, KpiResult, Point
from kam.model.schema import Label

if TYPE_CHECKING:
    import pyarrow as pa

DIGITS = Decimal("1e-10")
COLUMNS: dict[str, Label] = {
    "kpi": {"en": "KPI", "zh": "指标"},
    "title": {"en": "Title", "zh": "名称"},
    "unit": {"en": "Unit", "zh": "单位"},
    "from": {"en": "First day of the window", "zh": "统计期开始"},
    "to": {"en": "Last day of the window", "zh": "统计期结束"},
    "grouping": {"en": "Grouping; empty for the whole", "zh": "分组方式，总体为空"},
    "key": {"en": "Group", "zh": "分组"},
    "label": {"en": "Name of the group", "zh": "分组名称"},
    "as_of": {"en": "As of", "zh": "截至"},
    "value": {"en": "Value", "zh": "数值"},
    "n": {"en": "Records behind it", "zh": "记录数"},
    "numerator": {"en": "Numerator", "zh": "分子"},
    "denominator": {"en": "Denominator", "zh": "分母"},
    "status": {"en": "Against the target", "zh": "达标情况"},
    "reason": {"en": "Why there is no value", "zh": "无数值的原因"},
}
"""Column of the flat form → what it holds."""
HEADS = tuple(COLUMNS)
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
            name = (*head, r.grouping, g.key, g.label.get(lang, ""))
            rows.append((*name, day, *_cells(g.figure, g.status, lang)))
            rows += [(*name, p.as_of, *_cells(p.figure, "", lang)) for p in g.trend if p.as_of != day]
        for p in r.trend:
            rows.append((*head, "trend", None, "", p.as_of, *_cells(p.figure, "", lang)))
    return HEADS, rows


def as_table(results: Iterable[KpiResult], lang: str) -> pa.Table:
    """The flat rows as columns of Arrow, of the same types whatever stands in them."""
    heads, rows = as_rows(results, lang)
    return rows_table(heads, rows)


def rows_table(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> pa.Table:
    """Rows of figures or facts as columns of Arrow; days are dates, figures decimals."""
    import pyarrow as pa

    kinds = {"n": pa.int64(), **dict.fromkeys(("from", "to", "as_of", "at"), pa.date32())}
    kinds |= dict.fromkeys(("value", "numerator", "denominator"), pa.decimal128(38, 10))
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(heads)
    return pa.table(
        {head: pa.array(values, kinds.get(head, pa.string())) for head, values in zip(heads, columns, strict=True)}
    )


def exact(value: Decimal | None) -> Decimal | None:
    """A figure for machines: ten decimals, which loses nothing of money and quantities."""
    if value is None:
        return None
    rounded = value.quantize(DIGITS) if value.adjusted() < 17 else value
    return abs(rounded) if rounded == 0 else rounded


def _cells(f: Figure, status: str, lang: str) -> tuple[Any, ...]:
    return (
        exact(f.value),
        f.told_n,
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
        **figure_json(r.figure, lang),
        "target": _target(r.target),
        "status": r.status,
        "grouping": r.grouping or None,
        "by_reason": _text(r.by_reason, lang),
        "by": [_group(g, lang) for g in r.by],
        "trend": _points(r.trend, lang),
        "facts": [_fact(f) for f in r.facts],
    }


def figure_json(figure: Figure, lang: str) -> dict[str, Any]:
    """A figure as plain data; of a withheld or failed one it is not told of how many records it was made."""
    return {
        "value": exact(figure.value),
        "n": figure.told_n,
        "numerator": exact(figure.numerator),
        "denominator": exact(figure.denominator),
        "reason": _text(figure.reason, lang),
    }


def _group(group: Group, lang: str) -> dict[str, Any]:
    figure = figure_json(group.figure, lang)
    target = _target(group.target)
    own = {"key": group.key, "label": _text(group.label, lang), **figure, "target": target, "status": group.status}
    return own | ({"trend": _points(group.trend, lang)} if group.trend else {})


def _points(points: Iterable[Point], lang: str) -> list[dict[str, Any]]:
    return [{"as_of": p.as_of.isoformat(), **figure_json(p.figure, lang)} for p in points]


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
