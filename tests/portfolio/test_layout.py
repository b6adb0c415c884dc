"""What may stand where under ``accounts/``."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from datetime import date
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam.model.texts import render_message
from kam.portfolio import open_portfolio
from kam.portfolio.layout import check_top, read_layout
from kam.portfolio.tree import Listing
from kam.settings import Settings

Plant = Callable[[dict[str, str]], Path]
DAY = date(2026, 3, 31)
LAYOUT_RULES = {
    "stray-file", "unknown-folder", "wrong-scope", "symlink", "case-twins", "attachment-type", "attachment-size",
    "file-name", "profile-missing", "ledger-name",
}  # fmt: skip


def found(root: Path) -> set[tuple[str, str, str]]:
    """Path below accounts/, rule and key of the problems that are about places and names."""
    with open_portfolio(root, cache=False) as portfolio:
        problems = portfolio.check(DAY).problems
    return {(p.path.removeprefix("accounts/"), p.rule, p.key) for p in problems if p.rule in LAYOUT_RULES}


@pytest.mark.parametrize(
    ("path", "rule", "key"),
    [
        ("acme/notes.txt", "stray-file", "account"),
        ("acme/2026-03-02-late.md", "stray-file", "account"),
        ("readme.md", "stray-file", "top"),
        ("acme/issues/photo.png", "stray-file", "suffix"),
        ("_unassigned/profile.md", "stray-file", "account"),
        ("acme/isues/2026-03-02-late.md", "unknown-folder", "near"),
        ("acme/zzzzzz/2026-03-02-late.md", "unknown-folder", "default"),
        ("acme/issues/2026/late.md", "unknown-folder", "nested"),
        ("acme/campaigns/2026-spring.md", "wrong-scope", "portfolio"),
        ("_portfolio/issues/2026-03-02-late.md", "wrong-scope", "account"),
        ("acme/attachments/setup.exe", "attachment-type", "default"),
        ("acme/attachments/deep/er/no-ending", "attachment-type", "default"),
        ("acme/issues/2026 late.md", "file-name", "slug"),
        ("acme/issues/con.md", "file-name", "reserved"),
        ("acme/资料.md", "stray-file", "profile"),
        ("acme/~$profile.md", "stray-file", "leftover"),
        ("acme/issues/~$2026.md", "stray-file", "leftover"),
        ("acme/issues/2026-03-02-late.md~", "stray-file", "leftover"),
        ("acme/attachments/Thumbs.db", "stray-file", "leftover"),
        ("acme/orders/sept.md", "ledger-name", "default"),
        ("acme/orders/2026-09b.md", "ledger-name", "near"),
        ("acme/orders/2026-13.md", "ledger-name", "default"),
    ],
)
def test_what_is_out_of_place_is_named(path: str, rule: str, key: str, plant: Plant, texts: dict[str, str]) -> None:
    where = path
    if rule in ("unknown-folder", "wrong-scope"):
        where = path.rpartition("/")[0]
    assert found(plant({**texts, path: "x"})) == {(where, rule, key)}


@pytest.mark.parametrize(
    "path",
    [
        "acme/issues/.gitkeep", "acme/.DS_Store", ".hidden/x.md", "acme/attachments/合同 v1 (signed).PDF",
        "acme/attachments/2026/scan.jpg", "_portfolio/attachments/plan.xlsx",
    ],
)  # fmt: skip
def test_what_may_stand_there_is_let_be(path: str, plant: Plant, texts: dict[str, str]) -> None:
    assert found(plant({**texts, path: "x"})) == set()


def test_an_account_needs_a_profile_of_that_name(plant: Plant, texts: dict[str, str]) -> None:
    texts = {**texts, "bare/issues/2026-03-02-late.md": "x"}
    root = plant(texts)
    assert found(root) == {("bare", "profile-missing", "default")}
    (root / "accounts/bare/Profile.md").write_text("x", encoding="utf-8")
    assert found(root) == {("bare/Profile.md", "stray-file", "profile")}


@pytest.mark.parametrize(("name", "right"), [("Acme Corp", "acme-corp"), ("A_B", "a-b"), ("Big Co.", "big-co")])
def test_the_folders_of_accounts_have_proper_names(name: str, right: str, plant: Plant, texts: dict[str, str]) -> None:
    root = plant({**texts, f"{name}/profile.md": texts["acme/profile.md"]})
    with open_portfolio(root, cache=False) as portfolio:
        problems = [p for p in portfolio.check(DAY).problems if p.rule == "file-name"]
    assert [(p.path, p.args["fixed"]) for p in problems] == [(f"accounts/{name}", right)]


def test_links_are_named_and_not_followed(plant: Plant, texts: dict[str, str], tmp_path: Path) -> None:
    root = plant(texts)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.md").write_text(texts["acme/issues/2026-03-02-late.md"], encoding="utf-8")
    (root / "accounts/acme/issues/link.md").symlink_to(outside / "secret.md")
    (root / "accounts/acme/meetings").symlink_to(outside)
    (root / "accounts/gamma").symlink_to(root / "accounts/acme")
    names = {"acme/issues/link.md", "acme/meetings", "gamma"}
    assert found(root) == {(name, "symlink", "default") for name in names}
    with open_portfolio(root, cache=False) as portfolio:
        assert portfolio.find_record("acme/issues/link") is None
        assert portfolio.accounts() == ["acme", "beta"]


def test_a_pipe_is_named_and_not_opened(plant: Plant, texts: dict[str, str]) -> None:
    root = plant(texts)
    os.mkfifo(root / "accounts/acme/issues/2026-03-04-pipe.md")
    assert found(root) == {("acme/issues/2026-03-04-pipe.md", "stray-file", "special")}


def test_names_that_differ_in_case_or_composition_only_are_twins(plant: Plant, texts: dict[str, str]) -> None:
    text = texts["acme/issues/2026-03-02-late.md"]
    root = plant({**texts, "acme/issues/2026-03-02-café.md": text, "acme/issues/2026-03-02-cafe\u0301.md": text})
    assert ("acme/issues/2026-03-02-café.md", "case-twins", "default") in found(root)


def test_a_name_of_other_bytes_is_named_and_left_alone(plant: Plant, texts: dict[str, str]) -> None:
    root = plant(texts)
    folder = os.fsencode(root / "accounts/acme/issues")
    Path(os.fsdecode(folder + b"/2026-03-02-\xb9\xfa.md")).write_bytes(b"x")
    assert found(root) == {("acme/issues/2026-03-02-\ufffd\ufffd.md", "stray-file", "bytes")}


def test_an_attachment_may_not_be_too_large(plant: Plant, texts: dict[str, str]) -> None:
    root = plant({**texts, "acme/attachments/scan.pdf": ""})
    os.truncate(root / "accounts/acme/attachments/scan.pdf", 20_000_001)
    assert found(root) == {("acme/attachments/scan.pdf", "attachment-size", "default")}


NAMES = ("2026-03.md", "2026-04.md", "2026-13.md", "late-again.md", "late-1.md", "late.md", "con.md", "~$late-1.md",
         "late-1.md~", "a.txt", "Late-1.md", "late--1.md", "迟到-1.md", "2026-03-02-late.md", f"{'x-' * 60}x.md",
         f"{'x-' * 150}x.md", "-late.md", "late-1.md\n", "２０２６-03.md")  # fmt: skip


@given(st.sets(st.sampled_from(NAMES), min_size=1), st.sampled_from(("issues", "orders")), st.booleans())
def test_files_are_told_all_at_once_as_one_by_one(
    sample_settings: Settings, names: set[str], folder: str, has_link: bool
) -> None:
    def read(listed: list[str]) -> tuple[list[tuple[object, ...]], list[str], list[str]]:
        modes = [stat.S_IFLNK if has_link and name == "late-1.md" else stat.S_IFREG for name in listed]
        listing = Listing(f"acme/{folder}", listed, [n for mode in modes for n in (mode | 0o644, 1, 2, 3, 4)])
        layout = read_layout("acme", [Listing("acme", [], []), listing], sample_settings)
        told = [
            f"{p.path} {p.rule} {p.key}" for p in layout.problems if p.rule not in ("profile-missing", "case-twins")
        ]
        return sorted(layout.records), sorted(layout.others), sorted(told)

    alone = [read([name]) for name in names]
    assert read(sorted(names)) == tuple(sorted(chain.from_iterable(parts)) for parts in zip(*alone, strict=True))


def test_a_folder_that_may_not_be_read_is_told_in_both_languages() -> None:
    (found,) = check_top(Listing("acme", [], [], errno.EACCES))
    assert (found.rule, found.key) == ("unreadable", "folder-denied")
    assert "没有权限" in render_message(found, "zh")[0]


def test_a_folder_whose_name_is_no_text_is_named_and_its_files_do_no_harm(plant: Plant, texts: dict[str, str]) -> None:
    root = plant(texts)
    folder = root / "accounts/acme/attachments" / os.fsdecode(b"\xff")
    folder.mkdir(parents=True)
    (folder / "offer.pdf").write_bytes(b"%PDF")
    assert ("acme/attachments/\ufffd", "stray-file", "bytes") in found(root)
