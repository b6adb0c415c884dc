"""Who changed what when: a record keeps its changes through its names, and they come from a whole history only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date
from pathlib import Path

import pytest

from kam.portfolio.history import Origin
from kam.settings import Settings
from kam.settings.values import Person
from kam.tables import NoRecords, open_tables
from kam.tables.answers import TablesError
from kam.tables.revisions import find_revision, load_revisions

Run = Callable[..., str]
LINES = "".join(f"line {n}\n" for n in range(30))
LATE = "accounts/acme/issues/late.md"
LI = Person("li-ming", {"en": "Li Ming", "zh": "李明"}, emails=("Li.Ming@example.com",))


@pytest.fixture
def settings(sample_settings: Settings) -> Settings:
    site = sample_settings.site._replace(time_zone="Asia/Shanghai")
    return replace(sample_settings, site=site, people={"li-ming": LI})


@pytest.fixture
def rows(repo: Path, settings: Settings) -> Callable[..., list[tuple[str, ...]]]:
    """What is known, as texts in the order wanted, of the repository or of another folder."""

    def read(*columns: int, root: Path = repo, origin: Origin | None = None) -> list[tuple[str, ...]]:
        found = load_revisions(NoRecords(root, settings, origin=origin))
        return [tuple(row[at] or "" for at in columns) for row in found]

    return read


PATH, DAY, AT, AUTHOR, PERSON, COMMIT, KIND = range(7)
Rows = Callable[..., list[tuple[str, ...]]]
Commit = Callable[..., str]


def test_each_change_says_who_made_it_when_and_how(rows: Rows, commit: Commit) -> None:
    first = commit({LATE: LINES}, on="2026-01-05T20:00:00+00:00", who="Li.Ming")
    second = commit({LATE: LINES + "more\n"}, on="2026-02-05T12:00:00+08:00", who="guest")
    third = commit({LATE: None}, on="2026-03-05T12:00:00+08:00", who="li.ming")
    assert rows(*range(7)) == [
        (LATE, "2026-03-05", "2026-03-05T04:00:00+00:00", "li.ming@example.com", "li-ming", third, "removed"),
        (LATE, "2026-02-05", "2026-02-05T04:00:00+00:00", "guest@example.com", "", second, "changed"),
        (LATE, "2026-01-06", "2026-01-05T20:00:00+00:00", "li.ming@example.com", "li-ming", first, "added"),
    ]


def test_queries_see_moments_and_people(repo: Path, commit: Commit, settings: Settings) -> None:
    commit({LATE: LINES}, on="2026-01-05T20:00:00+00:00", who="li.ming")
    source = NoRecords(repo, settings)
    with open_tables(source, date(2026, 6, 30), cache=False) as tables:
        sql = 'SELECT path, day, strftime("at", \'%H:%M\'), author, person, kind, length("commit") FROM revisions'
        assert tables.query(sql).rows == [
            (LATE, date(2026, 1, 6), "04:00", "li.ming@example.com", "li-ming", "added", 40)
        ]


def test_the_table_holds_every_file_of_every_commit(repo: Path, commit: Commit, settings: Settings) -> None:
    names = [f"accounts/客户 {n}/issues/a, b.md" for n in range(5)]
    commit(dict.fromkeys(names, LINES), on="2026-01-05T20:00:00+00:00", who="li.ming")
    commit({names[0]: LINES + "more\n", names[1]: None}, on="2026-02-05T12:00:00+08:00", who="guest")
    source = NoRecords(repo, settings)
    with open_tables(source, date(2026, 6, 30), cache=False) as tables:
        sql = 'SELECT path, CAST(day AS TEXT), "at", author, person, "commit", kind FROM revisions'
        found = [(row[0], row[1], row[2].astimezone(UTC).isoformat(), *row[3:]) for row in tables.query(sql).rows]
    assert len(found) == 7
    assert sorted(found, key=str) == sorted(load_revisions(source), key=str)


def test_a_new_name_keeps_the_changes_and_is_none(rows: Rows, repo: Path, commit: Commit) -> None:
    commit({LATE: LINES}, on="2026-01-05T12:00:00+08:00")
    commit({LATE: LINES + "more\n"}, on="2026-02-05T12:00:00+08:00")
    (repo / "accounts/acme").rename(repo / "accounts/apex")
    commit({}, on="2026-03-05T12:00:00+08:00")
    now = "accounts/apex/issues/late.md"
    assert rows(PATH, DAY, KIND) == [(now, "2026-02-05", "changed"), (now, "2026-01-05", "added")]


def test_a_new_name_with_a_change_is_one(rows: Rows, commit: Commit) -> None:
    commit({LATE: LINES}, on="2026-01-05T12:00:00+08:00")
    now = "accounts/acme/issues/very-late.md"
    commit({LATE: None, now: LINES + "more\n"}, on="2026-02-05T12:00:00+08:00")
    assert rows(PATH, DAY, KIND) == [(now, "2026-02-05", "changed"), (now, "2026-01-05", "added")]


def test_work_on_a_record_is_still_known_when_it_is_archived(rows: Rows, repo: Path, commit: Commit) -> None:
    commit({LATE: LINES}, on="2026-01-05T12:00:00+08:00")
    (repo / "archive/acme/issues").mkdir(parents=True)
    (repo / LATE).rename(repo / "archive/acme/issues/late.md")
    commit({}, on="2026-03-05T12:00:00+08:00")
    assert rows(PATH, DAY, KIND) == [("archive/acme/issues/late.md", "2026-01-05", "added")]


def test_of_a_merge_only_what_it_changed_itself_counts(rows: Rows, repo: Path, commit: Commit, git: Run) -> None:
    commit({LATE: LINES}, on="2026-01-05T12:00:00+08:00")
    git("checkout", "-q", "-b", "side")
    commit({LATE: "first\n" + LINES}, on="2026-01-06T12:00:00+08:00", who="li.ming")
    git("checkout", "-q", "main")
    commit({LATE: LINES + "last\n"}, on="2026-01-07T12:00:00+08:00", who="guest")
    git("merge", "-q", "--no-edit", "side", on="2026-01-08T12:00:00+08:00", who="boss")
    assert rows(DAY, AUTHOR) == [
        ("2026-01-08", "boss@example.com"),
        ("2026-01-07", "guest@example.com"),
        ("2026-01-06", "li.ming@example.com"),
        ("2026-01-05", "li@example.com"),
    ], "both sides changed the file, so the merge left it as neither had it"
    git("checkout", "-q", "-b", "other")
    commit({"accounts/acme/issues/new.md": "new\n"}, on="2026-01-09T12:00:00+08:00", who="li.ming")
    git("checkout", "-q", "main")
    git("merge", "-q", "--no-ff", "--no-edit", "other", on="2026-01-10T12:00:00+08:00", who="boss")
    assert rows(DAY, AUTHOR)[0] == ("2026-01-09", "li.ming@example.com")


def test_work_under_the_old_name_on_another_branch_goes_to_the_new_one(
    rows: Rows, repo: Path, commit: Commit, git: Run
) -> None:
    commit({LATE: LINES}, on="2026-01-05T12:00:00+08:00")
    git("checkout", "-q", "-b", "side")
    git("mv", LATE, "accounts/acme/issues/new.md")
    commit({}, on="2026-01-06T12:00:00+08:00")
    git("checkout", "-q", "main")
    commit({LATE: LINES + "more\n"}, on="2026-01-07T12:00:00+08:00")
    git("merge", "-q", "--no-edit", "side", on="2026-01-08T12:00:00+08:00")
    now = "accounts/acme/issues/new.md"
    assert rows(PATH, DAY) == [(now, "2026-01-07"), (now, "2026-01-05")]
    commit({now: None, LATE: "other\n"}, on="2026-01-09T12:00:00+08:00")
    assert rows(PATH, DAY, KIND) == [
        (LATE, "2026-01-09", "added"),
        (now, "2026-01-09", "removed"),
        (now, "2026-01-07", "changed"),
        (now, "2026-01-05", "added"),
    ]


def test_an_amended_commit_takes_the_place_of_the_first(rows: Rows, repo: Path, commit: Commit, git: Run) -> None:
    commit({LATE: LINES}, on="2026-01-05T12:00:00+08:00")
    assert rows(DAY, AUTHOR) == [("2026-01-05", "li@example.com")]
    (repo / LATE).write_text("other\n")
    git("commit", "-q", "-a", "--amend", "--no-edit", "--reset-author", on="2026-01-06T12:00:00+08:00", who="guest")
    assert rows(DAY, AUTHOR) == [("2026-01-06", "guest@example.com")]


def test_the_history_of_a_commit_ends_with_it(rows: Rows, repo: Path, commit: Commit, tmp_path: Path) -> None:
    first = commit({LATE: LINES}, on="2026-01-05T12:00:00+08:00")
    commit({LATE: None}, on="2026-02-05T12:00:00+08:00")
    commit({"accounts/apex/profile.md": "x\n"}, on="2026-03-05T12:00:00+08:00")
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    assert rows(PATH, DAY, root=folder, origin=Origin(repo, first)) == [(LATE, "2026-01-05")]
    assert len(rows(PATH)) == 3


def test_a_shallow_clone_gives_an_error_and_no_changes(
    repo: Path, commit: Commit, git: Run, tmp_path: Path, settings: Settings
) -> None:
    commit({LATE: LINES})
    commit({LATE: "new\n"})
    git("clone", "-q", "--depth", "1", repo.as_uri(), "clone", folder=tmp_path)
    clone = NoRecords(tmp_path / "clone", settings)
    with pytest.raises(TablesError) as error:
        load_revisions(clone)
    assert "--unshallow" in error.value.words["en"] and "克隆" in error.value.words["zh"]
    assert len(find_revision(clone) or "") == 40


def test_without_git_there_are_no_changes(tmp_path: Path, settings: Settings) -> None:
    assert load_revisions(NoRecords(tmp_path, settings)) == []
    assert find_revision(NoRecords(tmp_path, settings)) is None


def test_a_history_kept_by_an_older_kam_is_read_anew(repo: Path, commit: Commit, rows: Rows) -> None:
    import sqlite3

    commit({LATE: LINES}, on="2026-01-05T12:00:00+08:00")
    rows(PATH)
    (kept,) = (repo / ".kam/cache").glob("history-*.sqlite")
    with sqlite3.connect(kept) as db:
        db.executescript(
            "DROP TABLE changes; DROP TABLE commits; CREATE TABLE changes (path TEXT, day TEXT);"
            "UPDATE meta SET value = '1' WHERE name = 'form'"
        )
    assert rows(PATH, KIND) == [(LATE, "added")]
