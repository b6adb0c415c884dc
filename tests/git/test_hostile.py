"""A repository is data: nothing that its configuration, attributes or hooks name is ever run."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from kam.git import Repository, SignatureState, open_repository

Run = Callable[..., str]
HOOKS = ("post-index-change", "reference-transaction", "post-checkout", "pre-commit", "fsmonitor-watchman")
PROGRAMS = (
    "core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "core.gitProxy", "core.askPass",
    "core.alternateRefsCommand", "pager.log", "pager.diff-tree", "diff.external", "diff.x.textconv", "diff.x.command",
    "filter.x.clean", "filter.x.smudge", "filter.x.process", "gpg.program", "gpg.openpgp.program", "gpg.ssh.program",
    "gpg.x509.program", "gpg.ssh.defaultKeyCommand", "merge.x.driver", "credential.helper", "sequence.editor",
    "remote.origin.uploadpack", "interactive.diffFilter",
)  # fmt: skip
ALIASES = ("log", "rev-parse", "cat-file", "ls-tree", "diff-tree", "merge-base", "verify-commit")


@pytest.fixture
def trapped(repo: Path, commit: Run, git: Run, tmp_path: Path) -> Path:
    """A repository with two commits, every program of its configuration a trap that leaves a mark when it is run."""
    commit({"accounts/a.md": "a\n", ".gitattributes": "*.md diff=x filter=x merge=x\n"})
    commit({"accounts/a.md": "b\n"})
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch '{tmp_path}/sprung'\ncat\n")
    trap.chmod(trap.stat().st_mode | stat.S_IXUSR)
    lines = [f"[include]\n\tpath = {tmp_path}/more\n"]
    (tmp_path / "more").write_text(f"[core]\n\tfsmonitor = {trap}\n[log]\n\tshowSignature = true\n\tfollow = true\n")
    for key in PROGRAMS:
        section, _, name = key.rpartition(".")
        top, _, sub = section.partition(".")
        head = f'[{top} "{sub}"]' if sub else f"[{top}]"
        lines.append(f"{head}\n\t{name} = {trap}\n")
    lines += [f"[alias]\n\t{name} = !{trap}\n" for name in ALIASES]
    lines.append("[log]\n\tshowSignature = true\n\tmailmap = true\n\tdiffMerges = remerge\n")
    lines.append(f'[protocol "ext"]\n\tallow = always\n[remote "origin"]\n\turl = ext::{trap}\n\tpromisor = true\n')
    lines.append("[extensions]\n\tpartialClone = origin\n[diff]\n\torderFile = /nowhere\n\tnoprefix = true\n")
    with (repo / ".git/config").open("a", encoding="utf-8") as file:
        file.writelines(lines)
    for name in HOOKS:
        hook = repo / ".git/hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_bytes(trap.read_bytes())
        hook.chmod(0o755)
    return repo


def read_everything(repository: Repository) -> None:
    """Call each method once."""
    head = repository.head()
    assert head is not None
    tree = repository.tree(head)
    assert dict(repository.read_blobs(tree.values()))[tree["accounts/a.md"]] == b"b\n"
    assert len(list(repository.log())) == 2
    first = repository.resolve("HEAD~1")
    assert repository.merge_base("HEAD", first) == first
    assert [c.path for c in repository.differences(first, head)] == ["accounts/a.md"]
    assert [c.path for c in repository.differences(first, None)] == ["accounts/a.md"]
    assert not repository.is_shallow()
    assert repository.verify_signature(head, {"li@example.com": ()}).state is SignatureState.NONE


def test_nothing_that_the_configuration_names_is_run(trapped: Path, tmp_path: Path) -> None:
    repository = open_repository(trapped)
    assert repository is not None
    read_everything(repository)
    with pytest.raises(Exception, match=r"missing|failed"):
        list(repository.read_blobs(["1" * 40]))
    assert not (tmp_path / "sprung").exists()


def test_the_trap_works(trapped: Path, tmp_path: Path, git: Run) -> None:
    git("diff", "-O/dev/null", "HEAD~1")
    assert (tmp_path / "sprung").exists()


def test_replaced_commits_and_grafts_are_not_believed(repo: Path, commit: Run, git: Run) -> None:
    first, second = commit({"accounts/a.md": "a\n"}), commit({"accounts/a.md": "b\n"})
    git("replace", second, first)
    (repo / ".git/info").mkdir(exist_ok=True)
    (repo / ".git/info/grafts").write_text(f"{second}\n")
    repository = open_repository(repo)
    assert repository is not None
    assert [c.sha for c in repository.log()] == [second, first]


def test_a_repository_whose_work_tree_lies_elsewhere_is_none_of_ours(repo: Path, commit: Run, tmp_path: Path) -> None:
    commit({"accounts/a.md": "a\n"})
    (tmp_path / "elsewhere").mkdir()
    with (repo / ".git/config").open("a") as file:
        file.write(f"[core]\n\tworktree = {tmp_path}/elsewhere\n")
    assert open_repository(repo) is None


def test_a_bare_repository_in_the_folder_is_not_read(repo: Path, git: Run, tmp_path: Path) -> None:
    git("init", "-q", "--bare", "sales")
    assert open_repository(repo / "sales") is None
