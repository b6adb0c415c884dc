"""``kam forecast``: open opportunities by expected close, against what was won and the quota."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from staff_files import put

from kam.kpi import compute
from kam.people.forecast import make_forecast
from kam.portfolio import open_portfolio
from kam.settings import load_settings

Kam = Callable[..., Result]
SAMPLE_DAY = date(2026, 11, 22)


@pytest.fixture
def forecast(kam: Kam) -> Callable[..., dict[str, dict[str, Any]]]:
    """Line → stretch → figures."""

    def read(*words: str) -> dict[str, dict[str, Any]]:
        lines = json.loads(kam("forecast", "--format", "json", *words).stdout)["lines"]
        return {each["key"] or "all": {one["period"]: one for one in each["outlook"]} for each in lines}

    return read


def test_open_opportunities_fall_into_the_quarter_of_their_expected_close(
    forecast: Callable[..., dict[str, dict[str, Any]]],
) -> None:
    found = forecast()["all"]
    assert set(found) == {"overdue", "2026-Q3", "2026-Q4", "undated"}
    running = found["2026-Q3"]
    assert (running["count"], running["amount"], running["weighted"]) == (1, 1000, 400)
    assert running["won"] == 5000, "won on 1 July, in the running quarter"
    assert (running["quota"], found["2026-Q4"]["quota"]) == (500, 500)
    assert (found["overdue"]["weighted"], found["undated"]["unvalued"]) == (250, 1)
    assert [each["record"] for each in running["opportunities"]] == ["bolt/opportunities/open"]


def test_people_have_their_own_and_together_they_are_all(forecast: Callable[..., dict[str, dict[str, Any]]]) -> None:
    found = forecast("--by", "person", "--period", "month", "--periods", "3")
    assert set(found) == {"ann", "ben", "all"}
    assert set(found["ann"]) == {"2026-07", "2026-08", "2026-09"}
    assert (found["ann"]["2026-08"]["weighted"], found["ben"]["overdue"]["weighted"]) == (400, 250)
    for name in ("overdue", "2026-08", "undated"):
        parts = [found[who][name]["weighted"] for who in ("ann", "ben") if name in found[who]]
        assert sum(parts) == found["all"][name]["weighted"]


def test_what_is_demanded_of_a_team_stands_beside_the_sum_of_its_people(
    forecast: Callable[..., dict[str, dict[str, Any]]], kam: Kam, root: Path
) -> None:
    with (root / "site-config/appraisal.yml").open("a", encoding="utf-8") as file:
        file.write("team_quotas:\n  East: [{from: 2026-01-01, to: 2026-12-31, amount: 8000}]\n")
    found = forecast("--by", "team")
    assert [(found[key]["2026-Q3"]["quota"], found[key]["2026-Q3"]["team_quota"]) for key in ("East", "all")] == [
        (500, 2000), (500, None),
    ]  # fmt: skip
    assert "not the sum of its people's" in kam("forecast", "--by", "team").stdout
    assert "team_quotas" not in kam("forecast", "--by", "person").stdout


@pytest.mark.parametrize("by", ["person", "team"])
def test_the_quota_of_all_is_the_sum_of_those_listed_and_that_of_the_kpi(repository: Path, by: str) -> None:
    settings = load_settings(repository)
    with open_portfolio(repository, settings, cache=False) as portfolio:
        *lines, total = make_forecast(portfolio, SAMPLE_DAY, "year", 1, by).lines
        (attainment,) = compute(portfolio, SAMPLE_DAY, ["quota_attainment"])
    listed = [one.quota for line in lines for one in line.outlooks if one.quota is not None]
    assert [one.quota for one in total.outlooks if one.quota is not None] == [sum(listed)]
    assert attainment.figure.denominator == sum(listed)
    assert total.outlooks[0].won == attainment.figure.numerator


def test_each_line_shows_accounts_and_tiers(kam: Kam) -> None:
    text = kam("forecast", "--by", "person").stdout
    assert next(line.split()[:6] for line in text.splitlines() if line.startswith("Ben Wu")) == [
        "Ben", "Wu", "1", "A", "1", "overdue",
    ]  # fmt: skip
    assert "预计成交" in kam("forecast", "--by", "team", lang="zh").stdout


def test_csv_and_markdown_hold_the_same(kam: Kam) -> None:
    assert "Bolt" not in kam("forecast", "--format", "csv").stdout
    assert kam("forecast", "--format", "csv").stdout.splitlines()[0].startswith("name,accounts,tiers,period,count")
    assert "| 2026-Q3 | 1 |" in kam("forecast", "--format", "md").stdout


def test_a_quota_without_a_rate_is_a_sentence(kam: Kam, root: Path) -> None:
    people = root / "site-config/people.yml"
    people.write_text(people.read_text("utf-8").replace("amount: 2000", "amount: 2000, currency: EUR"), "utf-8")
    (root / "site-config/currencies.yml").write_text(
        "currencies:\n  CNY: {name: Yuan}\n  EUR: {name: Euro, rates: {2026-06-01: 8}}\n", "utf-8"
    )
    assert "has no rate for EUR on 2026-01-01" in kam("forecast", status=1).stderr


def test_nothing_open_is_a_sentence(kam: Kam, root: Path) -> None:
    for path in root.glob("accounts/*/opportunities/*.md"):
        path.unlink()
    people = root / "site-config/people.yml"
    people.write_text(people.read_text("utf-8").replace("    quotas:", "    #"), "utf-8")
    assert kam("forecast").stdout == "No open opportunity and no quota.\n"


def test_an_opportunity_without_owner_is_its_accounts_owners(
    forecast: Callable[..., dict[str, dict[str, Any]]], root: Path
) -> None:
    put(root, "bolt/opportunities/own", "title: own\nstage: propose\namount: 10\nprobability: 50\n")
    assert forecast("--by", "person")["ann"]["undated"]["weighted"] == 5
