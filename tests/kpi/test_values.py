"""Values group by group, worked out many at a time, are those of the figures that readers see."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from kam.kpi import compute, load_kpis, open_tables
from kam.kpi.values import compute_values
from kam.kpi.window import month_ends
from kam.portfolio import Portfolio, open_portfolio
from kam.settings import Settings
from kam.tables import Tables

DAYS = month_ends(date(2026, 6, 30), 3)


@pytest.fixture(scope="module")
def opened(repository: Path, sample_settings: Settings) -> Iterator[tuple[Portfolio, Tables]]:
    with (
        open_portfolio(repository, sample_settings, cache=False) as portfolio,
        open_tables(portfolio, DAYS[-1], cache=False) as tables,
    ):
        yield portfolio, tables


@pytest.mark.parametrize("by", ["account", "person"])
def test_values_are_those_of_the_figures(opened: tuple[Portfolio, Tables], by: str) -> None:
    portfolio, tables = opened
    ids = [kpi.id for kpi in load_kpis(portfolio.root)]
    results = compute(portfolio, DAYS[-1], ids, by=by, days=DAYS, tables=tables)
    groups = sorted({group.key for result in results for group in result.by if group.key} | {"nobody"})
    made = compute_values(portfolio, DAYS, ids, groups, by=by, tables=tables)
    for result in results:
        expected: dict[tuple[date, str | None], Any] = {}
        if result.grouping == by and not result.failed:
            expected = {(point.as_of, group.key): point.figure.value for group in result.by for point in group.trend}
        for day, group in product(DAYS, groups):
            found = made[result.id].on(DAYS.index(day), groups.index(group))
            assert found == expected.get((day, group)), (result.id, day, group)
    assert sum(bool((values.at >= 0).any()) for values in made.values()) > 20


def test_a_window_takes_the_place_of_the_kpi_s_own(opened: tuple[Portfolio, Tables]) -> None:
    portfolio, tables = opened
    (result,) = compute(portfolio, DAYS[-1], ["order_value"], by="account", window="90 days", tables=tables)
    groups = [str(group.key) for group in result.by]
    made = compute_values(portfolio, DAYS, ["order_value"], groups, by="account", tables=tables, window="90 days")
    expected = [group.figure.value for group in result.by]
    assert [made["order_value"].on(len(DAYS) - 1, at) for at in range(len(groups))] == expected
