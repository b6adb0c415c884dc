"""Workload and its spread, training and use of the system, reckoned by hand."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from reckoning import Given, Records, figure, groups, value

from kam.kpi import compute
from kam.portfolio import open_portfolio
from kam.settings import Settings, load_settings
from kam.settings.values import Person

DAY = date(2026, 6, 30)


def person(name: str, role: str, team: str, capacity: int | None, **more: str) -> Person:
    hours = None if capacity is None else Decimal(capacity)
    return Person(name, {"en": name, "zh": name}, role=role, team=team, capacity=hours, **more)


STAFF = {
    each.id: each
    for each in (
        person("ann", "seller", "East", 40),
        person("ben", "seller", "East", 20),
        person("cy", "seller", "West", 40),
        person("dee", "engineer", "West", 40),
        person("eve", "seller", "East", None),
        person("old", "seller", "East", 40, to="2026-05-31"),
        person("new", "seller", "East", 40, from_="2026-07-01"),
    )
}


@pytest.fixture(scope="session")
def staffed(sample_settings: Settings) -> Settings:
    """The sample's settings with other people."""
    return replace(sample_settings, people=STAFF)


def action(name: str, owner: str, due: str, **more: str) -> dict[str, Any]:
    return {"id": name, "what": name, "owner": owner, "due": due, "status": "open"} | more


WORK: Records = {
    "acme/profile": {"name": "Acme", "lifecycle": "active", "owner": "ann"},
    "acme/meetings/2026-05-01-talk": {
        "title": "Talk",
        "at": "2026-05-01",
        "channel": "call",
        "follow_ups": [
            action("a1", "ann", "2026-06-20"),
            action("a2", "ann", "2026-07-14"),
            action("a3", "ben", "2026-07-15"),
            action("a4", "ben", "2026-06-01", status="done", done_on="2026-06-02"),
            action("a5", "ben", "2026-06-01", status="done", done_on="2026-07-02"),
        ],
    },
    "acme/issues/late": {"title": "Late", "reported_at": "2026-06-01T09:00+08:00", "status": "open", "handler": "ann"},
    "acme/opportunities/deal": {"title": "Deal", "stage": "propose", "created_on": "2026-06-01", "owner": "eve"},
    "acme/opportunities/next": {"title": "Next", "stage": "propose", "created_on": "2026-07-01", "owner": "ann"},
}


def test_tasks_due_are_open_ones_overdue_or_within_two_weeks(given: Given, staffed: Settings) -> None:
    found = figure(given(WORK, staffed), "tasks_due", by="overdue")
    assert {group.key: group.figure.value for group in found.by} == {"overdue": 2, "due": 1}
    assert groups(given(WORK, staffed), "tasks_due", "person") == {"ann": 2, "ben": 1}


def test_workload_is_open_work_for_forty_hours(given: Given, staffed: Settings) -> None:
    source = given(WORK, staffed)
    assert groups(source, "workload", "person") == {"ann": 3, "ben": 4, "cy": 0}, "2 in 20 hours are 4 in 40"
    assert value(source, "workload") == Decimal(5) / Decimal("2.5")
    assert figure(source, "workload").n == 3, (
        "no engineer has such work; who has no hours, left or comes is not counted"
    )


def test_spread_of_workload_counts_those_without_work(given: Given, staffed: Settings) -> None:
    source = given(WORK, staffed)
    spread = value(source, "workload_spread")
    assert spread is not None and round(spread, 6) == round(Decimal(8) / 21, 6), "of 0, 3 and 4: Σ|x−y| ÷ (2·n²·mean)"
    assert value(source, "workload_peak") == Decimal(4) * 3 / 7
    east = {group.key: group.figure for group in figure(source, "workload_spread", by="team").by}
    assert round(east["East"].value or 0, 6) == round(Decimal(1) / 14, 6)
    assert east["West"].value is None and "only one person" in (east["West"].reason or {})["en"]


def test_a_week_that_does_not_divide_forty_hours_is_not_rounded(given: Given, staffed: Settings) -> None:
    settings = replace(staffed, people=STAFF | {"ben": person("ben", "seller", "East", 38)})
    peak = value(given(WORK, settings), "workload_peak")
    load = Decimal(2) * 40 / 38
    assert peak is not None and abs(peak - 9 / (3 + load)) < Decimal("1e-9")


def test_hours_of_service_are_held_against_four_weeks_of_capacity(given: Given, staffed: Settings) -> None:
    done = {"title": "Visit", "kind": "on_site", "person": "ann", "hours": 8}
    records = WORK | {
        "acme/services/2026-06-10": {**done, "on": "2026-06-10"},
        "acme/services/2026-06-03": {**done, "on": "2026-06-03"},
        "acme/services/2026-06-02": {**done, "on": "2026-06-02"},
    }
    assert value(given(records, staffed), "workload_hours") == Decimal(16) * 100 / 160
    assert figure(given(WORK, staffed), "workload_hours").value is None


def course(on: str, roles: list[str], status: str = "held", **results: str) -> dict[str, Any]:
    people = [{"person": name, "result": result} for name, result in results.items()]
    return {"title": "T", "course": f"c{on[:4]}", "roles": roles, "on": on, "status": status, "participants": people}


