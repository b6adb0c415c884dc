"""Figures as columns are those that readers see, whatever is asked for and however they are put together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kam.kpi import compute, figures, load_kpis, open_tables
from kam.kpi.result import Figure
from kam.kpi.window import month_ends
from kam.portfolio import Portfolio, open_portfolio
from kam.settings import Settings
from kam.tables import Tables, TablesError, session

DAYS = [date(2019, 1, 31), *month_ends(date(2026, 6, 30), 3)]
"""On the first day there is nothing yet."""
SEVERAL = 'by_day."days '
"""In a query for several days at once."""
Opened = tuple[Portfolio, Tables]
Found = dict[tuple[str, date, str | None], Any]


@pytest.fixture(scope="module")
def opened(repository: Path, sample_settings: Settings) -> Iterator[Opened]:
    with (
        open_portfolio(repository, sample_settings, cache=False) as portfolio,
        open_tables(portfolio, DAYS[-1], cache=False) as tables,
    ):
        yield portfolio, tables


def as_columns(opened: Opened, by: str | None, account: str | None = None) -> Found:
    portfolio, tables = opened
    rows = figures(portfolio, DAYS, by=by, account=account, tables=tables).to_pylist()
    found = {(row["kpi"], row["day"], row["key"]): row for row in rows}
    assert len(found) == len(rows)
    return found


def as_results(opened: Opened, by: str | None, account: str | None = None) -> Iterator[tuple[Any, Figure]]:
    portfolio, tables = opened
    for result in compute(portfolio, DAYS[-1], by=by, account=account, days=DAYS, tables=tables):
        assert not result.failed
        if by is None:
            for point in result.trend:
                yield (result.id, point.as_of, None), point.figure
        for group in result.by if result.grouping == by else ():
            for point in group.trend:
                yield (result.id, point.as_of, group.key), point.figure


def require_same(found: Any, figure: Figure) -> None:
    value = None if figure.value is None else pytest.approx(float(figure.value), rel=1e-12, abs=1e-12)
    assert (found["value"], found["n"]) == (value, figure.n)
    for name in ("numerator", "denominator"):
        part = getattr(figure, name)
        assert found[name] == (None if part is None else pytest.approx(part))


@pytest.mark.parametrize("by", ["account", "person", "team", "region", "month"])
def test_figures_of_groups_are_those_of_the_results(opened: Opened, by: str) -> None:
    found, kinds = as_columns(opened, by), set()
    of_kpi = {kpi.id: kpi.aggregation for kpi in load_kpis(opened[0].root)}
    for key, figure in as_results(opened, by):
        row = found.pop(key, None)
        if row is not None:
            require_same(row, figure)
            kinds.add(of_kpi[key[0]])
        else:
            assert not figure.n, key  # a group without facts has no row
    assert not found
    assert len(kinds) >= 4


@pytest.mark.parametrize("account", [None, "huarui-chemical"])
def test_the_whole_has_a_figure_of_every_kpi_on_every_day(opened: Opened, account: str | None) -> None:
    found = as_columns(opened, None, account)
    for key, figure in as_results(opened, None, account):
        require_same(found.pop(key), figure)
    assert not found


def test_days_that_fail_together_are_asked_for_half_by_half(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    portfolio, tables = opened
    ids = ["win_rate", "order_value"]
    whole = figures(portfolio, DAYS, ids, by="account", tables=tables)
    read, asked = session.Tables._read_arrow, []

    def refuse_many(self: Tables, connection: Any, sql: str, params: Any) -> Any:
        asked.append(sql)
        if SEVERAL in sql:
            raise TablesError("too large", "过大")
        return read(self, connection, sql, params)

    monkeypatch.setattr(session.Tables, "_read_arrow", refuse_many)
    made = figures(portfolio, DAYS, ids, by="account", tables=tables)
    assert sorted(map(str, made.to_pylist())) == sorted(map(str, whole.to_pylist()))
    assert sum(SEVERAL in sql for sql in asked) == len(ids) * (1 + 2), "all days, then each half"
