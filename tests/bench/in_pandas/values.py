"""From facts to values: one grouping of the facts of all days."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from asked import Asked

from in_pandas.records import Day, Frame

OF_ACCOUNTS = ("concentration", "top_share", "repeat_rate")
OF_PEOPLE = ("gini", "max_to_mean")
"""Aggregations of sums: facts of people come as the sum ``s`` of ``c`` facts of each already."""


def inside(asked: Asked, facts: Frame, day: Day) -> Frame:
    """The facts in the window of the day, with the day."""
    if "at" in facts:
        dated = facts["at"].between(day.first, day.at)
        facts = facts[dated | facts["at"].isna() if asked.is_state else dated]
    return facts.assign(day=day.at)


def values(asked: Asked, facts: Frame) -> Frame:
    """Columns ``kpi, day, key, value, n``."""
    kpi = asked.kpi
    if kpi.aggregation in OF_PEOPLE:
        found = _of_sums(asked, facts)
    elif kpi.aggregation in OF_ACCOUNTS:
        grouped = facts.groupby(["day", "account"], observed=True, sort=False).numerator.agg(s="sum", c="count")
        found = _of_sums(asked, grouped[grouped.c > 0].reset_index())
    else:
        keys = ["day", "account"] if asked.is_by_account else ["day"]
        found = _of_facts(asked, facts, facts.groupby(keys, observed=True, sort=False)).reset_index()
    if kpi.cap is not None:
        found["value"] = found["value"].clip(upper=float(kpi.cap))
    key = found["account"].astype("str") if asked.is_by_account else pd.Series(None, found.index, dtype="str")
    return pd.DataFrame({"kpi": kpi.id, "day": found["day"], "key": key, "value": found["value"], "n": found["n"]})


def _of_facts(asked: Asked, facts: Frame, grouped: Any) -> Frame:
    kpi, above, below = asked.kpi, grouped.numerator, grouped.denominator
    match kpi.aggregation:
        case "ratio":
            total = below.sum()
            found = {"value": above.sum() * kpi.scale / total.where(total != 0), "n": below.count()}
        case "share":
            whole = facts.groupby("day").numerator.sum()
            sums = above.sum()
            found = {"value": sums * kpi.scale / sums.index.get_level_values("day").map(whole), "n": above.count()}
        case "sum":
            found = {"value": above.sum(min_count=1), "n": above.count()}
        case "count":
            found = {"value": grouped.size().astype("float64"), "n": grouped.size()}
        case "mean" | "median":
            found = {"value": above.agg(kpi.aggregation), "n": above.count()}
        case "formula":
            total = below.sum()
            found = {"value": above.sum() / total.where(total != 0) * grouped["days"].max(), "n": grouped.size()}
        case _:
            raise ValueError(kpi.aggregation)
    if kpi.not_negative:
        found["value"] = found["value"].where(above.sum() >= 0)
    return pd.DataFrame(found)


def _of_sums(asked: Asked, sums: Frame) -> Frame:
    rows = [
        (
            day,
            _spread(asked, each.s.sort_values(), each.c),
            len(each) if asked.kpi.aggregation == "repeat_rate" else each.c.sum(),
        )
        for day, each in sums.groupby("day")
    ]
    return pd.DataFrame(rows, columns=["day", "value", "n"])


def _spread(asked: Asked, s: Any, c: Any) -> float | None:
    kpi, count, positive = asked.kpi, len(s), s[s > 0]
    match kpi.aggregation:
        case "concentration":
            return (positive**2).sum() * kpi.scale / positive.sum() ** 2 if len(positive) else None
        case "top_share":
            return positive[-kpi.top :].sum() * kpi.scale / positive.sum() if len(positive) > kpi.top else None
        case "repeat_rate":
            return (c > 1).mean() * kpi.scale
    if count < 2 or not s.sum() > 0:
        return None
    if kpi.aggregation == "max_to_mean":
        return s.max() * kpi.scale / s.mean()
    order = np.arange(1 - count, count, 2)
    return (s.to_numpy() * order).sum() * kpi.scale / (count * s.sum())
