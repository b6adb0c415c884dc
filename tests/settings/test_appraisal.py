"""``appraisal.yml``: each mistake is told at its place, with what to do, in both languages."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from kam.model.problem import Problem
from kam.model.texts import render_message
from kam.settings import Settings, load_settings
from kam.settings.appraisal import (
    Appraisal,
    Goal,
    PeopleResults,
    Step,
    TeamQuotas,
    read_appraisal,
    read_people_results,
    read_team_quotas,
)
from kam.settings.codec import decode, encode
from kam.settings.parts import Known, Part, Parts, read_parts
from kam.settings.values import Quota
from kam.settings.yaml_reader import load_yaml_with_lines

PARTS = (
    Part("appraisal.yml", "appraisal", Appraisal, read_appraisal),
    Part("appraisal.yml", "results", PeopleResults, read_people_results),
    Part("appraisal.yml", "team_quotas", TeamQuotas, read_team_quotas),
)
GOOD = """\
results:
  kpis: [won_value]
  site: people
appraisal:
  period: quarter
  least_weight: 40
  schemes:
    - roles: [key-account-manager]
      goals:
        - {kpi: won_value, weight: 60, target: 1000, zero: 100}
        - {kpi: win_rate, by: person, points: [{from: 0, points: 0}, {from: 40, points: 100}]}
    - goals: [{kpi: csat, target: quota}]
team_quotas:
  Key accounts China: [{from: 2026-01-01, to: 2026-12-31, amount: 800}]
"""
MISTAKES = [
    ("kpis: [won_value]", "kpis: [won_valu]", "2:10 There is no KPI won_valu | Did you mean won_value?"),
    ("kpi: csat", "kpi: q", "12:21 There is no KPI q | Use the name of a file in site-config/kpis, without .yml."),
    ("site: people", "site: everybody", "3:9 everybody cannot be chosen here"),
    ("period: quarter", "period: quarters", "5:11 quarters cannot be chosen here | Did you mean quarter?"),
    ("[key-account-manager]", "[key-account-manger]", "8:15 Nobody in people.yml has the role key-account-manger"),
    ("kpi: win_rate", "kpi: won_value", "11:17 won_value stands twice in this scheme"),
    ("- goals", "- roles: [key-account-manager]\n      goals", "12:14 There are two schemes for the role key-account"),
    ("roles: [key-account-manager]\n      goals:", "goals:", "11:7 There are two schemes without roles"),
    (
        "goals: [{kpi: csat, target: quota}]",
        "goals: []",
        "12:7 This scheme has no goals | Write at least one: goals: [{kpi: won",
    ),
    ("weight: 60", "weight: 0", "10:36 A weight of 0 never counts"),
    ("zero: 100", "zero: 1000", "10:60 Target and zero are both 1000"),
    ("by: person", "zero: 1", "11:33 Either zero or points, not both"),
    ("Key accounts China", "Key acounts China", "14:3 Nobody in people.yml is in the team Key acounts China | Did you"),
    ("amount: 800", "amout: 800", "14:59 amout means nothing here | Did you mean amount?"),
    ("from: 40", "from: 0", "11:77 The step from 0 does not lie above the one before it, from 0"),
]


@pytest.fixture(scope="module")
def own(repository: Path) -> Settings:
    return load_settings(repository)


def read(text: str, own: Settings) -> tuple[Parts, list[Problem]]:
    known = Known(own.types, own.people, own.products, own.site, frozenset({"won_value", "win_rate", "csat"}))
    file = load_yaml_with_lines("site-config/appraisal.yml", text.encode())
    return read_parts({"appraisal.yml": file}, known, PARTS), file.problems


def test_good_sections_are_read_and_come_back_from_the_cache(own: Settings) -> None:
    parts, problems = read(GOOD, own)
    assert problems == []
    policy, results, quotas = parts.of(Appraisal), parts.of(PeopleResults), parts.of(TeamQuotas)
    first, second = policy.schemes[0].goals
    assert first == Goal("won_value", Decimal(60), Decimal(1000), Decimal(100))
    assert second.steps == (Step(Decimal(0), Decimal(0)), Step(Decimal(40), Decimal(100)))
    assert decode(Appraisal, encode(policy)) == policy
    assert decode(PeopleResults, encode(results)) == results
    assert quotas.teams == {"Key accounts China": (Quota("2026-01-01", "2026-12-31", Decimal(800)),)}
    assert decode(TeamQuotas, encode(quotas)) == quotas


def test_a_role_without_scheme_of_its_own_has_that_of_all_others(own: Settings) -> None:
    policy = read(GOOD, own)[0].of(Appraisal)
    assert [each.kpi for each in policy.scheme_for("key-account-manager").goals] == ["won_value", "win_rate"]  # type: ignore[union-attr]
    assert [(each.kpi, each.is_quota) for each in policy.scheme_for("").goals] == [("csat", True)]  # type: ignore[union-attr]
    assert Appraisal().scheme_for("key-account-manager") is None


def test_without_the_file_nobody_is_scored_and_the_site_shows_no_person(own: Settings) -> None:
    assert Appraisal().schemes == ()
    assert PeopleResults() == PeopleResults((), "teams", 3)


@pytest.mark.parametrize(("before", "after", "said"), MISTAKES, ids=[f"{a} → {b}" for a, b, _ in MISTAKES])
def test_a_mistake_is_told_where_it_stands(before: str, after: str, said: str, own: Settings) -> None:
    assert GOOD.count(before) == 1
    _, problems = read(GOOD.replace(before, after), own)
    spelt = [spell(problem, "en") for problem in problems]
    assert [line for line in spelt if line.startswith(said)], spelt
    assert all(spell(problem, "zh") for problem in problems)


def spell(problem: Problem, lang: str) -> str:
    message, hint = render_message(problem, lang)
    return f"{problem.line}:{problem.column} {message} | {hint}"


def test_every_message_has_a_mistake_that_gives_it(own: Settings, repository: Path) -> None:
    texts = yaml.safe_load((repository / "tools/kam/settings/appraisal_texts.yml").read_text("utf-8"))
    written = {(rule, key) for rule, words in texts.items() for key in words["messages"]}
    found = {(p.rule, p.key) for before, after, _ in MISTAKES for p in read(GOOD.replace(before, after), own)[1]}
    assert written - found == set()
