"""The tables are kept between runs, and believed only while they are whole and of today's records."""

from __future__ import annotations

import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

from kam.portfolio import open_portfolio
from kam.settings import load_settings
from kam.tables import open_tables
from kam.tables.revisions import find_revision, load_revisions

DAY = date(2026, 6, 30)


@pytest.fixture
def root(tmp_path: Path, repository: Path) -> Path:
    shutil.copytree(repository / "site-config", tmp_path / "site-config")
    (tmp_path / "mkdocs.yml").write_text("site_name: x\n")
    write_profile(tmp_path, "Acme")
    return tmp_path


def write_profile(root: Path, name: str) -> None:
    path = root / "accounts/acme/profile.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\nname: {name}\n---\n", encoding="utf-8")


def names(root: Path) -> list[tuple[str]]:
    with open_portfolio(root, load_settings(root)) as portfolio, open_tables(portfolio, DAY) as tables:
        return tables.query("SELECT name FROM accounts").rows


def kept(root: Path) -> Path:
    (found,) = (root / ".kam/cache").glob("tables-*.duckdb")
    return found


def test_what_is_kept_is_used_and_follows_the_records(root: Path) -> None:
    assert names(root) == [("Acme",)]
    first = kept(root).stat().st_mtime_ns, kept(root).name
    assert names(root) == [("Acme",)]
    assert (kept(root).stat().st_mtime_ns, kept(root).name) == first
    write_profile(root, "Acme & Sons")
    assert names(root) == [("Acme & Sons",)]
    assert kept(root).name != first[1]


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "no seal", "other bytes"])
def test_a_damaged_cache_is_made_anew(root: Path, damage: str) -> None:
    assert names(root) == [("Acme",)]
    path = kept(root)
    raw = bytearray(path.read_bytes())
    if damage == "cut":
        path.write_bytes(raw[: len(raw) // 2])
    elif damage == "flipped":
        raw[len(raw) // 2] ^= 0xFF
        path.write_bytes(raw)
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "no seal":
        path.with_suffix(".sha256").unlink()
        path.write_bytes(b"not a database")
    else:
        path.write_bytes(b"not a database at all" * 1000)
    assert names(root) == [("Acme",)]


def test_tables_that_came_with_a_clone_are_not_believed(root: Path, tmp_path: Path) -> None:
    assert names(root) == [("Acme",)]
    path = kept(root)
    moved = path.with_name("copy")
    shutil.copyfile(path, moved)
    moved.replace(path)
    planted = path.stat().st_ino, path.stat().st_mtime_ns
    assert names(root) == [("Acme",)]
    assert (kept(root).stat().st_ino, kept(root).stat().st_mtime_ns) != planted


def test_a_cache_that_cannot_be_written_is_done_without(root: Path) -> None:
    shutil.rmtree(root / ".kam", ignore_errors=True)
    with open_portfolio(root, load_settings(root), cache=False) as portfolio:
        (root / ".kam").mkdir(exist_ok=True)
        shutil.rmtree(root / ".kam/cache", ignore_errors=True)
        (root / ".kam/cache").write_text("in the way")
        with open_tables(portfolio, DAY) as tables:
            assert tables.query("SELECT name FROM accounts").rows == [("Acme",)]


def git(root: Path, *words: str, on: str = "2026-05-01T12:00:00+00:00") -> None:
    env = {"GIT_AUTHOR_DATE": on, "GIT_COMMITTER_DATE": on, "PATH": "/usr/bin:/bin", "HOME": str(root)}
    who = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *words], cwd=root, env=env, check=True, capture_output=True)


def test_days_of_change_come_from_git_in_the_company_s_time_zone(root: Path) -> None:
    with open_portfolio(root, load_settings(root)) as portfolio:
        assert load_revisions(portfolio) == []
        assert find_revision(portfolio) is None
    git(root, "init", "-q")
    git(root, "add", "accounts")
    git(root, "commit", "-q", "-m", "one")
    write_profile(root, "New")
    git(root, "commit", "-q", "-a", "-m", "two", on="2026-05-10T20:00:00+00:00")
    found = [("accounts/acme/profile.md", "2026-05-11"), ("accounts/acme/profile.md", "2026-05-01")]
    with open_portfolio(root, load_settings(root)) as portfolio, open_tables(portfolio, DAY) as tables:
        assert [row[:2] for row in load_revisions(portfolio)] == found
        assert len(find_revision(portfolio) or "") == 40
        rows = tables.query("SELECT path, max(day) FROM revisions GROUP BY path").rows
    assert rows == [("accounts/acme/profile.md", date(2026, 5, 11))]


def test_git_runs_nothing_that_the_repository_names(root: Path) -> None:
    git(root, "init", "-q")
    git(root, "add", "accounts")
    git(root, "commit", "-q", "-m", "one")
    trap = root / "trap.sh"
    trap.write_text("#!/bin/sh\ntouch " + str(root / "sprung") + "\ncat\n")
    trap.chmod(0o755)
    for key in ("core.fsmonitor", "diff.external", "core.pager", "gpg.program", "diff.x.textconv"):
        git(root, "config", key, str(trap))
    git(root, "config", "log.showSignature", "true")
    (root / ".gitattributes").write_text("*.md diff=x\n")
    with open_portfolio(root, load_settings(root)) as portfolio:
        assert len(load_revisions(portfolio)) == 1
    assert not (root / "sprung").exists()
