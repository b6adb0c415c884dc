"""Sections ``tiers`` and ``cadence``: each mistake is told at its place, with what to do, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from kam.model.problem import Problem
from kam.model.texts import render_message
from kam.settings import Settings, load_settings
from kam.settings.cadence import Cadence, read_cadence
from kam.settings.codec import decode, encode
from kam.settings.parts import Known, Part, Parts, read_parts
from kam.settings.tiers import Tiers, read_tiers
from kam.settings.yaml_reader import load_yaml_with_lines

PARTS = (Part("policy.yml", "tiers", Tiers, read_tiers), Part("policy.yml", "cadence", Cadence, read_cadence))
GOOD = """\
tiers:
  thresholds: {A: 80, B: 60, D: 0}
  criteria:
    - id: amount
      title: {en: Amount, zh: 金额}
      kpi: order_value
      window: 6 months
      points:
        - {below: 100, points: 0}
        - {from: 100, below: 200, points: 10}
        - {from: 200, points: 80}
    - field: strategic_value
      missing: leave_out
      weight: 2
      points: {high: 10, medium: 5, low: 0}
cadence:
  from: 2026-01-01
  lifecycle: [active]
  grace: 7 days
  kinds:
    visit: {counts: [{type: meeting, where: {channel: [visit]}}]}
    review: {counts: [{type: review}]}
  tiers:
    A:
      - {kind: visit, every: 2 weeks, grace: 0 days, role: sales-director}
      - {kind: review, every: quarter}
