"""What is read from a repository: trees, contents, differences and history, from wherever the portfolio lies in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kam.git import GitError, NoCommonCommit, Repository, ShallowClone, UnknownRevision, open_repository
from kam.git import command as git_command

Run = Callable[..., str]
LINES = "".join(f"line {n}\n" for n in range(40))


def opened(root: Path) -> Repository:
    """The repository, which must be there."""
    found = open_repository(root)
    assert found is not None
    return found


def test_a_folder_outside_git_has_no_repository(tmp_path: Path) -> None:
    assert open_repository(tmp_path) is None


def test_without_git_there_is_no_repository(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repo))
    git_command.find_git.cache_clear()
    try:
        assert open_repository(repo) is None
    finally:
        monkeypatch.undo()
        git_command.find_git.cache_clear()


def test_before_the_first_commit_there_is_no_head_and_no_history(repo: Path) -> None:
    repository = opened(repo)
    assert repository.head() is None
    assert list(repository.log()) == []
    assert not repository.is_shallow()
    with pytest.raises(UnknownRevision):
        repository.resolve("HEAD")


def test_a_tree_lists_ordinary_files_by_path(repo: Path, commit: Run) -> None:
    (repo / "accounts").mkdir()
    (repo / "accounts/link.md").symlink_to("x")
    head = commit({"accounts/acme/profile.md": "a\n", "accounts/华东 机电/profile.md": "b\n", "README.md": "c\n"})
    repository = opened(repo)
    tree = repository.tree(head)
    assert sorted(tree) == ["accounts/acme/profile.md", "accounts/华东 机电/profile.md"]
    assert dict(repository.read_blobs(tree.values())) == {
        tree["accounts/acme/profile.md"]: b"a\n",
        tree["accounts/华东 机电/profile.md"]: b"b\n",
    }
    assert [e.path for e in repository.iter_tree(head) if not e.is_file] == ["accounts/link.md"]
    assert list(repository.tree(head, "README.md")) == ["README.md"]
    assert repository.tree(head, "archive") == {}


def test_large_contents_and_contents_with_zeros_come_whole(repo: Path, commit: Run) -> None:
    texts = {f"accounts/a{n}.md": chr(65 + n) * (70_000 * n) + "\0\n" for n in range(5)}
    repository, head = opened(repo), commit(texts)
    tree = repository.tree(head)
    found = dict(repository.read_blobs(tree.values()))
    assert {path: found[blob].decode() for path, blob in tree.items()} == texts


def test_a_blob_that_is_not_there_is_an_error(repo: Path, commit: Run) -> None:
    commit({"accounts/a.md": "a"})
    with pytest.raises(GitError) as error:
        list(opened(repo).read_blobs(["1" * 40]))
    assert error.value.key == "missing-object"


def test_differences_follow_renames(repo: Path, commit: Run) -> None:
    first = commit({"accounts/a.md": LINES, "accounts/b.md": "b\n", "accounts/c.md": "c\n"})
    second = commit(
        {"accounts/a.md": None, "archive/a.md": LINES + "more\n", "accounts/b.md": None, "accounts/c.md": "d\n",
         "accounts/e.md": "e\n"}
    )  # fmt: skip
    found = opened(repo).differences(first, second)
    assert [(c.status, c.old_path, c.path) for c in found] == [
        ("D", "accounts/b.md", "accounts/b.md"),
        ("M", "accounts/c.md", "accounts/c.md"),
        ("A", "accounts/e.md", "accounts/e.md"),
        ("R", "accounts/a.md", "archive/a.md"),
    ]
    assert not found[3].is_pure_rename


def test_the_working_tree_is_compared_without_asking_git(repo: Path, commit: Run) -> None:
    head = commit({"accounts/a.md": LINES, "accounts/b.md": "b\nb\n", "accounts/c.md": "c\n", "accounts/d.md": "d\n"})
    (repo / "accounts/a.md").rename(repo / "accounts/z.md")
    (repo / "accounts/b.md").write_bytes(b"b\r\nb\r\n")
    (repo / "accounts/c.md").write_text("changed\n")
    (repo / "accounts/d.md").unlink()
    (repo / "accounts/new.md").write_text("new\n")
    found = opened(repo).differences(head, None)
    assert [(c.status, c.old_path, c.path) for c in found] == [
        ("M", "accounts/c.md", "accounts/c.md"),
        ("D", "accounts/d.md", "accounts/d.md"),
        ("A", "accounts/new.md", "accounts/new.md"),
        ("R", "accounts/a.md", "accounts/z.md"),
    ]


def test_history_comes_newest_first_with_who_when_and_why(repo: Path, commit: Run) -> None:
    commit({"accounts/a.md": LINES}, "Begin", who="li")
    commit({"README.md": "not a record"}, "Elsewhere")
    commit({"accounts/a.md": None, "accounts/b.md": LINES}, "Rename\n\nBecause of the merger.\n", who="wang",
           on="2026-05-10T20:00:00-05:00")  # fmt: skip
    newest, oldest = opened(repo).log()
    assert (newest.subject, newest.body, newest.author_name) == ("Rename", "Because of the merger.", "wang")
    assert newest.committer_email == "wang@example.com"
    assert newest.at.isoformat() == "2026-05-10T20:00:00-05:00"
    assert newest.parents and not oldest.parents
    (change,) = newest.changes
    assert (change.status, change.old_path, change.path) == ("R", "accounts/a.md", "accounts/b.md")
    assert change.is_pure_rename
    assert [c.status for c in oldest.changes] == ["A"]


def test_a_merge_lists_what_it_changed_itself(repo: Path, commit: Run, git: Run) -> None:
    commit({"accounts/a.md": "a\n"})
    git("checkout", "-q", "-b", "side")
    commit({"accounts/a.md": "side\n"}, "side")
    git("checkout", "-q", "main")
    commit({"accounts/a.md": "main\n", "accounts/b.md": "b\n"}, "main")
    with pytest.raises(Exception, match="non-zero"):
        git("merge", "-q", "side")
    commit({"accounts/a.md": "both\n"}, "merge")
    commits = list(opened(repo).log())
    assert commits[0].subject == "merge"
    assert [(c.status, c.path) for c in commits[0].changes] == [("M", "accounts/a.md")]
    assert {c.subject for c in commits} == {"merge", "main", "side", "change"}


def test_a_portfolio_in_a_subfolder_sees_paths_from_its_own_root(repo: Path, commit: Run) -> None:
    first = commit({"sales/accounts/a.md": LINES, "accounts/other.md": "other\n"})
    second = commit({"sales/accounts/a.md": LINES + "x\n", "accounts/other.md": "changed\n"})
    repository = opened(repo / "sales")
    assert repository.prefix == "sales/"
    assert list(repository.tree(second)) == ["accounts/a.md"]
    assert [c.path for c in repository.differences(first, second)] == ["accounts/a.md"]
    assert [[c.path for c in each.changes] for each in repository.log()] == [["accounts/a.md"], ["accounts/a.md"]]
    assert repository.differences(second, None) == []


def test_a_detached_head_and_another_worktree_are_repositories_too(
    repo: Path, commit: Run, git: Run, tmp_path: Path
) -> None:
    first = commit({"accounts/a.md": "a\n"})
    second = commit({"accounts/a.md": "b\n"})
    git("checkout", "-q", "--detach", first)
    assert opened(repo).head() == first
    git("worktree", "add", "-q", str(tmp_path / "other"), second)
    other = opened(tmp_path / "other")
    assert other.head() == second
    assert other.merge_base("HEAD", first) == first


def test_where_git_was_told_to_look_elsewhere_it_looks_here(
    repo: Path, commit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = commit({"accounts/a.md": "a\n"})
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "nowhere"))
    assert opened(repo).head() == head


def test_unknown_revisions_are_named(repo: Path, commit: Run) -> None:
    commit({"accounts/a.md": "a\n"})
    for revision in ("origin/main", "", "--help", "HEAD:accounts", "a\nb"):
        with pytest.raises(UnknownRevision) as error:
            opened(repo).resolve(revision)
        assert "git fetch" in error.value.sentence("en")
        assert "版本" in error.value.sentence("zh")


def test_branches_without_a_common_commit_cannot_be_compared(repo: Path, commit: Run, git: Run) -> None:
    commit({"accounts/a.md": "a\n"})
    git("checkout", "-q", "--orphan", "other")
    commit({"accounts/b.md": "b\n"})
    with pytest.raises(NoCommonCommit):
        opened(repo).merge_base("main", "HEAD")


def test_a_shallow_clone_tells_no_history(repo: Path, commit: Run, git: Run, tmp_path: Path) -> None:
    commit({"accounts/a.md": "a\n"})
    commit({"accounts/a.md": "b\n"})
    git("clone", "-q", "--depth", "1", repo.as_uri(), str(tmp_path / "clone"), folder=tmp_path)
    clone = opened(tmp_path / "clone")
    assert clone.is_shallow()
    for ask in (lambda: list(clone.log()), lambda: clone.merge_base("HEAD", "HEAD")):
        with pytest.raises(ShallowClone) as error:
            ask()
        assert "--unshallow" in error.value.sentence("en")
    with pytest.raises(UnknownRevision) as unknown:
        clone.resolve("HEAD~1")
    assert all("git fetch --unshallow" in unknown.value.sentence(lang) for lang in ("en", "zh"))


def test_a_clone_that_lacks_contents_does_not_fetch_them(repo: Path, commit: Run, git: Run, tmp_path: Path) -> None:
    commit({"accounts/a.md": "a\n"})
    commit({"accounts/a.md": "b\n"})
    git("config", "uploadpack.allowFilter", "true")
    git("clone", "-q", "--filter=blob:none", "--no-checkout", repo.as_uri(), str(tmp_path / "c"), folder=tmp_path)
    clone = opened(tmp_path / "c")
    blobs = list(clone.tree("HEAD").values())
    with pytest.raises(GitError) as error:
        list(clone.read_blobs(blobs))
    assert error.value.key in ("missing-object", "failed")


def test_a_folder_of_somebody_else_is_explained(repo: Path, commit: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    commit({"accounts/a.md": "a\n"})
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(GitError) as error:
        open_repository(repo)
    assert error.value.key == "other-owner"
    assert "safe.directory" in error.value.sentence("en")


def test_contents_named_by_sha256_are_read(tmp_path: Path, git: Run, commit: Run, repo: Path) -> None:
    shutil.rmtree(repo)
    repo.mkdir()
    git("init", "-q", "--object-format=sha256")
    head = commit({"accounts/a.md": LINES})
    assert len(head) == 64
    (repo / "accounts/a.md").rename(repo / "accounts/b.md")
    (change,) = opened(repo).differences(head, None)
    assert change.status == "R"
