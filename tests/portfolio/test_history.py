"""Days from Git: of real repositories, read commit by commit and all at once with the same result."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from random import Random

import pytest

from kam.git import ShallowClone
from kam.portfolio import open_portfolio
from kam.portfolio.history import load_changes
from kam.settings import load_settings

ZONE = "Asia/Shanghai"
PROFILE = "---\nname: Acme\nowner: li-ming\nneeds: {needs}\n---\n"
Git = Callable[..., str]


@pytest.fixture
def root(tmp_path: Path, repository: Path) -> Path:
    root = tmp_path / "work"
    shutil.copytree(repository / "site-config" / "schemas", root / "site-config" / "schemas")
    for name in ("kam.yml", "currencies.yml"):
        shutil.copy(repository / "site-config" / name, root / "site-config")
    people = "people: {li-ming: {name: {en: Li Ming, zh: 李明}}}\n"
    (root / "site-config" / "people.yml").write_text(people, "utf-8")
    (root / "mkdocs.yml").touch()
    (root / "accounts" / "acme").mkdir(parents=True)
    return root


@pytest.fixture
def git(root: Path, tmp_path: Path) -> Git:
    """Git in the portfolio on a given day; ``init`` is done."""

    def run(*words: str, on: str = "2026-01-10T12:00:00+08:00", folder: Path = root) -> str:
        who = {f"GIT_{part}_{what}": value for part in ("AUTHOR", "COMMITTER")
               for what, value in (("NAME", "li"), ("EMAIL", "li@example.com"), ("DATE", on))}  # fmt: skip
        switches = ("-c", "commit.gpgsign=false", "-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always")
        surroundings = {**os.environ, **who, "HOME": str(tmp_path)}
        done = subprocess.run(
            ["git", *switches, *words], cwd=folder, env=surroundings, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    run("init", "-q")
    return run


def days(root: Path, zone: str = ZONE, *, cache: bool = True) -> list[tuple[str, str]]:
    """Path and day of every change."""
    return [(each.path, each.day) for each in load_changes(root, zone, cache=cache)]


def write(root: Path, name: str, text: str) -> None:
    path = root / "accounts" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def commit(git: Git, on: str) -> None:
    git("add", "-A", on=on)
    git("commit", "-q", "-m", "change", on=on)


def test_each_change_has_its_day_in_the_company_s_time_zone(root: Path, git: Git) -> None:
    write(root, "acme/profile.md", PROFILE.format(needs="a"))
    commit(git, "2026-01-10T20:00:00+00:00")
    assert days(root) == [("accounts/acme/profile.md", "2026-01-11")]
    assert days(root, "Europe/Berlin") == [("accounts/acme/profile.md", "2026-01-10")]


def test_new_commits_are_added_to_what_is_kept_and_renames_followed(root: Path, git: Git) -> None:
    write(root, "acme/profile.md", PROFILE.format(needs="a"))
    write(root, "acme/risks/one.md", "---\ntitle: One\n---\nA text that is long enough to be known again.\n")
    commit(git, "2026-01-10T12:00:00+08:00")
    load_changes(root, ZONE)
    git("mv", "accounts/acme/risks/one.md", "accounts/acme/risks/two.md")
    commit(git, "2026-02-01T12:00:00+08:00")
    write(root, "acme/risks/one.md", "---\ntitle: Another\n---\n")
    commit(git, "2026-03-01T12:00:00+08:00")
    expected = [
        ("accounts/acme/profile.md", "2026-01-10"),
        ("accounts/acme/risks/one.md", "2026-03-01"),
        ("accounts/acme/risks/two.md", "2026-01-10"),
    ]
    assert days(root) == expected
    assert days(root, cache=False) == expected


@pytest.mark.parametrize("seed", [2, 7])
def test_what_is_kept_is_what_reading_all_at_once_gives(root: Path, git: Git, seed: int) -> None:
    chance = Random(seed)
    names = [f"acme/risks/{each}.md" for each in ("one", "two", "三", "four")]
    texts = {name: f"---\ntitle: {name}\n---\n" + f"What is written about {name}.\n" * 9 for name in names}
    for day in range(1, 9):
        there = [name for name in names if (root / "accounts" / name).exists()]
        for name in chance.sample(names, 2):
            if name not in there or chance.random() < 0.5:
                write(root, name, texts[name] + f"{day} {name}\n")
            elif chance.random() < 0.7:
                shutil.move(root / "accounts" / name, root / "accounts" / chance.choice(names))
            else:
                (root / "accounts" / name).unlink()
        git("add", "-A")
        git("commit", "-q", "--allow-empty", "-m", "change", on=f"2026-01-{day:02}T12:00:00+08:00")
        kept, anew = load_changes(root, ZONE), load_changes(root, ZONE, cache=False)
        assert [(each.path, each.day, each.commit) for each in kept] == [
            (each.path, each.day, each.commit) for each in anew
        ]
        assert len({(each.path, each.commit) for each in kept}) == len(kept), "a commit changes a file once"


def test_another_branch_is_read_from_the_beginning(root: Path, git: Git) -> None:
    write(root, "acme/profile.md", PROFILE.format(needs="a"))
    commit(git, "2026-01-10T12:00:00+08:00")
    git("checkout", "-q", "-b", "side")
    write(root, "acme/profile.md", PROFILE.format(needs="b"))
    commit(git, "2026-02-01T12:00:00+08:00")
    assert ("accounts/acme/profile.md", "2026-02-01") in days(root)
    git("checkout", "-q", "main")
    assert days(root) == [("accounts/acme/profile.md", "2026-01-10")]


def test_a_folder_without_git_or_commit_has_no_days(root: Path, git: Git, tmp_path: Path) -> None:
    assert days(root) == []
    assert days(tmp_path) == []


def test_a_commit_refreshes_what_was_stale_at_once(root: Path, git: Git) -> None:
    write(root, "acme/profile.md", PROFILE.format(needs="a"))
    commit(git, "2026-01-10T12:00:00+08:00")
    assert stale(root, date(2026, 4, 10)) == []
    assert stale(root, date(2026, 4, 11)) == [("91", "90")]
    write(root, "acme/profile.md", PROFILE.format(needs="b"))
    commit(git, "2026-04-01T12:00:00+08:00")
    assert stale(root, date(2026, 4, 11)) == []
    assert stale(root, date(2026, 3, 31)) == [], "what is to come does not count, and the first commit is 80 days old"


def test_a_review_counts_before_any_commit(root: Path, git: Git) -> None:
    write(root, "acme/profile.md", PROFILE.format(needs="a").replace("needs", "reviewed: 2025-12-01\nneeds"))
    commit(git, "2026-04-01T12:00:00+08:00")
    assert stale(root, date(2026, 4, 11)) == [("131", "90")]


def test_a_shallow_clone_is_an_error_where_a_day_is_needed_and_none_where_reviews_tell(
    root: Path, git: Git, tmp_path: Path
) -> None:
    write(root, "acme/profile.md", PROFILE.format(needs="a"))
    commit(git, "2026-01-10T12:00:00+08:00")
    write(root, "acme/profile.md", PROFILE.format(needs="b"))
    commit(git, "2026-01-11T12:00:00+08:00")
    clone = tmp_path / "clone"
    git("clone", "-q", "--depth", "1", f"file://{root}", str(clone), folder=tmp_path)
    with pytest.raises(ShallowClone):
        load_changes(clone, ZONE)
    (clone / "accounts").mkdir(exist_ok=True)
    assert rules(clone) == ["git-history"]
    write(clone, "acme/profile.md", PROFILE.format(needs="b").replace("needs", "reviewed: 2026-02-01\nneeds"))
    assert rules(clone) == []


def stale(root: Path, as_of: date) -> list[tuple[str, str]]:
    """Age and allowed age of what is stale, with the cache of the last run."""
    with open_portfolio(root, load_settings(root)) as portfolio:
        found = [each for each in portfolio.check(as_of).problems if each.rule == "stale-record"]
    return [(each.args["age"], each.args["allowed"]) for each in found]


def rules(root: Path) -> list[str]:
    with open_portfolio(root, load_settings(root)) as portfolio:
        problems = portfolio.check(date(2026, 2, 10)).problems
    return [each.rule for each in problems if each.rule in ("git-history", "stale-record")]
