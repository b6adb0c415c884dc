"""A bank's survey, whose days and months can be mistaken for each other."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.third_party.compare import (
    Figures,
    assert_groups,
    assert_totals,
    assert_trend,
    in_window,
    problems,
    share,
    written_again,
)
from tests.third_party.conftest import Imported

from kam.portfolio import Portfolio

if TYPE_CHECKING:
    import pandas

DAY = date(2021, 12, 31)


def figures(answers: pandas.DataFrame, day: date) -> dict[str, float | None]:
    year = answers[in_window(answers["day"], day, 12)]
    return {"nps": share((year["NPS"] >= 9).sum() - (year["NPS"] <= 6).sum(), len(year)), "csat": None, "ces": None}


def parts(answers: pandas.DataFrame, column: str) -> dict[str | None, Figures]:
    return {str(name): figures(part, DAY) for name, part in answers.groupby(column)}


@pytest.fixture(scope="module")
def file(shared_data: Path) -> Path:
    (path,) = (shared_data / "nps").glob("*.csv")
    return path


@pytest.fixture(scope="module")
def portfolio(file: Path, imported: Imported) -> Portfolio:
    return imported("nps", file, "--account", "Northern Bank")


@pytest.fixture(scope="module")
def answers(file: Path) -> pandas.DataFrame:
    import pandas as pd

    found = pd.read_csv(file)
    found["day"] = pd.to_datetime(found["Survey date"], format="%d/%m/%y")
    found["month"] = found["day"].dt.strftime("%Y-%m")
    found["quarter"] = found["day"].dt.to_period("Q").astype(str).str.replace("Q", "-Q")
    return found


def test_all_of_it_comes_in_once(portfolio: Portfolio, file: Path) -> None:
    assert sum(1 for _ in portfolio.iter_records("feedback")) == 5000
    found = problems(portfolio.root, DAY)
    assert not [rule for rule in found if rule.endswith("*")]
    assert written_again(portfolio.root, "nps", file, "--account", "Northern Bank") == 0


def test_totals_agree(portfolio: Portfolio, answers: pandas.DataFrame) -> None:
    assert_totals(portfolio, DAY, figures(answers, DAY))


@pytest.mark.parametrize(("by", "column"), [("market", "Market"), ("month", "month"), ("quarter", "quarter")])
def test_groups_agree(portfolio: Portfolio, answers: pandas.DataFrame, by: str, column: str) -> None:
    assert_groups(portfolio, DAY, by, parts(answers, column))


def test_every_month_end_agrees(portfolio: Portfolio, answers: pandas.DataFrame) -> None:
    assert_trend(portfolio, DAY, ["nps"], lambda day: figures(answers, day), 13)


def test_the_months_are_those_that_stand_beside_the_dates(answers: pandas.DataFrame) -> None:
    assert (answers["day"].dt.month == answers["Month"]).all()
    assert (answers["day"].dt.quarter == answers["Quarter"]).all()


def test_months_read_for_days_would_give_other_figures_and_no_error(answers: pandas.DataFrame) -> None:
    """Two dates in five would also be dates the other way round, and every month would get a wrong value."""
    import pandas as pd

    turned = pd.to_datetime(answers["Survey date"], format="%m/%d/%y", errors="coerce")
    mistaken = answers.assign(day=turned.fillna(answers["day"]))
    assert 0.39 < turned.notna().mean() < 0.41
    assert (mistaken["day"] != answers["day"]).sum() > 1000
    mistaken["month"] = mistaken["day"].dt.strftime("%Y-%m")
    right, wrong = parts(answers, "month"), parts(mistaken, "month")
    assert right.keys() == wrong.keys()
    assert all(right[month]["nps"] != wrong[month]["nps"] for month in right)
    assert figures(mistaken, DAY) == figures(answers, DAY)
