"""A repository as the portfolio in it sees it: paths begin at the portfolio's root, wherever that lies inside."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kam.git.changes import FORMAT, REGULAR, Commit, FileChange, parse_changes, parse_log
from kam.git.command import find_git, iter_parts, iter_texts, read_git, run_git, stream_git
from kam.git.errors import AmbiguousRevision, GitError, NoCommonCommit, ShallowClone, UnknownRevision
from kam.git.signature import Signature, verify_commit
from kam.git.working import compare_with_tree

RECORDS = ("accounts", "archive")
"""The folders with records: the portfolio, and what was archived."""

DIFF = ("-r", "-z", "--raw", "-M", "--no-abbrev", "--no-ext-diff", "--no-textconv", "--relative", f"-O{os.devnull}")
LOG = (
    "--full-history", "-c", "--no-show-signature", "--no-color", "--no-decorate", "--no-mailmap",
    "--no-notes", "--encoding=UTF-8", FORMAT,
)  # fmt: skip


ANSWERS = 3
"""So many lines of what is asked on opening are there in any repository; the commit follows where there is one."""


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """A file, link (mode ``120000``) or submodule (``160000``) of a commit."""

    path: str
    blob: str
    mode: str

    @property
    def is_file(self) -> bool:
        """Whether it is an ordinary file."""
        return self.mode.startswith(REGULAR)


def open_repository(root: Path) -> Repository | None:
    """The repository that the folder lies in; None where it lies in none, or there is no Git.

    Raises GitError where Git refuses to read the repository.
    """
    if find_git() is None:
        return None
    asked = ("--show-toplevel", "--show-prefix", "--is-shallow-repository", "--quiet", "--verify", "HEAD^{commit}")
    done = run_git(root, "rev-parse", *asked)
    answers = done.stdout.decode("utf-8", "surrogateescape").split("\n")
    if len(answers) <= ANSWERS:
        from kam.git.command import failure

        error = failure(root, done.stderr)
        if error.key == "other-owner":
            raise error
        return None
    top, prefix, shallow, head = answers[: ANSWERS + 1]
    if not _is_same(Path(top) / prefix, root):
        return None
    return Repository(root, prefix, is_shallow=shallow == "true", head=head)


def _is_same(first: Path, second: Path) -> bool:
    try:
        return first.samefile(second)
    except OSError:
        return False


class Repository:
    """Reads history and contents. Every method raises GitError where Git cannot answer."""

    def __init__(self, root: Path, prefix: str, *, is_shallow: bool, head: str) -> None:
        self.root = root
        self._prefix = prefix
        self._is_shallow = is_shallow
        self._head = head

    @property
    def prefix(self) -> str:
        """Where the portfolio's root lies in the repository: empty, or a path that ends in ``/``."""
        return self._prefix

    @property
    def opened_at(self) -> str | None:
        """The commit that was checked out when the repository was opened; None before the first one."""
        return self._head or None

    def head(self) -> str | None:
        """The commit that is checked out now; None before the first one."""
        done = run_git(self.root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        return done.stdout.decode("ascii", "replace").strip() or None if done.returncode == 0 else None

    def is_shallow(self) -> bool:
        """Whether the clone was cut off, so that the older part of the history is missing."""
        return self._is_shallow

    def require_whole(self) -> None:
        """Raise ShallowClone where the older part of the history is missing."""
        if self.is_shallow():
            raise ShallowClone

    def resolve(self, revision: str) -> str:
        """The commit that a branch, tag or other name stands for. Raises UnknownRevision and AmbiguousRevision."""
        if not revision or "\0" in revision or "\n" in revision:
            raise UnknownRevision(revision)
        words = ("rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
        done = run_git(self.root, *words, options={"core.warnAmbiguousRefs": "true"})
        if b" is ambiguous" in done.stderr:
            raise AmbiguousRevision(revision, is_name=done.returncode == 0)
        if done.returncode:
            raise UnknownRevision(revision, is_shallow=self.is_shallow())
        return done.stdout.decode("ascii", "replace").strip()

    def read_commit(self, revision: str) -> Commit:
        """A commit without its changed files. Raises what ``resolve`` raises."""
        words = ("log", *LOG, "-s", "--no-walk", self.resolve(revision))
        return next(parse_log(iter_texts(stream_git(self.root, *words))))

    def read_first_commit(self) -> Commit:
        """The oldest commit of the branch checked out, without its changed files. Raises ShallowClone."""
        self.require_whole()
        roots = read_git(self.root, "rev-list", "--first-parent", "--max-parents=0", "HEAD")
        return self.read_commit(roots.decode("ascii", "replace").split()[-1])

    def find_commit_until(self, moment: datetime) -> str | None:
        """The last commit that the branch checked out had reached at a moment, by the committers' clocks.

        Branches merged later do not count as reached before their merge. None where there was no commit yet; raises
        ShallowClone where the clone does not go back so far.
        """
        limit = int(moment.timestamp())
        words = ("log", "--first-parent", "--no-show-signature", "-z", "--format=%H %ct")
        for part in iter_parts(stream_git(self.root, *words, "HEAD")):
            commit, _, seconds = part.decode("ascii", "replace").strip().partition(" ")
            if int(seconds) <= limit:
                return commit
        self.require_whole()
        return None

    def merge_base(self, first: str, second: str) -> str:
        """The newest commit that both come from. Raises NoCommonCommit, and ShallowClone where it may be cut off."""
        commits = (self.resolve(first), self.resolve(second))
        self.require_whole()
        done = run_git(self.root, "merge-base", *commits)
        if done.returncode:
            raise NoCommonCommit(first, second)
        return done.stdout.decode("ascii", "replace").split()[0]

    def iter_tree(self, commit: str, under: str = "accounts") -> Iterator[TreeEntry]:
        """Everything below a folder (or the one file) of a commit, in Git's order; nothing where it is not there."""
        done = run_git(self.root, "rev-parse", "--verify", "--quiet", f"{commit}:{self._prefix}{under}")
        if done.returncode:
            return
        found = done.stdout.decode("ascii", "replace").strip()
        if read_git(self.root, "cat-file", "-t", found).strip() != b"tree":
            yield TreeEntry(under, found, "100644")
            return
        for part in iter_parts(stream_git(self.root, "ls-tree", "-r", "-z", "--full-tree", found)):
            meta, _, name = part.partition(b"\t")
            mode, _, blob = meta.decode("ascii", "replace").split(" ", 2)
            yield TreeEntry(f"{under}/{name.decode('utf-8', 'surrogateescape')}", blob, mode)

    def tree(self, commit: str, under: str = "accounts") -> dict[str, str]:
        """Path → blob of the ordinary files below a folder of a commit."""
        return {entry.path: entry.blob for entry in self.iter_tree(commit, under) if entry.is_file}

    def read_blobs(self, blobs: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """The contents of blobs, in their order, in one run of Git. Raises GitError where one is missing."""
        asked = "".join(f"{blob}\n" for blob in blobs).encode("ascii")
        if not asked:
            return
        buffer = _Buffer(stream_git(self.root, "cat-file", "--batch", "--buffer", given=asked))
        while head := buffer.line():
            name, *rest = head.decode("ascii", "replace").split(" ")
            if len(rest) != 2:
                raise GitError("missing-object", object=name)
            raw = buffer.take(int(rest[1]) + 1)[:-1]
            yield name, raw

    def read_sizes(self, blobs: Iterable[str]) -> Iterator[tuple[str, int]]:
        """The sizes of blobs in bytes, in their order, without their contents."""
        asked = "".join(f"{blob}\n" for blob in blobs).encode("ascii")
        if not asked:
            return
        buffer = _Buffer(stream_git(self.root, "cat-file", "--batch-check", "--buffer", given=asked))
        while head := buffer.line():
            name, *rest = head.decode("ascii", "replace").split(" ")
            if len(rest) != 2:
                raise GitError("missing-object", object=name)
            yield name, int(rest[1])

    def differences(self, first: str, second: str | None, under: tuple[str, ...] = RECORDS) -> list[FileChange]:
        """The files that differ between two commits, renames followed.

        Without a second commit the first is compared with the files on disk, which Git is not asked about: there,
        only files that did not change otherwise are known as renamed.
        """
        if second is None:
            tree = {path: blob for folder in under for path, blob in self.tree(first, folder).items()}
            return compare_with_tree(self.root, tree, under)
        words = ("diff-tree", *DIFF, first, second, "--", *under)
        return list(parse_changes(iter_texts(stream_git(self.root, *words))))

    def log(self, under: tuple[str, ...] = RECORDS, since: str | None = None, until: str = "HEAD") -> Iterator[Commit]:
        """The commits that changed files below the folders, newest first, in one pass; renames are followed.

        ``since`` leaves out what that commit comes from, ``until`` takes the place of the commit checked out. Raises
        ShallowClone rather than tell half of the story.
        """
        self.require_whole()
        if until == "HEAD" and self.head() is None:
            return
        span = (until, f"^{since}") if since else (until,)
        words = ("log", *DIFF, *LOG, *span, "--", *under)
        yield from parse_log(iter_texts(stream_git(self.root, *words)))

    def verify_signature(self, commit: str, keys: Mapping[str, Iterable[str]]) -> Signature:
        """Whether a commit is signed with one of the keys (owner → public SSH keys or OpenPGP fingerprints)."""
        return verify_commit(self.root, commit, {owner: tuple(each) for owner, each in keys.items()})


class _Buffer:
    """Lines and counted bytes out of a stream of blocks."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._rest = b""

    def line(self) -> bytes:
        """Up to the next line end, without it; empty at the end of the stream."""
        while b"\n" not in self._rest:
            block = next(self._blocks, b"")
            if not block:
                return b""
            self._rest += block
        line, _, self._rest = self._rest.partition(b"\n")
        return line

    def take(self, size: int) -> bytes:
        """So many bytes."""
        parts, have = [self._rest], len(self._rest)
        while have < size:
            block = next(self._blocks, b"")
            if not block:
                break
            parts.append(block)
            have += len(block)
        whole = b"".join(parts)
        self._rest = whole[size:]
        return whole[:size]
