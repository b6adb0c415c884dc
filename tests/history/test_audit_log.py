"""``kam audit log``: who changed what, when and why, through all the names of a record."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.history.conftest import PROFILE, Project, front

Branch = Callable[[Mapping[str, str | None]], None]
CONTRACT = "accounts/acme/contracts/2026-frame.md"
MOVED = "accounts/apex/contracts/2026-frame.md"
DRAFT = front("title: Frame\nstatus: draft\nvalue: 1000\nowner: li-ming\nprice_terms: Ten per cent off\n"
              "parties:\n  - {name: Acme Ltd, role: customer}")  # fmt: skip


@pytest.fixture
def told(project: Project) -> Project:
    """A contract that was made, changed by somebody else, moved with its account, changed again and archived."""
    project.commit({CONTRACT: DRAFT}, "Record the frame contract", who="li", on="2026-05-02T09:00:00+08:00")
    signed = DRAFT.replace("draft", "signed").replace("value: 1000", "value: 1200.50").replace("Ten", "Twelve")
    project.commit({CONTRACT: signed}, "Take over what was signed", who="wang", on="2026-05-10T17:30:00+00:00")
    project.git("mv", "accounts/acme", "accounts/apex")
    project.commit({}, "Follow the merger", who="li", on="2026-05-12T09:00:00+08:00")
    owned = signed.replace("owner: li-ming", "owner: wang-fang").replace("Acme Ltd", "Apex Ltd") + "More.\n"
    project.commit({MOVED: owned}, "Hand over", who="li", on="2026-05-13T09:00:00+08:00")
    away = MOVED.replace("accounts/", "archive/")
    project.commit({MOVED: None, away: owned}, "Archive", who="guest", on="2026-05-14T09:00:00+08:00")
    return project


def entries(project: Project, *words: str) -> list[dict[str, Any]]:
    result = project.kam("audit", "log", *words, "--format", "json")
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = json.loads(result.stdout)["entries"]
    return found


def test_a_record_is_followed_through_its_names(told: Project) -> None:
    found = entries(told, "apex/contracts/2026-frame")
    assert [(e["kind"], e["why"], e["person"]) for e in found] == [
        ("archived", "Archive", "guest"),
        ("changed", "Hand over", "Li Ming"),
        ("renamed", "Follow the merger", "Li Ming"),
        ("changed", "Take over what was signed", "Wang Fang"),
        ("created", "Record the frame contract", "Li Ming"),
    ]
    assert {e["record"] for e in found} == {"apex/contracts/2026-frame"}
    assert found[2]["was"] == "acme/contracts/2026-frame"
    assert found[1]["body_changed"] and not found[3]["body_changed"]


def test_values_are_told_in_the_words_of_the_business(told: Project) -> None:
    changes = {c["field"]: c for c in entries(told, CONTRACT.replace("acme", "apex"))[3]["changes"]}
    assert (changes["status"]["label"], changes["status"]["old"], changes["status"]["new"]) == (
        "Status", "Draft", "Signed",
    )  # fmt: skip
    assert (changes["value"]["old"], changes["value"]["new"]) == ("1000", "1200.50")
    assert changes["price_terms"]["confidential"] and not changes["value"]["confidential"]
    owner = next(c for c in entries(told, "apex/contracts/2026-frame")[1]["changes"] if c["field"] == "owner")
    assert (owner["old"], owner["new"]) == ("Li Ming", "Wang Fang")


def test_the_old_name_finds_what_happened_under_it(told: Project) -> None:
    assert len(entries(told, "acme/contracts/2026-frame")) == 3


def test_a_file_can_be_named_from_the_folder_one_is_in(told: Project) -> None:
    told.commit({"accounts/apex/profile.md": PROFILE.replace("Acme", "Apex")}, "New name")
    result = told.kam("audit", "log", "profile.md", root=told.root / "accounts/apex")
    assert "New name" in result.stdout
    assert "Customer name" not in result.stdout and "Acme → Apex" in result.stdout


def test_one_field_is_enough(told: Project) -> None:
    found = entries(told, "apex/contracts/2026-frame.value")
    assert [[c["field"] for c in e["changes"]] for e in found] == [["value"], ["value"]]


def test_person_and_day_narrow_it_down(told: Project) -> None:
    assert [e["why"] for e in entries(told, "--by", "wang-fang")] == ["Take over what was signed"]
    assert [e["why"] for e in entries(told, "--by", "王芳")] == ["Take over what was signed"]
    assert [e["why"] for e in entries(told, "--by", "guest@example.com")] == ["Archive"]
    assert {e["why"] for e in entries(told, "apex", "--since", "2026-05-13")} == {"Archive", "Hand over"}


def test_the_text_is_readable_in_both_languages(told: Project) -> None:
    out = told.kam("audit", "log", "apex/contracts/2026-frame").stdout
    assert "2026-05-11 01:30  Wang Fang  " in out and "  Take over what was signed\n" in out
    assert (
        "  apex/contracts/2026-frame (Contract): changed\n    Status: Draft → Signed\n    Value: 1000 → 1200.50\n"
        in out
    )
    assert "Parties › 1 › Legal name: Acme Ltd → Apex Ltd" in out
    chinese = told.kam("--lang", "zh", "audit", "log", "apex/contracts/2026-frame").stdout
    assert "合同金额: 1000 → 1200.50" in chinese and "由 acme/contracts/2026-frame 改名" in chinese


def test_an_entry_of_a_ledger_is_a_record(project: Project) -> None:
    path, head = "accounts/acme/orders/2026-03.md", "---\nentries:\n"
    one = "  - id: SO-1\n    date: 2026-03-02\n    status: {}\n"
    project.commit({path: head + one.format("open") + one.replace("SO-1", "SO-2").format("open") + "---\n"}, "Orders")
    project.commit({path: head + one.format("delivered") + "---\n"}, "Deliver")
    found = entries(project, "acme/orders/2026-03#SO-1")
    assert [(e["kind"], e["why"]) for e in found] == [("changed", "Deliver"), ("created", "Orders")]
    assert [e["kind"] for e in entries(project, "acme/orders/2026-03")] == ["changed", "deleted", "created", "created"]
    assert [e["record"] for e in entries(project, "acme/orders/2026-03#SO-1.status")] == [
        "acme/orders/2026-03#SO-1"
    ] * 2


def test_a_file_that_was_no_record_for_a_while_is_told_of(project: Project) -> None:
    project.commit({"accounts/acme/profile.md": "---\nname: [\n---\n"}, "Break")
    project.commit({"accounts/acme/profile.md": PROFILE}, "Mend")
    assert [(e["kind"], e["why"]) for e in entries(project, "acme/profile")] == [
        ("unreadable", "Mend"), ("unreadable", "Break"), ("created", "Begin"),
    ]  # fmt: skip


def test_nothing_found_is_said(told: Project) -> None:
    assert "nothing found" in told.kam("audit", "log", "nobody").stdout
    assert entries(told, "nobody") == []


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("nosuch", "there is no account or record nosuch"),
        ("beat", "there is no account or record beat. Did you mean Beta (beta)?"),
        ("Beta", "there is no account or record Beta. Did you mean beta?"),
        ("beta/profil", "there is no record beta/profil. Did you mean beta/profile?"),
    ],
)
def test_a_name_that_leads_nowhere_is_called_that(project: Project, target: str, said: str) -> None:
    project.commit({"accounts/beta/profile.md": PROFILE.replace("Acme", "Beta")}, "Beta")
    assert f"nothing found in the history: {said}" in project.kam("audit", "log", target).stdout
    assert "历史中没有找到相关修改：没有“" in project.kam("--lang", "zh", "audit", "log", target).stdout
    assert project.kam("audit", "log", "beta", "--since", "2030-01-01").stdout == "nothing found in the history\n"


def test_half_a_history_tells_nothing(told: Project, tmp_path: Path) -> None:
    told.git("clone", "-q", "--depth", "1", told.root.as_uri(), str(tmp_path / "shallow"))
    result = told.kam("audit", "log", root=tmp_path / "shallow")
    assert result.exit_code == 2 and "--unshallow" in result.stderr