def test_training_is_done_when_every_course_of_the_role_is_finished(given: Given, staffed: Settings) -> None:
    records: Records = {
        "_portfolio/trainings/a": course("2025-03-01", ["seller"], ann="passed", ben="passed", cy="failed"),
        "_portfolio/trainings/b": course("2026-03-01", ["seller"], ann="attended", ben="absent"),
        "_portfolio/trainings/c": course("2025-06-01", ["seller"], ben="passed", cy="passed"),
        "_portfolio/trainings/d": course("2024-06-01", ["engineer"], status="planned"),
    }
    source = given(records, staffed)
    assert groups(source, "training_done", "person") == {"ann": 100, "ben": 0, "cy": 0, "eve": 0}
    assert groups(source, "training_done", "role") == {"seller": 25}
    assert value(source, "training_done", date(2025, 12, 31)) == 60, "by then ann, ben and cy of five"
    assert value(source, "training_done", date(2024, 12, 31)) is None


def test_a_certificate_that_lapsed_is_not_a_finished_course(given: Given, staffed: Settings) -> None:
    held = course("2025-03-01", ["engineer"], dee="passed")
    held["participants"][0]["valid_until"] = "2026-06-29"
    source = given({"_portfolio/trainings/a": held}, staffed)
    assert value(source, "training_done", date(2026, 6, 29)) == 100
    assert value(source, "training_done", DAY) == 0


TEAM = """\
people:
  ann: {name: {en: Ann, zh: 安}, email: ann@firm.example.com, team: East}
  ben: {name: {en: Ben, zh: 本}, email: ben@firm.example.com, team: East}
  cy: {name: {en: Cy, zh: 西}, email: cy@firm.example.com, team: West}
"""


@pytest.fixture(scope="module")
def history(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Accounts with owners, committed by their owners on different days."""
    root = tmp_path_factory.mktemp("history")
    for name in ("schemas", "kpis"):
        shutil.copytree(repository / "site-config" / name, root / "site-config" / name)
    for name in ("kam.yml", "currencies.yml"):
        shutil.copy(repository / "site-config" / name, root / "site-config")
    (root / "site-config/people.yml").write_text(TEAM, "utf-8")
    (root / "mkdocs.yml").touch()
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    ann, ben = "{person: ann, from: 2025-01-01, to: 2026-06-15}", "{person: ben, from: 2026-06-16}"
    acme = f"owner: ben\nowners: [{ann}, {ben}]\n"
    for who, day, name, text in (
        ("ann", "2026-05-31", "acme", acme),
        ("cy", "2026-06-01", "bolt", "owner: cy\n"),
        ("ann", "2026-06-20", "bolt", "owner: cy\nwebsite: https://bolt.example.com\n"),
        ("ben", "2026-07-10", "acme", acme + "website: https://acme.example.com\n"),
    ):
        path = root / "accounts" / name / "profile.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"---\nname: {name}\nlifecycle: active\n{text}---\n", "utf-8")
        _commit(root, who, day)
    return root


def _commit(root: Path, who: str, day: str) -> None:
    author = {"GIT_AUTHOR_NAME": who, "GIT_AUTHOR_EMAIL": f"{who}@firm.example.com", "GIT_AUTHOR_DATE": f"{day}T12:00Z"}
    surroundings = {"PATH": "/usr/bin:/bin:/usr/local/bin"} | author
    surroundings |= {name.replace("AUTHOR", "COMMITTER"): text for name, text in author.items()}
    for words in (["add", "accounts"], ["commit", "-q", "-m", "Change"]):
        subprocess.run(["git", "-C", str(root), *words], check=True, env=surroundings)


@pytest.mark.parametrize(
    ("day", "share", "by_person"),
    [
        ("2026-05-31", 50, {"ann": 100, "cy": 0}),
        ("2026-06-15", 100, {"ann": 100, "cy": 100}),
        ("2026-06-30", 50, {"ben": 0, "cy": 100}),
        ("2026-07-01", 0, {"ben": 0, "cy": 0}),
        ("2026-07-31", 50, {"ben": 100, "cy": 0}),
        ("2026-05-30", None, {}),
    ],
)
def test_use_counts_owners_of_the_day_with_a_change_in_thirty_days(
    history: Path, day: str, share: int | None, by_person: dict[str, int]
) -> None:
    with open_portfolio(history, load_settings(history)) as portfolio:
        (result,) = compute(portfolio, date.fromisoformat(day), ["system_use"], by="person")
    assert result.value == share, result.reason
    assert {group.key: group.figure.value for group in result.by} == by_person


def test_where_no_commit_is_by_a_known_person_use_has_a_reason_and_no_value(history: Path, tmp_path: Path) -> None:
    root = tmp_path / "copy"
    shutil.copytree(history, root)
    people = root / "site-config/people.yml"
    people.write_text(people.read_text("utf-8").replace("@", "-at-other@"), "utf-8")
    with open_portfolio(root, load_settings(root)) as portfolio:
        (result,) = compute(portfolio, DAY, ["system_use"])
    assert result.value is None and result.reason is not None and "no commit in Git" in result.reason["en"]


def test_changes_are_counted_once_a_day_file_and_person(history: Path) -> None:
    with open_portfolio(history, load_settings(history)) as portfolio:
        (result,) = compute(portfolio, DAY, ["records_changed"], by="person", facts=True)
    assert {group.key: group.figure.value for group in result.by} == {"ann": 1, "cy": 1}
    assert [(fact.record, fact.person) for fact in result.facts] == [("bolt/profile", "cy"), ("bolt/profile", "ann")]


def test_accounts_owned_follow_the_owner_of_the_day(history: Path) -> None:
    with open_portfolio(history, load_settings(history)) as portfolio:
        for day, expected in (("2026-06-15", {"ann": 1, "cy": 1}), ("2026-06-16", {"ben": 1, "cy": 1})):
            (result,) = compute(portfolio, date.fromisoformat(day), ["accounts_owned"], by="owner")
            assert {group.key: group.figure.value for group in result.by} == expected
