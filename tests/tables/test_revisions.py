"""The days on which records changed follow a record through its names, and come from a whole history only."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kam.tables.answers import TablesError
from kam.tables.revisions import find_revision, load_revisions

UTC = ZoneInfo("UTC")
LINES = "".join(f"line {n}\n" for n in range(30))


def git(root: Path, *words: str, on: str = "2026-05-01") -> None:
    at = f"{on}T12:00:00+00:00"
    environment = {**os.environ, "GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at}
    who = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *words], cwd=root, env=environment, check=True, capture_output=True)


def write(root: Path, path: str, text: str, on: str) -> None:
    place = root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "change", on=on)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "portfolio"
    folder.mkdir()
    git(folder, "init", "-q")
    write(folder, "accounts/acme/issues/late.md", LINES, "2026-01-05")
    return folder


def test_a_new_name_keeps_the_days_and_is_no_change(root: Path) -> None:
    write(root, "accounts/acme/issues/late.md", LINES + "more\n", "2026-02-05")
    (root / "accounts/acme").rename(root / "accounts/apex")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "rename", on="2026-03-05")
    now = "accounts/apex/issues/late.md"
    assert load_revisions(root, UTC) == [(now, "2026-02-05"), (now, "2026-01-05")]


def test_a_new_name_with_a_change_is_one(root: Path) -> None:
    (root / "accounts/acme/issues/late.md").unlink()
    write(root, "accounts/acme/issues/very-late.md", LINES + "more\n", "2026-02-05")
    now = "accounts/acme/issues/very-late.md"
    assert load_revisions(root, UTC) == [(now, "2026-02-05"), (now, "2026-01-05")]


def test_a_shallow_clone_gives_an_error_and_no_days(root: Path, tmp_path: Path) -> None:
    write(root, "accounts/acme/issues/late.md", "new\n", "2026-02-05")
    git(tmp_path, "-c", "protocol.file.allow=always", "clone", "-q", "--depth", "1", root.as_uri(), "clone")
    with pytest.raises(TablesError) as error:
        load_revisions(tmp_path / "clone", UTC)
    assert "--unshallow" in error.value.words["en"] and "克隆" in error.value.words["zh"]
    assert len(find_revision(tmp_path / "clone") or "") == 40


def test_without_git_there_are_no_days(tmp_path: Path) -> None:
    assert load_revisions(tmp_path, UTC) == []
    assert find_revision(tmp_path) is None
