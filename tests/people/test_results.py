"""Results of people and teams, and what of them the site may show."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from staff_files import put

from kam.kpi.opening import open_tables
from kam.people.results import Results, results_for_site
from kam.portfolio import open_portfolio
from kam.settings import load_settings

Kam = Callable[..., Result]
DAY = date(2026, 7, 15)


def test_results_of_people_stand_beside_accounts_and_tiers(kam: Kam) -> None:
    rows = {each["key"]: each for each in json.loads(kam("people", "--results", "--format", "json").stdout)["results"]}
    assert (rows["ann"]["accounts"], rows["ann"]["tiers"]) == (["bolt"], {"B": 1})
    assert rows["ben"]["kpis"]["win_rate"] | {"target": None} == {
        "value": 0, "n": 1, "target": None, "status": "bad", "reason": None,
    }  # fmt: skip
    assert "cy" not in rows, "neither accounts nor figures"


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "Few accounts, other tiers or few records"), ("zh", "客户少、级别不同或样本太少时")]
)
def test_every_form_shows_accounts_tiers_and_n(kam: Kam, lang: str, said: str) -> None:
    text = kam("people", "--results", lang=lang).stdout
    assert "A 1" in text and "0.0 % (1)" in text and said in text
    assert "| East | 3 | 2 | A 1 · B 1 |" in kam("people", "--by", "team", "--format", "md").stdout
    heads, first, *_ = kam("people", "--results", "--format", "csv").stdout.splitlines()
    assert heads == "person,accounts,tiers,won_value,won_value_n,win_rate,win_rate_n,csat,csat_n"
    assert first.startswith("Ann Lee,1,B 1,11700,4,")


def test_work_stands_beside_tiers_too(kam: Kam) -> None:
    rows = {each["person"]: each for each in json.loads(kam("people", "--format", "json").stdout)["people"]}
    assert (rows["ben"]["accounts"], rows["ben"]["tiers"]) == (["acme"], {"A": 1})
    assert "A 1" in kam("people").stdout


def test_a_team_or_skill_narrows_the_results(kam: Kam) -> None:
    assert [each["key"] for each in _json(kam, "--team", "East", "--by", "team")] == ["East"]
    assert (
        "nobody in people.yml has the team East1. Did you mean East?"
        in kam("people", "--results", "--team", "East1", status=2).stderr
    )


def _json(kam: Kam, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(kam("people", "--results", "--format", "json", *words).stdout)["results"]
    return found


def test_without_kpis_it_says_where_to_name_some(kam: Kam, root: Path) -> None:
    (root / "site-config/appraisal.yml").unlink()
    assert "results: {kpis: [won_value]}" in kam("people", "--results", status=2).stderr


def for_site(root: Path, policy: str, people: str = "") -> Results | None:
    (root / "site-config/appraisal.yml").write_text(policy, "utf-8")
    if people:
        with (root / "site-config/people.yml").open("a", encoding="utf-8") as file:
            file.write(people)
    settings = load_settings(root)
    assert settings.is_usable, settings.problems
    with open_portfolio(root, settings) as portfolio, open_tables(portfolio, DAY) as tables:
        return results_for_site(portfolio, DAY, tables, lambda each: each)


WEST = "title: w\nstage: won\namount: 10\nowner: cy\nclosed_on: 2026-06-10\n"


def test_the_site_shows_teams_and_people_only_where_the_company_says_so(root: Path) -> None:
    found = for_site(root, "results: {kpis: [win_rate], least_team: 2}\n")
    assert found is not None and [(line.key, line.holding.mix) for line in found.lines] == [("East", "A 1 · B 1")]
    found = for_site(root, "results: {kpis: [win_rate], site: people}\n")
    assert found is not None and [line.key for line in found.lines] == ["ann", "ben"]
    assert for_site(root, "results: {kpis: [win_rate], site: nobody}\n") is None
    assert for_site(root, "results: {site: people}\n") is None


def test_a_team_counts_by_those_who_have_the_figure_not_by_its_members(root: Path) -> None:
    assert for_site(root, "results: {kpis: [win_rate], least_team: 3}\n") is None, "three in East, two of them sell"


def test_one_persons_results_are_not_the_difference_between_all_and_the_teams_shown(root: Path) -> None:
    put(root, "bolt/opportunities/west", WEST)
    policy = "results: {kpis: [win_rate], least_team: 2}\n"
    assert for_site(root, policy) is None, "all less East would be West: one person"
    more = "".join(f"  n{at}: {{name: N{at}, team: North}}\n" for at in range(3))
    for at in range(3):
        put(root, f"bolt/opportunities/north{at}", WEST.replace("cy", f"n{at}"))
    found = for_site(root, policy, more)
    assert found is not None and [line.key for line in found.lines] == ["North"], "East goes with West"
