"""A year of invoice lines of the shape of the whole Online Retail file, small enough for every run of the tests."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.bench.generate_retail import COLUMNS, MOST_LINES, generate, iter_lines
from tests.third_party.compare import assert_groups, assert_totals, assert_trend, begin, written_again
from tests.third_party.test_online_retail import Sales, read_sales

from kam.portfolio import open_portfolio

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas

    from kam.portfolio import Portfolio

DAY = date(2011, 12, 9)
INVOICES = 400


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("retail") / "retail.csv"
    generate(path, INVOICES)
    return path


@pytest.fixture(scope="module")
def portfolio(file: Path) -> Iterator[Portfolio]:
    with open_portfolio(begin(file.parent / "p", "online_retail", file)) as opened:
        yield opened


@pytest.fixture(scope="module")
def sales(file: Path) -> Sales:
    return read_sales(file)


@pytest.fixture(scope="module")
def whole() -> pandas.DataFrame:
    """All lines in the generator's full size, without the file."""
    import pandas as pd

    return pd.DataFrame(iter_lines(25_900), columns=list(COLUMNS))


def test_the_generator_has_the_shape_of_the_whole_file(whole: pandas.DataFrame) -> None:
    """Of the whole file it is known: 541,909 lines, 25,900 invoices, 3,836 of them credits, 135,080 lines of nobody."""
    lengths = whole.groupby("InvoiceNo").size()
    assert len(lengths) == 25_900
    assert lengths.max() == MOST_LINES
    assert len(whole) == pytest.approx(541_909, rel=0.05)
    assert lengths.index.str.startswith("C").sum() == pytest.approx(3_836, rel=0.05)
    assert (whole["CustomerID"] == "").sum() == pytest.approx(135_080, rel=0.25)
    assert whole["CustomerID"].nunique() == pytest.approx(4_372, rel=0.05)
    assert whole["StockCode"].str.upper().nunique() == 4_070


def test_one_seed_gives_one_file(tmp_path: Path) -> None:
    first, again, other = (tmp_path / name for name in ("first", "again", "other"))
    for path, seed in ((first, 1), (again, 1), (other, 2)):
        generate(path, 50, seed)
    assert first.read_bytes() == again.read_bytes() != other.read_bytes()


def test_all_of_it_comes_in_once(portfolio: Portfolio, file: Path) -> None:
    lengths = [len(_lines(record.data)) for record in portfolio.iter_records("order")]
    assert len(lengths) == INVOICES
    assert max(lengths) == MOST_LINES
    assert written_again(portfolio.root, "online_retail", file) == 0


def _lines(data: Any) -> list[Any]:
    return list(data["lines"])


def test_totals_agree(portfolio: Portfolio, sales: Sales) -> None:
    assert_totals(portfolio, DAY, sales.figures(DAY))


@pytest.mark.parametrize(("by", "column"), [("account", "account"), ("month", "month")])
def test_groups_agree(portfolio: Portfolio, sales: Sales, by: str, column: str) -> None:
    assert_groups(portfolio, DAY, by, sales.parts(column, DAY))


def test_every_month_end_agrees(portfolio: Portfolio, sales: Sales) -> None:
    assert_trend(portfolio, DAY, list(sales.figures(DAY)), sales.figures, 14)
