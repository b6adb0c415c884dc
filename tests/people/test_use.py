"""``kam use``: counted from real histories, before and after a roll-out."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from staff_files import commit, put

Kam = Callable[..., Result]
ROLLOUT = """\
title: Accounts as code
status: pilot
start: 2026-06-01
goals:
  - {id: o1, what: Complete, measure: completeness, unit: "%", target: 95, actual: 90}
  - {id: o2, what: Teams, target: 2}
teams: [{team: East, from: 2026-06-01, pilot: true}, {team: West, from: 2026-07-01}, {team: Later, from: 2027-01-01}]
"""


@pytest.fixture
def history(root: Path) -> Path:
    """Eight commits: ann now and then, ben since the roll-out, somebody unknown, a rename, a restricted record."""
    put(root, "_portfolio/rollouts/code", ROLLOUT)
    issue = "title: Late\nreported_at: 2026-04-01T09:00+00:00\nseverity: high\nstatus: open\nhandler: ann\n"
    acme, bolt, one = "accounts/acme", "accounts/bolt", "accounts/bolt/issues/one.md"
    commit(root, "ann", "2026-04-20", bolt, "site-config", "mkdocs.yml", ".gitignore")
    commit(root, "boss", "2026-05-10", acme, "accounts/gone", "accounts/_portfolio")
    put(root, "bolt/issues/one", issue)
    commit(root, "ann", "2026-06-10", one)
    put(root, "bolt/issues/one", issue + "solution: rust\n")
    commit(root, "ben", "2026-06-20", one)
    put(root, "bolt/issues/one", issue + "solution: salt\n")
    commit(root, "ben", "2026-07-01", one)
    subprocess.run(["git", "-C", str(root), "mv", one, "accounts/bolt/issues/two.md"], check=True)
    commit(root, "ben", "2026-07-02", "accounts/bolt/issues")
    put(root, "bolt/issues/two", issue + "solution: wear\n")
    commit(root, "stranger", "2026-07-05", "accounts/bolt/issues/two.md")
    put(
        root,
        "_portfolio/appraisals/secret",
        "title: t\nperson: ann\nperiod_start: 2026-01-01\nperiod_end: 2026-06-30\nstatus: draft\n",
    )
    commit(root, "boss", "2026-07-06", "accounts/_portfolio/appraisals")
    return root


@pytest.fixture
def use(history: Path, kam: Kam) -> Callable[..., dict[str, Any]]:
    """The use as JSON."""

    def read(*words: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(kam("use", "--format", "json", *words).stdout)
        return found

    return read


def test_the_last_thirty_days_are_counted_by_person_with_their_accounts(use: Callable[..., dict[str, Any]]) -> None:
    found = use()
    rows = {each["person"]: each for each in found["people"]}
    assert found["recent"]["from"] == "2026-06-16"
    assert (rows["ben"]["recent"]["records"], rows["ben"]["recent"]["changes"]) == (1, 2), "a new name is no change"
    assert (rows["ann"]["recent"]["changes"], rows["ann"]["last"]) == (0, "2026-06-10")
    assert (rows["ann"]["accounts"], rows["ann"]["tiers"]) == (["bolt"], {"B": 1})
    assert (rows["ben"]["accounts"], rows["ben"]["tiers"]) == (["acme"], {"A": 1})
    assert found["owners"] == {"count": 2, "active": 1, "share": 50}
    assert found["strangers"] == {"stranger@firm.example.com": 1}


def test_modules_are_alive_quiet_or_unused_and_restricted_ones_unsaid(use: Callable[..., dict[str, Any]]) -> None:
    states = {each["type"]: each["state"] for each in use()["modules"]}
    assert (states["issue"], states["opportunity"], states["contract"]) == ("alive", "quiet", "unused")
    assert "appraisal" not in states
    assert not any(each["last"] == "2026-07-06" for each in use()["people"]), "an appraisal is nobody's business"


def test_before_and_since_are_of_one_length_as_far_as_the_history_goes(use: Callable[..., dict[str, Any]]) -> None:
    (whole,) = use("--since", "2026-06-01")["comparisons"]
    assert (whole["before"]["from"], whole["before"]["to"]) == ("2026-04-20", "2026-05-31")
    assert (whole["after"]["from"], whole["after"]["to"]) == ("2026-06-01", "2026-07-15")
    assert (whole["before"]["people"], whole["after"]["people"]) == (["ann", "boss"], ["ann", "ben"])
    assert whole["after"]["changes"] == 4
    assert whole["after"]["changes_a_week"] == 0.62, "4 changes in 45 days"
    assert (whole["before"]["share"], whole["after"]["share"]) == (50, 100)


def test_a_roll_out_record_gives_the_days_of_its_teams_and_its_goals(use: Callable[..., dict[str, Any]]) -> None:
    found = use("--rollout", "_portfolio/rollouts/code")
    assert [(each["team"], each["since"]) for each in found["comparisons"]] == [
        (None, "2026-06-01"),
        ("East", "2026-06-01"),
        ("West", "2026-07-01"),
    ]
    assert [(each["id"], each["kpi"]) for each in found["goals"]] == [("o1", "completeness")]
    assert found["comparisons"][2]["owners"] == []


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", ["## East: before and since 2026-06-01", "| Owners of accounts who changed anything | 50 % | 100 % |",
                "| Issues | 1 | 3 | 1 | 2026-07-05 | alive |", "| Complete | 95 % | 90 % |"]),
        ("zh", ["## East：2026-06-01 前后对比", "| 有变更的客户负责人占比 | 50 % | 100 % |", "| 在用 |"]),
    ],
)  # fmt: skip
def test_the_pilot_report_is_markdown_for_the_roll_out_record(
    history: Path, kam: Kam, lang: str, said: list[str]
) -> None:
    text = kam("use", "--rollout", "code", "--format", "md", lang=lang).stdout
    lines = text.splitlines()
    for each in said:
        assert [line for line in lines if each in line], "\n".join(lines)
    assert "appraisal" not in text.lower() and "考核" not in text


def test_text_shows_everybody_beside_accounts_and_tiers(history: Path, kam: Kam) -> None:
    text = kam("use").stdout
    assert "2026-06-16 to 2026-07-15: 1 of 2 people who own accounts changed a record (50 %)" in text
    assert [line.split() for line in text.splitlines() if line.startswith("Ann Lee")] == [
        ["Ann", "Lee", "East", "1", "B", "1", "0", "0", "0", "2026-06-10"]
    ]


def test_outside_git_nothing_is_counted_and_said_so(kam: Kam, root: Path) -> None:
    done = kam("use")
    assert "there is no history in Git yet" in done.stderr
    assert "0 of 2 people who own accounts" in done.stdout


def test_a_history_that_is_cut_off_is_refused(history: Path, tmp_path: Path, kam: Kam) -> None:
    shallow = tmp_path / "shallow"
    subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{history}", str(shallow)], check=True)
    assert "git fetch --unshallow" in kam("-C", str(shallow), "use", status=1).stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--rollout", "bolt"], "bolt/profile is no roll-out but a profile"),
        (["--since", "2027-01-01"], "2027-01-01 has not come yet"),
        (["--rollout", "nothing"], "there is no record nothing"),
    ],
)
def test_what_cannot_be_compared_is_said_in_a_sentence(history: Path, kam: Kam, words: list[str], said: str) -> None:
    assert said in kam("use", *words, status=2).stderr
