"""From facts to figures. Sums stay decimal; a quotient is taken once, at the end, to 34 digits."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from kam.kpi.definition import Kpi
from kam.kpi.result import Figure
from kam.model.exact import EXACT
from kam.model.schema import Label

ZERO = Decimal(0)
Number = Decimal | int | float


class Row(NamedTuple):
    """What SQL makes of the facts of a group. ``sums`` are those of each account or person, the largest first;
    ``value`` is that of a formula."""

    n: int = 0
    numerator: Number | None = None
    denominator: Number | None = None
    sums: Sequence[Decimal] | None = None
    value: Number | None = None


@dataclass(frozen=True)
class Aggregation:
    """The SQL of a ``Row``, and what makes the figure of it.

    With ``over`` (account or person) the numerators of each are put together first: to the sum ``s`` of ``c`` facts.
    ``worth`` is SQL for the same value in binary floating point, for many figures at once.
    """

    finish: Callable[[Kpi, Row], Figure]
    worth: str
    n: str
    numerator: str = "NULL"
    denominator: str = "NULL"
    sums: str = "NULL"
    over: str = ""


def _ratio(kpi: Kpi, row: Row) -> Figure:
    return _quotient(kpi, row, kpi.scale)


def _quotient(kpi: Kpi, row: Row, scale: int) -> Figure:
    numerator, denominator = _exact(row.numerator), _exact(row.denominator)
    if not row.n or not denominator:
        return _nothing(kpi, row.n, numerator, denominator)
    numerator = numerator or ZERO
    return Figure(_divide(numerator, denominator) * scale, row.n, numerator, denominator)


def _sum(kpi: Kpi, row: Row) -> Figure:
    total = _exact(row.numerator)
    return Figure(total, row.n, total) if row.n else _nothing(kpi, row.n)


def _count(kpi: Kpi, row: Row) -> Figure:
    counted = _exact(row.numerator)
    return _nothing(kpi, row.n) if counted is None else Figure(counted, row.n, counted)


def _mean(kpi: Kpi, row: Row) -> Figure:
    return _quotient(kpi, row, 1) if row.n else _nothing(kpi, row.n)


def _median(kpi: Kpi, row: Row) -> Figure:
    figure = _mean(kpi, row)
    return replace(figure, numerator=None, denominator=None)


def _concentration(kpi: Kpi, row: Row) -> Figure:
    positive, whole = [s for s in row.sums or () if s > 0], _exact(row.denominator)
    if not whole:
        return _nothing(kpi, row.n)
    squares = sum((EXACT.multiply(s, s) for s in positive), ZERO)
    value = _divide(squares, EXACT.multiply(whole, whole)) * kpi.scale
    return Figure(value, row.n, None, whole, least=_divide(Decimal(kpi.scale), Decimal(len(positive))))


def _top_share(kpi: Kpi, row: Row) -> Figure:
    figure, count = _ratio(kpi, row), sum(s > 0 for s in row.sums or ())
    if figure.value is None:
        return figure
    if count <= kpi.top:
        return replace(figure, value=None, reason=_only_these(count, kpi.top))
    return replace(figure, least=_divide(Decimal(kpi.top * kpi.scale), Decimal(count)))


def _gini(kpi: Kpi, row: Row) -> Figure:
    sums, whole = row.sums or (), _exact(row.denominator)
    count = len(sums)
    if count < 2 or not whole or sums[-1] < 0:
        return _no_spread(kpi, row, whole)
    ranked = sum((EXACT.multiply(Decimal(count - 1 - 2 * at), s) for at, s in enumerate(sums)), ZERO)
    return Figure(_divide(ranked, EXACT.multiply(Decimal(count), whole)) * kpi.scale, row.n, None, whole)


def _max_to_mean(kpi: Kpi, row: Row) -> Figure:
    sums, whole = row.sums or (), _exact(row.denominator)
    count = len(sums)
    if count < 2 or not whole or sums[-1] < 0:
        return _no_spread(kpi, row, whole)
    return Figure(_divide(EXACT.multiply(sums[0], Decimal(count)), whole) * kpi.scale, row.n, None, whole)


def _no_spread(kpi: Kpi, row: Row, whole: Decimal | None) -> Figure:
    return Figure(None, row.n, None, whole, ONE_PERSON) if len(row.sums or ()) == 1 else _nothing(kpi, row.n)


def _formula(kpi: Kpi, row: Row) -> Figure:
    value, numerator, denominator = row.value, _exact(row.numerator), _exact(row.denominator)
    if not row.n or value is None or not math.isfinite(value):
        return _nothing(kpi, row.n, numerator, denominator)
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return Figure(exact * kpi.scale, row.n, numerator, denominator)


EXACTLY = "DECIMAL(38,10)"
NUMERATOR, DENOMINATOR = (f"CAST(sum({name}) AS {EXACTLY})" for name in ("numerator", "denominator"))
LOW, HIGH = "quantile_disc(numerator, 0.5)", "quantile_disc(-numerator, 0.5)"
FACTS, LISTED = "CAST(sum(c) AS BIGINT)", "list(s ORDER BY s DESC)"
PLAIN = "CASE WHEN n > 0 THEN CAST(numerator AS DOUBLE) END"
QUOTIENT = (
    "CASE WHEN n > 0 AND denominator <> 0 THEN"
    " CAST(coalesce(numerator, 0) AS DOUBLE) * {scale} / CAST(denominator AS DOUBLE) END"
)
MEAN = QUOTIENT.replace(" * {scale}", "")
FORMULA = "CASE WHEN n > 0 AND isfinite(CAST(value AS DOUBLE)) THEN CAST(value AS DOUBLE) * {scale} END"
MIDDLES = f"CAST({LOW} AS {EXACTLY}) - CAST({HIGH} AS {EXACTLY})"
GAINED, SPREAD = f"CAST(sum(s) FILTER (s > 0) AS {EXACTLY})", f"CAST(sum(s) AS {EXACTLY})"
LARGEST = f"CAST(list_sum(list_filter({LISTED}[:{{top}}], lambda s: s > 0)) AS {EXACTLY})"
POSITIVE = "list_filter(sums, lambda s: s > 0)"
HERFINDAHL = (
    f"CASE WHEN denominator <> 0 THEN list_sum(list_transform({POSITIVE}, lambda s: pow(CAST(s AS DOUBLE), 2)))"
    " / pow(CAST(denominator AS DOUBLE), 2) * {scale} END"
)
TOP_SHARE = f"CASE WHEN len({POSITIVE}) > {{top}} THEN {QUOTIENT} END"
OF_SPREAD = (
    "CASE WHEN len(sums) > 1 AND denominator <> 0 AND sums[-1] >= 0 THEN CAST({of} AS DOUBLE)"
    " / CAST(denominator AS DOUBLE) * {{scale}} END"
)
GINI = OF_SPREAD.format(
    of="list_sum(list_transform(sums, lambda s, i: (len(sums) + 1 - 2 * i) * CAST(s AS DOUBLE))) / len(sums)"
)
MAX_TO_MEAN = OF_SPREAD.format(of="sums[1] * len(sums)")
AGGREGATIONS = {
    "ratio": Aggregation(_ratio, QUOTIENT, "count(denominator)", NUMERATOR, DENOMINATOR),
    "sum": Aggregation(_sum, PLAIN, "count(numerator)", NUMERATOR),
    "count": Aggregation(_count, PLAIN, "count(*)", "count(*)"),
    "count_distinct": Aggregation(_count, PLAIN, "count(*)", "count(DISTINCT account)"),
    "mean": Aggregation(_mean, MEAN, "count(numerator)", NUMERATOR, "count(numerator)"),
    "median": Aggregation(_median, MEAN, "count(numerator)", MIDDLES, "2"),
    "share": Aggregation(_ratio, QUOTIENT, "count(numerator)", NUMERATOR, NUMERATOR),
    "concentration": Aggregation(_concentration, HERFINDAHL, FACTS, "NULL", GAINED, LISTED, over="account"),
    "top_share": Aggregation(_top_share, TOP_SHARE, FACTS, LARGEST, GAINED, LISTED, over="account"),
    "repeat_rate": Aggregation(_ratio, QUOTIENT, "count(s)", "count(*) FILTER (c > 1)", "count(s)", over="account"),
    "gini": Aggregation(_gini, GINI, FACTS, "NULL", SPREAD, LISTED, over="person"),
    "max_to_mean": Aggregation(_max_to_mean, MAX_TO_MEAN, FACTS, "NULL", SPREAD, LISTED, over="person"),
    "formula": Aggregation(_formula, FORMULA, "count(*)", NUMERATOR, DENOMINATOR),
}
"""The denominator of ``share`` is that of the whole: see ``kam.kpi.evaluate``."""
COUNTED = ("count", "count_distinct")
"""Aggregations that come to 0 where there is somebody of whom nothing is counted: to have no open issue is an answer,
as to have an average of nothing is none. Of whom there is nobody, there is no count either."""
NONE_COUNTED = Row(0, ZERO)
ONE_PERSON: Label = {"en": "only one person: there is nothing to compare", "zh": "仅一人，无法比较"}
NEGATIVE: dict[str, Label] = {
    "numerator": {"en": "what is counted comes to less than nothing", "zh": "分子合计为负，不计算"},
    "denominator": {"en": "what it is divided by comes to less than nothing", "zh": "分母合计为负，不计算"},
}


def make_figure(kpi: Kpi, row: Row | None) -> Figure:
    """The figure of a group's row, None where the group has no facts."""
    figure = AGGREGATIONS[kpi.aggregation].finish(kpi, row or Row())
    if figure.value is None:
        return figure
    if figure.n < kpi.min_facts:
        return replace(figure, value=None, least=None, reason=_too_few(figure.n, kpi.min_facts))
    if kpi.not_negative and (getattr(figure, kpi.not_negative) or 0) < 0:
        return replace(figure, value=None, least=None, reason=NEGATIVE[kpi.not_negative])
    if kpi.cap is not None and figure.value > kpi.cap:
        return replace(figure, value=kpi.cap)
    return figure


def worth_sql(kpi: Kpi) -> str:
    """The value of ``make_figure`` as SQL over rows, in binary floating point."""
    worth = AGGREGATIONS[kpi.aggregation].worth.format(scale=kpi.scale, top=kpi.top)
    if kpi.cap is not None:
        worth = f"CASE WHEN {worth} > {kpi.cap} THEN {kpi.cap} ELSE {worth} END"
    if kpi.not_negative:
        worth = f"CASE WHEN {kpi.not_negative} < 0 THEN NULL ELSE {worth} END"
    return f"CASE WHEN n >= {kpi.min_facts} THEN {worth} END" if kpi.min_facts else worth


def parts_sql(kpi: Kpi) -> tuple[str, str]:
    """Numerator and denominator of ``make_figure`` as SQL over rows."""
    if kpi.aggregation == "median":
        return "NULL", "NULL"
    counted = "CASE WHEN n > 0 AND denominator <> 0 THEN coalesce(numerator, 0) ELSE numerator END"
    return counted if AGGREGATIONS[kpi.aggregation].worth == QUOTIENT else "numerator", "denominator"


def _exact(value: Number | None) -> Decimal | None:
    return None if value is None else Decimal(value)


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
