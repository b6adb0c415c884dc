"""Git, read with plumbing only: what the repository holds is data, and nothing that it names is ever run."""

from __future__ import annotations

from kam.git.changes import Commit, FileChange
from kam.git.errors import AmbiguousRevision, GitError, NoCommonCommit, ShallowClone, UnknownRevision
from kam.git.repository import Repository, open_repository
from kam.git.signature import Signature, SignatureState

__all__ = [
    "AmbiguousRevision",
    "Commit",
    "FileChange",
    "GitError",
    "NoCommonCommit",
    "Repository",
    "ShallowClone",
    "Signature",
    "SignatureState",
    "UnknownRevision",
    "open_repository",
]
