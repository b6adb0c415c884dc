"""From facts to values: one grouped pass over the facts of all days."""

from __future__ import annotations

import polars as pl
from asked import Asked
from polars import col, lit

from in_polars.records import Lazy

OF_ACCOUNTS = ("concentration", "top_share", "repeat_rate")
OF_PEOPLE = ("gini", "max_to_mean")
"""Aggregations of sums: facts of people come as the sum ``s`` of ``c`` facts of each already."""


def values(asked: Asked, facts: Lazy) -> Lazy:
    """Columns ``kpi, day, key, value, n``."""
    kpi = asked.kpi
    if kpi.aggregation in OF_PEOPLE:
        found = _of_sums(asked, facts)
    elif kpi.aggregation in OF_ACCOUNTS:
        sums = (
            _inside(asked, facts).group_by("day", "account").agg(s=col("numerator").sum(), c=col("numerator").count())
        )
        found = _of_sums(asked, sums.filter(col("c") > 0))
    else:
        found = _of_facts(asked, _inside(asked, facts))
    value = col("value") if kpi.cap is None else col("value").clip(upper_bound=float(kpi.cap))
    key = col("account").cast(pl.String) if asked.is_by_account else lit(None, pl.String)
    return found.select(kpi=lit(kpi.id), day="day", key=key, value=value.cast(pl.Float64), n=col("n").cast(pl.Int64))


def _inside(asked: Asked, facts: Lazy) -> Lazy:
    dated = col("at").is_between("first", "day")
    return facts.filter(dated | col("at").is_null() if asked.is_state else dated)


def _of_facts(asked: Asked, facts: Lazy) -> Lazy:
    value, n = _aggregated(asked)
    keys = ["day", "account"] if asked.is_by_account else ["day"]
    found = facts.group_by(keys).agg(value=value, n=n, above=col("numerator").sum())
    if asked.kpi.aggregation == "share":
        found = found.with_columns(value=col("value") / col("above").sum().over("day"))
    if asked.kpi.not_negative:
        found = found.with_columns(value=pl.when(col("above") >= 0).then("value"))
    return found


def _aggregated(asked: Asked) -> tuple[pl.Expr, pl.Expr]:
    above, below, scale = col("numerator"), col("denominator"), asked.kpi.scale
    match asked.kpi.aggregation:
        case "ratio":
            return pl.when(below.sum() != 0).then(above.sum() * scale / below.sum()), below.count()
        case "share":
            return above.sum() * scale, above.count()
        case "sum":
            return pl.when(above.count() > 0).then(above.sum()), above.count()
        case "count":
            return pl.len(), pl.len()
        case "mean":
            return above.mean(), above.count()
        case "median":
            return above.median(), above.count()
        case "formula":
            return pl.when(below.sum() != 0).then(above.sum() / below.sum() * col("days").max()), pl.len()
    raise ValueError(asked.kpi.aggregation)


def _of_sums(asked: Asked, sums: Lazy) -> Lazy:
    value, n = _spread(asked)
    return sums.group_by("day").agg(value=value, n=n)


def _spread(asked: Asked) -> tuple[pl.Expr, pl.Expr]:
    s, scale = col("s"), asked.kpi.scale
    positive, facts = s.filter(s > 0), col("c").sum()
    match asked.kpi.aggregation:
        case "concentration":
            return (positive**2).sum() * scale / positive.sum() ** 2, facts
        case "top_share":
            shares = positive.top_k(asked.kpi.top).sum() * scale / positive.sum()
            return pl.when(positive.len() > asked.kpi.top).then(shares), facts
        case "repeat_rate":
            return (col("c") > 1).mean() * scale, pl.len()
        case "gini":
            order = 2.0 * s.rank("ordinal") - pl.len() - 1
            return pl.when(pl.len() > 1, s.sum() > 0).then((order * s).sum() * scale / (pl.len() * s.sum())), facts
        case "max_to_mean":
            return pl.when(pl.len() > 1, s.sum() > 0).then(s.max() * scale / s.mean()), facts
    raise ValueError(asked.kpi.aggregation)
