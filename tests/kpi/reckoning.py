"""What the tests of KPIs share: asking for one figure, and records in a few words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from kam.kpi import KpiResult, compute, open_tables

Given = Callable[..., Any]
Records = dict[str, dict[str, Any]]
DAY = date(2026, 6, 30)
ACME: Records = {"acme/profile": {"name": "Acme", "lifecycle": "active", "since": "2020-01-01"}}


def figure(source: Any, kpi: str, day: date = DAY, **options: Any) -> KpiResult:
    with open_tables(source, day, cache=False) as tables:
        (result,) = compute(source, day, [kpi], tables=tables, **options)
    return result


def value(source: Any, kpi: str, day: date = DAY, **options: Any) -> Decimal | None:
    result = figure(source, kpi, day, **options)
    assert not result.failed, result.reason
    return result.value


def groups(source: Any, kpi: str, by: str, day: date = DAY) -> dict[str | None, Decimal | None]:
    return {g.key: g.figure.value for g in figure(source, kpi, day, by=by).by}


def answers(kind: str, scale: str, counts: Mapping[int, int]) -> Records:
    scores = [score for score, count in counts.items() for _ in range(count)]
    return ACME | {
        f"acme/feedback/{kind}-{at}": {"kind": kind, "on": "2026-05-01", "score": score, "scale": scale}
        for at, score in enumerate(scores)
    }


def deal(stage: str, closed: str | None = None, **more: Any) -> dict[str, Any]:
    dates = {"created_on": "2026-01-01"} | ({"closed_on": closed} if closed else {})
    return {"title": "Deal", "stage": stage} | dates | more


def order(day: str, amount: Any = 100, **more: Any) -> dict[str, Any]:
    return {"date": day, "amount": amount, **more}