"""
MISTAKES = [
    ("kpi: order_value", "kpi: order_valu", "6:12 There is no KPI order_valu | Did you mean order_value?"),
    ("kpi: order_value", "kpi: x", "6:12 There is no KPI x | Use the name of a file in site-config/kpis"),
    ("kpi: order_value\n", "weight: 1\n", "4:7 A criterion needs either kpi or field, exactly one of them"),
    ("field: strategic_value", "field: strategic_valu", "12:14 The account profile has no field strategic_valu"),
    ("field: strategic_value", "field: qqq", "12:14 The account profile has no field qqq to count by | See the fields"),
    ("field: strategic_value", "field: contacts.role", "12:14 The account profile has no field contacts.role"),
    ("field: strategic_value", "field: industry", "12:14 industry is neither a number nor a choice"),
    ("missing: leave_out", "window: 1 month", "13:15 Only a KPI is counted over a window"),
    ("missing: leave_out", "missing: ignore", "13:16 ignore cannot be chosen here"),
    ("{high: 10, medium: 5, low: 0}", "[{from: 0, points: 10}]", "15:15 A choice earns points by its values"),
    ("{high: 10, medium: 5, low: 0}", "{high: 10, low: 0}", "15:15 No points are given for: medium"),
    ("medium: 5", "meduim: 5", "15:26 strategic_value has no choice meduim | Did you mean medium?"),
    ("medium: 5", "medium: 5, top: 1", "15:37 strategic_value has no choice top | Possible: high, medium, low."),
    ("from: 100, below: 200", "from: 150, below: 200", "10:11 Values from 100 to 150 belong to no band"),
    ("from: 200, points: 80", "from: 180, points: 80", "11:11 Values from 180 to 200 belong to two bands"),
    ("from: 200, points: 80", "from: 100, points: 80", "11:11 The band from 100 stands behind one that begins at 100"),
    ("{from: 200, points: 80}", "{points: 80}", "11:11 Only the first band may begin without from"),
    ("from: 200, points: 80", "from: 200, below: 300, points: 80", "11:30 Values from 300 on belong to no band"),
    ("- {below: 100, points: 0}", "- {below: 100}", "9:11 points is missing here"),
    ("points: 80}", "points: 70}", "4:5 The criteria can earn 90 points together, but the score is out of 100 (70"),
    ("weight: 2", "weight: 3", "4:5 The criteria can earn 110 points together, but the score is out of 100 (80 + 30)"),
    ("B: 60", "B: 90", "2:26 Tier B begins at 90, but the higher tier A at 80"),
    ("B: 60", "B: 100", "2:26 A tier cannot begin at 100: scores go from 0 to 100"),
    ("B: 60", "E: 60", "2:23 There is no tier E | Possible: A, B, C, D."),
    ("{A: 80, B: 60, D: 0}", "{AA: 80}", "2:16 There is no tier AA | Did you mean A?"),
    ("  thresholds: {A: 80, B: 60, D: 0}\n", "", "2:3 There are criteria, but no thresholds"),
    ("every: 2 weeks", "every: fortnight", "25:30 fortnight is no span of time"),
    ("every: 2 weeks", "every: 0 days", "25:30 0 days is no span of time"),
    ("lifecycle: [active]", "lifecycle: [actve]", "18:15 There is no phase actve in the lifecycle"),
    ("lifecycle: [active]", "lifecycle: [x]", "18:15 There is no phase x in the lifecycle of accounts | Possible"),
    ("    visit: {counts", "    vist: {counts", "21:5 The care plan of profiles knows no contact vist | Did you"),
    ("    review: {counts", "    zzz: {counts", "22:5 The care plan of profiles knows no contact zzz | Possible"),
    ("{kind: review", "{kind: reviw", "26:16 Nothing says which records count as reviw | Did you mean review?"),
    ("{kind: review", "{kind: gift", "26:16 Nothing says which records count as gift | Add it under kinds"),
    ("type: meeting", "type: meting", "21:29 There is no record type meting | Did you mean meeting?"),
    ("type: meeting", "type: q", "21:29 There is no record type q | Use the name of a file"),
    ("[{type: review}]", "[{type: training}]", "22:30 A training is no dated record of an account"),
    ("{channel: [visit]}", "{chanel: [visit]}", "21:54 chanel is not a field with choices | Did you mean channel?"),
    ("{channel: [visit]}", "{zz: [visit]}", "21:50 zz is not a field with choices | Possible here"),
    ("{channel: [visit]}", "{channel: [vist]}", "21:55 vist is not one of the choices | Did you mean visit?"),
    ("{channel: [visit]}", "{channel: [q]}", "21:55 q is not one of the choices | Possible"),
    ("    A:\n", "    AA:\n", "24:5 There is no tier AA | Did you mean A?"),
    ("    A:\n", "    X:\n", "24:5 There is no tier X | Possible: A, B, C, D."),
    ("role: sales-director", "role: sales-directr", "25:60 Nobody in people.yml has the role sales-directr"),
    ("{kind: review, every", "{kind: visit, every", "26:16 visit stands in the list twice"),
    ("field: strategic_value", "field: employees", "15:15 A number earns points by bands, which are a list"),
]  # fmt: skip


@pytest.fixture(scope="module")
def own(repository: Path) -> Settings:
    return load_settings(repository)


def read(text: str, own: Settings) -> tuple[Parts, list[Problem]]:
    known = Known(own.types, own.people, own.products, own.site, frozenset({"order_value"}))
    file = load_yaml_with_lines("site-config/policy.yml", text.encode())
    return read_parts({"policy.yml": file}, known, PARTS), file.problems


def spell(problem: Problem) -> str:
    message, hint = render_message(problem, "en")
    return f"{problem.line}:{problem.column} {message} | {hint}"


def test_good_sections_are_read_and_come_back_from_the_cache(own: Settings) -> None:
    parts, problems = read(GOOD, own)
    assert problems == []
    tiers, cadence = parts.of(Tiers), parts.of(Cadence)
    assert [(each.id, each.most * each.weight, each.missing) for each in tiers.criteria] == [
        ("amount", 80, "zero"),
        ("strategic_value", 20, "leave_out"),
    ]
    assert [each.tier for each in tiers.thresholds] == ["A", "B", "D"]
    assert [(each.kind, each.role) for each in cadence.tiers["A"]] == [("visit", "sales-director"), ("review", "owner")]
    assert decode(Tiers, encode(tiers)) == tiers
    assert decode(Cadence, encode(cadence)) == cadence


@pytest.mark.parametrize(("before", "after", "said"), MISTAKES, ids=[f"{a} → {b}" for a, b, _ in MISTAKES])
def test_a_mistake_is_told_where_it_stands(before: str, after: str, said: str, own: Settings) -> None:
    assert GOOD.count(before) == 1
    _, problems = read(GOOD.replace(before, after), own)
    spelt = sorted(spell(problem) for problem in problems)
    assert [line for line in spelt if line.startswith(said)], spelt
    for problem in problems:
        assert all("{" not in text.replace("{{", "") for text in render_message(problem, "zh")[:1])


def test_every_message_has_a_mistake_that_gives_it(own: Settings, repository: Path) -> None:
    texts = yaml.safe_load((repository / "tools/kam/settings/tier_texts.yml").read_text("utf-8"))
    written = {(rule, key) for rule, words in texts.items() for key in words["messages"]}
    given = {
        (problem.rule, problem.key)
        for before, after, _ in MISTAKES
        for problem in read(GOOD.replace(before, after), own)[1]
    }
    assert written <= given, written - given


def test_no_sections_demand_nothing(own: Settings) -> None:
    parts, problems = read("{}\n", own)
    assert (problems, parts.of(Tiers), parts.of(Cadence)) == ([], Tiers(), Cadence())
