"""kam, Polars and pandas find the same figures in a generated portfolio, so that comparing their speed is fair."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest

from kam.kpi import open_tables
from kam.model.problem import Level
from kam.portfolio import open_portfolio
from kam.settings import load_settings

RECORDS = 600
DAYS = (date(2025, 7, 31), date(2025, 10, 31), date(2026, 1, 1))


@pytest.fixture
def _bench(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(Path(__file__).parent), *sys.path])


@pytest.mark.usefixtures("_bench")
def test_kam_polars_and_pandas_agree_on_every_kpi_of_records(tmp_path: Path) -> None:
    import agreement
    import in_pandas
    import in_polars
    from asked import Asked, read_frames
    from generate import generate

    root = tmp_path / "portfolio"
    generate(root, RECORDS)
    with open_portfolio(root, load_settings(root)) as portfolio, open_tables(portfolio, DAYS[-1]) as tables:
        assert not [problem for problem in portfolio.lasting_problems(DAYS[-1]) if problem.level is Level.ERROR]
        kpis, others = agreement.choose(portfolio, tables)
        assert len(kpis) > 50
        assert not {kpi.id for kpi in kpis} & {each for ids in others.values() for each in ids}
        asked = [Asked.of(kpi, DAYS) for kpi in kpis]
        ours = agreement.ours(portfolio, tables, asked)
        frames = read_frames(tables)
        for name, library in (("Polars", in_polars), ("pandas", in_pandas)):
            theirs = library.compute(library.Records(frames), asked)
            assert agreement.require_same(ours, theirs, name, [kpi.id for kpi in kpis]) > len(kpis)


@pytest.mark.usefixtures("_bench")
def test_a_figure_that_differs_is_named() -> None:
    import agreement
    import polars as pl

    mine = pl.DataFrame({"kpi": ["nps"], "day": [DAYS[0]], "key": ["acme"], "value": [10.0], "n": [3]})
    other = mine.with_columns(value=10.0 + 1e-7)
    with pytest.raises(RuntimeError, match=r"Polars differs in 1 of 1 figures: \[\('nps', 1\)\]"):
        agreement.require_same([mine.to_arrow()], other, "Polars", ["nps"])
    with pytest.raises(RuntimeError, match="no facts of csat"):
        agreement.require_same([mine.to_arrow()], mine, "Polars", ["nps", "csat"])
