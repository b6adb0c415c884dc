"""A point of a trend is what the KPI would have said if it had been computed on that day alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from kam.kpi import compute
from kam.kpi.opening import open_tables
from kam.kpi.result import Figure
from kam.kpi.window import month_ends
from kam.portfolio import open_portfolio
from kam.settings import Settings

AS_OF = date(2026, 11, 22)


def made_of(figure: Figure) -> tuple[object, ...]:
    """Value, n, numerator, denominator, and why there is no value."""
    reason = figure.reason if figure.value is None else None
    return figure.value, figure.n, figure.numerator, figure.denominator, reason


def test_every_kpi_of_the_sample_is_exact_at_month_ends(repository: Path, sample_settings: Settings) -> None:
    with open_portfolio(repository, sample_settings, cache=False) as portfolio:
        with open_tables(portfolio, AS_OF, cache=False) as tables:
            together = compute(portfolio, AS_OF, by="account", trend=4, tables=tables)
        for at, day in enumerate(month_ends(AS_OF, 4)):
            with open_tables(portfolio, day, cache=False) as tables:
                alone = {result.id: result for result in compute(portfolio, day, by="account", tables=tables)}
            for result in together:
                single = alone[result.id]
                assert result.trend[at].as_of == day
                assert made_of(result.trend[at].figure) == made_of(single.figure), (result.id, day)
                groups = {group.key: group.figure for group in single.by}
                for group in result.by:
                    point, expected = group.trend[at].figure, groups.pop(group.key, None)
                    if expected is None:
                        assert point.n == 0 and not point.value, (result.id, day, group.key)
                    else:
                        assert made_of(point) == made_of(expected), (result.id, day, group.key)
                assert not groups, (result.id, day, "groups that the trend does not have")
