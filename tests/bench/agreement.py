"""The figures of kam, Polars and pandas side by side: nothing is timed that does not agree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl
from asked import Asked

from kam.kpi import figures, load_kpis
from kam.portfolio import Portfolio
from kam.tables import Tables

if TYPE_CHECKING:
    from kam.kpi.definition import Kpi

KEY = ["kpi", "day", "key"]
DIGITS = 1e-9


def choose(portfolio: Portfolio, tables: Tables) -> tuple[list[Kpi], dict[str, list[str]]]:
    """The KPIs that are compared: all whose facts come from records alone; and the others, by what they go by."""
    compared, others = [], {}
    for kpi in load_kpis(portfolio.root):
        late = sorted(tables.late.named_in(kpi.all_sql))
        if late:
            others.setdefault(" and ".join(late), []).append(kpi.id)
        else:
            compared.append(kpi)
    return compared, others


def ours(portfolio: Portfolio, tables: Tables, asked: Sequence[Asked]) -> list[Any]:
    """The figures of kam: of each account, and for KPIs that are none of accounts those of the whole. What is kept of
    days is worked out anew each time, as the libraries do."""
    tables._kept.clear()
    days = [day for day, _ in asked[0].days]
    by_account = [each.kpi.id for each in asked if each.is_by_account]
    whole = [each.kpi.id for each in asked if not each.is_by_account]
    return [
        figures(portfolio, days, by_account, by="account", tables=tables),
        figures(portfolio, days, whole, tables=tables),
    ]


def require_same(ours: Iterable[Any], theirs: Any, name: str, kpis: Iterable[str]) -> int:
    """How many figures there are. Raise RuntimeError where a value is not theirs to nine digits, or its number of facts
    is another, or a KPI has none."""
    mine = pl.concat(_counted(pl.DataFrame(pl.from_arrow(each)), "ours") for each in ours)
    other = _counted(theirs if isinstance(theirs, pl.DataFrame) else pl.from_pandas(theirs), "theirs")
    both = mine.join(other, on=KEY, how="full", coalesce=True, nulls_equal=True)
    ours_, theirs_ = pl.col("ours"), pl.col("theirs")
    is_near = (ours_ - theirs_).abs() <= theirs_.abs() * DIGITS + DIGITS
    is_same = pl.col("n").eq_missing(pl.col("n_right")) & (
        is_near.fill_null(False) | (ours_.is_null() & theirs_.is_null())
    )
    wrong = both.filter(~is_same)
    if wrong.height:
        by_kpi = wrong.group_by("kpi").len().sort("kpi").rows()
        raise RuntimeError(f"{name} differs in {wrong.height} of {both.height} figures: {by_kpi}\n{wrong.head(12)}")
    empty = sorted(set(kpis) - set(both["kpi"]))
    if empty:
        raise RuntimeError(f"no facts of {', '.join(empty)}")
    return both.height


def _counted(figures: pl.DataFrame, name: str) -> pl.DataFrame:
    value = pl.col("value").cast(pl.Float64).fill_nan(None).alias(name)
    columns = [pl.col("kpi").cast(pl.String), pl.col("day").cast(pl.Date), pl.col("key").cast(pl.String), value]
    return figures.filter(pl.col("n") > 0).select(*columns, pl.col("n").cast(pl.Int64))
