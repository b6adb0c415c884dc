"""From facts to figures. Sums stay decimal; a quotient is taken once, at the end, to 28 digits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Context, Decimal
from typing import Any

from kam.kpi.definition import Kpi
from kam.kpi.result import Figure
from kam.model.schema import Label

EXACT = Context(prec=34)
Row = Sequence[Any]


@dataclass(frozen=True)
class Aggregation:
    """``select`` makes one row a group out of ``{facts}`` with columns ``key`` first; ``finish`` makes the figure."""

    select: str
    finish: Callable[[Kpi, Row], Figure]


BY_GROUP = "SELECT key, {columns} FROM {{facts}} GROUP BY key ORDER BY key NULLS LAST"
BY_ACCOUNT = (
    "SELECT key, count(s), list(s ORDER BY s DESC), CAST(sum(c) AS BIGINT), count(*) FILTER (c > 1) FROM"
    " (SELECT key, account, sum(numerator) AS s, count(numerator) AS c FROM {facts} GROUP BY key, account)"
    " WHERE c > 0 GROUP BY key ORDER BY key NULLS LAST"
)


def _ratio(kpi: Kpi, row: Row) -> Figure:
    n, numerator, denominator = row
    if not n or not denominator:
        return _nothing(kpi, n, numerator, denominator)
    return Figure(_divide(numerator or Decimal(0), denominator) * kpi.scale, n, numerator or Decimal(0), denominator)


def _sum(kpi: Kpi, row: Row) -> Figure:
    n, total = row
    return Figure(total, n, total) if n else _nothing(kpi, n)


def _count(kpi: Kpi, row: Row) -> Figure:
    n, counted = row
    return Figure(Decimal(counted), n, Decimal(counted))


def _mean(kpi: Kpi, row: Row) -> Figure:
    n, total = row
    return Figure(_divide(total, Decimal(n)), n, total, Decimal(n)) if n else _nothing(kpi, n)


def _median(kpi: Kpi, row: Row) -> Figure:
    n, middle = row
    return Figure(_divide(sum(middle, Decimal(0)), Decimal(len(middle))), n) if n else _nothing(kpi, n)


def _share(kpi: Kpi, row: Row) -> Figure:
    n, total, whole = row
    return _ratio(kpi, (n, total, whole))


def _concentration(kpi: Kpi, row: Row) -> Figure:
    _, sums, n, _ = row
    positive = [s for s in sums if s > 0]
    whole = sum(positive, Decimal(0))
    if not whole:
        return _nothing(kpi, n)
    squares = sum((EXACT.multiply(s, s) for s in positive), Decimal(0))
    value = _divide(squares, EXACT.multiply(whole, whole)) * kpi.scale
    return Figure(value, n, None, whole, least=_divide(Decimal(kpi.scale), Decimal(len(positive))))


def _top_share(kpi: Kpi, row: Row) -> Figure:
    _, sums, n, _ = row
    positive = [s for s in sums if s > 0]
    figure = _ratio(kpi, (n, sum(positive[: kpi.top], Decimal(0)), sum(positive, Decimal(0))))
    if figure.value is None:
        return figure
    if len(positive) <= kpi.top:
        return replace(figure, value=None, reason=_only_these(len(positive), kpi.top))
    return replace(figure, least=_divide(Decimal(kpi.top * kpi.scale), Decimal(len(positive))))


def _repeat_rate(kpi: Kpi, row: Row) -> Figure:
    accounts, _, _, repeated = row
    return _ratio(kpi, (accounts, Decimal(repeated), Decimal(accounts)))


def _simple(columns: str, finish: Callable[[Kpi, Row], Figure]) -> Aggregation:
    return Aggregation(BY_GROUP.format(columns=columns), finish)


MIDDLE = (
    "array_slice(list(numerator ORDER BY numerator) FILTER (numerator IS NOT NULL),"
    " (count(numerator) + 1) // 2, count(numerator) // 2 + 1)"
)
AGGREGATIONS = {
    "ratio": _simple("count(denominator), sum(numerator), sum(denominator)", _ratio),
    "sum": _simple("count(numerator), sum(numerator)", _sum),
    "count": _simple("count(*), count(*)", _count),
    "count_distinct": _simple("count(*), count(DISTINCT account)", _count),
    "mean": _simple("count(numerator), sum(numerator)", _mean),
    "median": _simple(f"count(numerator), {MIDDLE}", _median),
    "share": _simple("count(numerator), sum(numerator), any_value(whole)", _share),
    "concentration": Aggregation(BY_ACCOUNT, _concentration),
    "top_share": Aggregation(BY_ACCOUNT, _top_share),
    "repeat_rate": Aggregation(BY_ACCOUNT, _repeat_rate),
}
EMPTY_ROWS: dict[str, Row] = {
    "ratio": (0, None, None),
    "share": (0, None, None),
    "median": (0, []),
    "concentration": (0, [], 0, 0),
    "top_share": (0, [], 0, 0),
    "repeat_rate": (0, [], 0, 0),
}
"""The row of a group without facts; ``(0, 0)`` where it is not listed."""


def make_figure(kpi: Kpi, row: Row | None) -> Figure:
    """The figure of a row that the aggregation's query gave (without the key), None where it gave no row."""
    figure = AGGREGATIONS[kpi.aggregation].finish(kpi, EMPTY_ROWS.get(kpi.aggregation, (0, 0)) if row is None else row)
    if figure.value is not None and figure.n < kpi.min_facts:
        return Figure(None, figure.n, figure.numerator, figure.denominator, _too_few(figure.n, kpi.min_facts))
    return figure


def _divide(a: Decimal, b: Decimal) -> Decimal:
    return EXACT.divide(a, b)


def _nothing(kpi: Kpi, n: int, numerator: Decimal | None = None, denominator: Decimal | None = None) -> Figure:
    reason = kpi.empty or {"en": "nothing to count", "zh": "没有可统计的记录"}
    return Figure(None, n, numerator, denominator, reason)


def _only_these(count: int, top: int) -> Label:
    return {
        "en": f"too few accounts: {count} with sales, so that the {top} largest are all of them",
        "zh": f"客户数太少：有销售额的客户仅 {count} 个，前 {top} 个即全部",
    }


def _too_few(n: int, needed: int) -> Label:
    return {"en": f"only {n} of the {needed} records it needs", "zh": f"样本不足：仅 {n} 条，至少需要 {needed} 条"}
