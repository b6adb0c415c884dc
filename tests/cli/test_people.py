"""``kam people`` and ``kam handover``: who has what to do, and to whom it goes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kam.cli.main import cli

PEOPLE = """\
people:
  li-ming: {name: {en: Li Ming, zh: 李明}, skills: [pumps], capacity: 20, stand_in: sun-yue, manager: zhao-lei}
  zhao-lei: {name: {en: Zhao Lei, zh: 赵磊}, absences: [{from: 2026-06-22, to: 2026-07-10, reason: Private}]}
  sun-yue: {name: {en: Sun Yue, zh: 孙悦}, to: 2026-03-31}
"""
PROFILE = """\
---
name: 恒通
owner: li-ming
team: [{person: li-ming, role: Tenders, from: 2025-01-01, to: 2025-12-31}, {person: zhao-lei, role: Order desk}]
reminders:
  - {id: a1, what: Send the list, owner: li-ming, due: 2026-06-01, status: open}
  - {id: a2, what: Send the letter, owner: li-ming, due: 2026-05-01, status: done, done_on: 2026-05-01}
---
"""
ISSUE = "---\ntitle: Late\nstatus: open\nhandler: li-ming\n---\n"
Run = Callable[..., Result]


@pytest.fixture
def root(tmp_path: Path, repository: Path) -> Path:
    shutil.copytree(repository / "site-config" / "schemas", tmp_path / "site-config" / "schemas")
    for name in ("kam.yml", "currencies.yml"):
        shutil.copy(repository / "site-config" / name, tmp_path / "site-config")
    (tmp_path / "site-config" / "people.yml").write_text(PEOPLE, "utf-8")
    (tmp_path / "mkdocs.yml").touch()
    (tmp_path / "accounts" / "hengtong" / "issues").mkdir(parents=True)
    (tmp_path / "accounts" / "hengtong" / "profile.md").write_text(PROFILE, "utf-8")
    (tmp_path / "accounts" / "hengtong" / "issues" / "2026-06-01-late.md").write_text(ISSUE, "utf-8")
    return tmp_path


@pytest.fixture
def run(root: Path) -> Run:
    def run(*words: str) -> Result:
        return CliRunner().invoke(cli, ["-C", str(root), "--lang", "en", "--as-of", "2026-06-30", *words])

    return run


def test_handing_over_lists_all_that_is_open_and_nothing_else(run: Run) -> None:
    assert " open in 1 account\n" in run("handover", "li-ming").output
    found = json.loads(run("handover", "li-ming", "--format", "json").output)
    assert found["to"] == "zhao-lei", "the stand-in has left, so the manager"
    (account,) = found["accounts"]
    assert account["name"] == "恒通"
    assert account["note"] == "kam new handover hengtong from_person=li-ming to_person=zhao-lei on=2026-06-30"
    assert [(each["path"], each["kind"], each["what"], each["due"]) for each in account["open"]] == [
        ("accounts/hengtong/issues/2026-06-01-late.md", "holder", "handler", None),
        ("accounts/hengtong/profile.md", "holder", "owner", None),
        ("accounts/hengtong/profile.md", "action", "Send the list", "2026-06-01"),
    ]


def test_the_list_is_empty_when_all_is_handed_over(run: Run, root: Path) -> None:
    for path in root.glob("accounts/hengtong/**/*.md"):
        path.write_text(path.read_text("utf-8").replace(": li-ming", ": zhao-lei"), "utf-8")
    assert run("handover", "li-ming").output == "Li Ming (li-ming) has nothing open: all is handed over\n"


def test_nothing_is_handed_over_to_somebody_who_has_left(run: Run) -> None:
    result = run("handover", "li-ming", "--to", "sun-yue")
    assert (result.exit_code, result.output) == (2, "kam: sun-yue left on 2026-03-31\n")


def test_nothing_is_handed_over_to_the_one_who_has_it(run: Run) -> None:
    result = run("handover", "li-ming", "--to", "li-ming")
    assert result.exit_code == 2 and "cannot take over from themselves" in result.output


def test_a_misspelt_person_is_answered_with_the_nearest(run: Run) -> None:
    result = run("handover", "li-mng")
    assert result.exit_code == 2 and "Did you mean li-ming?" in result.output


def test_people_are_shown_with_work_against_hours_and_without_reasons_of_absence(run: Run) -> None:
    result = run("people", "--format", "json")
    rows = {row["person"]: row for row in json.loads(result.output)["people"]}
    assert set(rows) == {"li-ming", "zhao-lei"}, "who has left and has nothing open is not listed"
    assert (rows["li-ming"]["accounts"], rows["li-ming"]["open"], rows["li-ming"]["overdue"]) == (["hengtong"], 2, 1)
    assert rows["li-ming"]["load"] == 4, "two things in 20 hours are four in 40"
    assert rows["zhao-lei"]["away"] == "until 2026-07-10"
    assert "Private" not in result.output


def test_people_can_be_looked_for_by_skill(run: Run) -> None:
    assert [
        row["person"] for row in json.loads(run("people", "--skill", "pumps", "--format", "json").output)["people"]
    ] == ["li-ming"]
    assert "Did you mean pumps?" in run("people", "--skill", "pump").output
