"""Records that move or are put away, with everything that refers to them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Kam = Callable[..., Any]
Read = Callable[[str], str]
LATE = "acme/issues/2026-03-02-late"


def errors(kam: Kam, status: int = 0) -> list[str]:
    found = json.loads(kam("check", "accounts", "--format", "json", status=status).stdout)
    return [f"{p['path']} {p['rule']}" for p in found["problems"] if p["level"] == "error"]


def test_a_new_name_follows_in_fields_and_links(kam: Kam, read: Read, root: Path) -> None:
    visit, profile, late = read("acme/meetings/2026-03-10-visit"), read("acme/profile"), read(LATE)
    result = kam("move", LATE, "2026-03-02-pumps late")
    new = "acme/issues/2026-03-02-pumps-late"
    assert f"{LATE} is now {new}" in result.stdout
    assert read(new) == late and not (root / f"accounts/{LATE}.md").exists()
    assert read("acme/meetings/2026-03-10-visit") == visit.replace("2026-03-02-late", "2026-03-02-pumps-late")
    assert read("acme/profile") == profile.replace("2026-03-02-late", "2026-03-02-pumps-late")
    assert not errors(kam)


def test_a_record_leaves_the_in_tray_for_an_account(kam: Kam, read: Read, root: Path) -> None:
    text = read("_unassigned/issues/2026-03-04-whose")
    kam("move", "_unassigned/issues/2026-03-04-whose", "清源")
    assert read("beta/issues/2026-03-04-whose") == text
    assert not (root / "accounts/_unassigned").exists()


def test_an_entry_of_a_ledger_moves_alone(kam: Kam, read: Read) -> None:
    before = read("acme/orders/2026-03")
    kam("move", "acme/orders/2026-03#SO-1", "beta")
    assert "SO-1" not in read("acme/orders/2026-03") and "- id: SO-3   # the large one" in read("acme/orders/2026-03")
    assert read("beta/orders/2026-03") == before[: before.index("  - id: SO-3")] + "---\n"
    assert "order: beta/orders/2026-03#SO-1" in read("beta/issues/2026-03-03-linked")
    kam("move", "beta/orders/2026-03#SO-1", "SO-1a")
    assert "order: beta/orders/2026-03#SO-1a" in read("beta/issues/2026-03-03-linked")
    assert not errors(kam)


def test_an_account_gets_another_name_with_all_its_files(kam: Kam, read: Read, root: Path) -> None:
    (root / "accounts/acme/attachments").mkdir()
    (root / "accounts/acme/attachments/plan.pdf").write_bytes(b"%PDF\xff\x00")
    (root / "import-state").mkdir()
    state = '{"type": "issue", "id": "1", "record": "acme/issues/2026-03-02-late", "fields": {}}\n'
    (root / "import-state/crm.jsonl").write_text(state, "utf-8")
    texts = {p.relative_to(root / "accounts/acme"): p.read_bytes() for p in (root / "accounts/acme").rglob("*.*")}
    kam("move", "Acme", "acme-pumps")
    new = root / "accounts/acme-pumps"
    assert not (root / "accounts/acme").exists()
    for path, raw in texts.items():
        assert (new / path).read_bytes() == raw.replace(b"acme/", b"acme-pumps/")
    assert "parent: acme-pumps\n" in read("beta/profile")
    assert "order: acme-pumps/orders/2026-03#SO-1" in read("beta/issues/2026-03-03-linked")
    assert (root / "import-state/crm.jsonl").read_text("utf-8") == state.replace("acme/", "acme-pumps/")
    assert not errors(kam)


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ((LATE, "beta"), 1, "unknown-contact"),
        ((LATE, "acme/risks/x"), 2, "is no place for"),
        ((LATE, LATE), 2, "is there already"),
        ((LATE, "nobody/issues/x"), 2, "there is no account nobody"),
        (("acme", "beta"), 2, "there is an account beta already"),
        (("acme/profile", "x"), 2, "kam move acme NEWNAME"),
        (("_unassigned", "x"), 2, "cannot get the name"),
        (("acme/orders/2026-03#SO-1", "SO-3"), 2, "already has an entry SO-3"),
    ],
)  # fmt: skip
def test_moves_that_would_break_something_are_refused(
    kam: Kam, root: Path, words: tuple[str, str], status: int, said: str
) -> None:
    before = {p: p.read_bytes() for p in (root / "accounts").rglob("*.md")}
    assert said in kam("move", *words, status=status).stderr
    assert {p: p.read_bytes() for p in (root / "accounts").rglob("*.md")} == before


def test_an_archived_record_is_out_of_the_way_and_still_found_by_what_refers_to_it(
    kam: Kam, read: Read, root: Path
) -> None:
    late = read(LATE)
    assert "say why" in kam("archive", LATE, status=2).stderr
    kam("archive", LATE, "--why", "Doubled")
    assert (root / f"archive/{LATE}.md").read_text("utf-8") == late.replace(
        "\n---\nThe pumps", "\narchived: {on: 2026-03-20, by: tang-weiguo, why: Doubled}\n---\nThe pumps"
    )
    assert not (root / f"accounts/{LATE}.md").exists()
    assert not errors(kam)
    records = kam("query", "SELECT count(*) FROM issues", "--format", "csv").stdout
    assert records.split()[-1] == "2"
    assert "was archived" in kam("set", LATE, "severity=low", status=2).stderr
    kam("new", "issue", "acme", "title=late", "reported_at=2026-03-02 08:00")
    assert "acme/issues/2026-03-02-late-2" in str(list((root / "accounts").rglob("*late*")))


def test_a_record_can_be_named_by_its_title(kam: Kam, root: Path) -> None:
    kam("move", "Linked", "2026-03-03-joined")
    kam("archive", "2026-03-03-joined", "--why", "Done")
    assert (root / "archive/beta/issues/2026-03-03-joined.md").exists()


def test_entries_of_a_ledger_are_archived_one_by_one(kam: Kam, read: Read, root: Path) -> None:
    kam("archive", "acme/orders/2026-03#SO-1", "--why", "Typed twice")
    assert "SO-1" not in read("acme/orders/2026-03") and not errors(kam)
    kam("archive", "acme/orders/2026-03#SO-3", "--why", "Typed twice")
    assert not (root / "accounts/acme/orders").exists()
    text = (root / "archive/acme/orders/2026-03.md").read_text("utf-8")
    assert text.count("archived: {on: 2026-03-20, by: tang-weiguo, why: Typed twice}") == 2
    assert not errors(kam)


def test_an_account_is_archived_with_all_its_records(kam: Kam, root: Path) -> None:
    kam("archive", "acme", "--why", "Bankrupt")
    assert not (root / "accounts/acme").exists()
    profile = (root / "archive/acme/profile.md").read_text("utf-8")
    assert "\narchived: {on: 2026-03-20, by: tang-weiguo, why: Bankrupt}\n---\n" in profile
    assert not errors(kam)
