"""``import kam; kam.open(".")``: tables, KPIs and questions as Arrow, and one sentence where something is not there."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import kam

AS_OF = "2026-11-22"


@pytest.fixture(scope="module")
def book(repository: Path) -> Iterator[kam.Notebook]:
    with kam.open(repository, as_of=AS_OF) as opened:
        yield opened


def test_the_package_itself_stays_cheap() -> None:
    heavy = "duckdb pyarrow pandas click kam.portfolio kam.settings scipy numpy"
    code = f"import sys, kam; kam.__version__; dir(kam); print([m for m in '{heavy}'.split() if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_script_that_closes_nothing_ends_quietly(repository: Path) -> None:
    code = f"import kam; book = kam.open({str(repository)!r}, as_of={AS_OF!r}); book.kpi('win_rate')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout + done.stderr == ""


def test_a_table_is_arrow_and_goes_into_every_data_frame(book: kam.Notebook) -> None:
    deals = book.table("opportunities")
    assert isinstance(deals, pa.Table)
    assert deals.schema.field("amount").type == pa.decimal128(18, 4)
    frame, other = deals.to_pandas(), pl.from_arrow(deals)
    assert isinstance(frame, pd.DataFrame) and isinstance(other, pl.DataFrame)
    assert len(frame) == len(other) == deals.num_rows == len(list(book.portfolio.iter_records("opportunity")))
    assert list(frame["id"]) == sorted(frame["id"])


def test_tables_and_columns_say_what_they_hold(book: kam.Notebook, repository: Path) -> None:
    assert {"accounts", "opportunities", "records", "people", "revisions", "cadence_due"} <= set(book.tables())
    assert book.columns("opportunities")["amount"] == "Amount"
    with kam.open(repository, as_of=AS_OF, lang="zh") as chinese:
        assert chinese.columns("opportunities")["amount"] == "金额"
    assert str(book).endswith(f"as of {AS_OF}: 4 accounts>")


def test_every_table_can_be_had(book: kam.Notebook) -> None:
    for name in book.tables():
        assert list(book.columns(name)) == book.table(name).column_names


def test_a_query_has_the_day_and_parameters(book: kam.Notebook) -> None:
    found = book.query("SELECT $as_of AS day, count(*) AS n FROM issues WHERE account = $account", account="none")
    assert found.to_pylist() == [{"day": dt.date(2026, 11, 22), "n": 0}]


def test_kpis_are_rows_with_groups_and_trend(book: kam.Notebook) -> None:
    rows = book.kpi("win_rate", by="account", trend=3).to_pylist()
    whole = [row for row in rows if not row["grouping"]]
    assert len(whole) == 1 and whole[0]["n"] == book.facts("win_rate").num_rows
    groups = [row for row in rows if row["grouping"] == "account" and row["as_of"] == dt.date(2026, 11, 22)]
    assert sum(row["numerator"] for row in groups) == whole[0]["numerator"]
    assert len([row for row in rows if row["grouping"] == "trend"]) == 3
    assert book.kpi("win_rate", by="account", min_n=99).to_pylist()[0]["n"] is None
    assert book.facts("win_rate", account="_portfolio").num_rows == 0


def test_figures_are_the_same_for_many_days_in_one_go(book: kam.Notebook) -> None:
    days = ["2026-09-30", dt.date(2026, 10, 31)]
    found = book.figures(days, "win_rate", "order_value").to_pylist()
    trend = [row for row in book.kpi("win_rate", "order_value", trend=3).to_pylist() if row["grouping"] == "trend"]
    known = {(row["kpi"], row["as_of"]): (float(row["value"]), row["n"]) for row in trend}
    assert len(found) == 4
    assert all((pytest.approx(row["value"]), row["n"]) == known[row["kpi"], row["day"]] for row in found)
    keys = book.figures(days, "win_rate", by="account").column("key").to_pylist()
    assert len(set(keys)) > 1 and None not in keys
    with pytest.raises(kam.NotebookError, match="Did you mean win_rate"):
        book.figures(days, "winrate")


def test_all_kpis_at_once_have_the_same_columns(book: kam.Notebook) -> None:
    assert set(book.kpi().column("kpi").to_pylist()) >= {"win_rate", "nps", "order_value"}


REFUSED: dict[str, tuple[Callable[[kam.Notebook], object], str]] = {
    "a misspelt table": (
        lambda b: b.table("oportunities"),
        "there is no table oportunities. Did you mean opportunities?",
    ),
    "columns of none": (lambda b: b.columns("isues"), "there is no table isues. Did you mean issues?"),
    "a misspelt KPI": (lambda b: b.kpi("winrate"), "there is no KPI winrate. Did you mean win_rate?"),
    "a write": (lambda b: b.query("DELETE FROM issues"), "only SELECT is allowed"),
    "a file": (lambda b: b.query("SELECT * FROM read_text('x')"), "disabled"),
    "a variable": (lambda b: b.query("SELECT * FROM book"), "book does not exist"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_there_or_not_allowed_is_one_sentence(book: kam.Notebook, case: str) -> None:
    ask, said = REFUSED[case]
    with pytest.raises(kam.NotebookError) as failure:
        ask(book)
    assert said in str(failure.value)


def test_a_portfolio_is_found_from_below_and_its_absence_told(repository: Path, tmp_path: Path) -> None:
    with kam.open(repository / "accounts") as below:
        assert below.portfolio.root == repository
    with pytest.raises(kam.NotebookError, match="no portfolio"):
        kam.open(tmp_path)
    with pytest.raises(kam.NotebookError, match="is no day"):
        kam.open(repository, as_of="31.3.2026")


def test_unknown_names_of_the_package_are_refused() -> None:
    with pytest.raises(AttributeError, match="opne"):
        getattr(kam, "opne")  # noqa: B009


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda book: book.kpi("win_rate", by="ownr"), "there is no grouping ownr. Did you mean owner?"),
        (lambda book: book.kpi("赢单率"), "there is no KPI 赢单率. Did you mean win_rate?"),
        (lambda book: book.facts("win_rate", account="x"), "there is no account x"),
        (lambda book: book.kpi("nrr", account="x"), "there is no account x"),
        (lambda book: book.kpi("nrr", trend="x"), "trend is a number of months, as trend=12, not 'x'"),
        (lambda book: book.figures("2026-09"), "days is a list, as ['2026-09'], though there is only one"),
    ],
)
def test_what_is_not_there_is_said_and_not_answered(
    book: kam.Notebook, ask: Callable[[kam.Notebook], object], said: str
) -> None:
    with pytest.raises(kam.NotebookError) as raised:
        ask(book)
    assert said in str(raised.value)
