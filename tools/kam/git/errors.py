"""Why the history of a portfolio cannot be read, in words for the one who asked."""

from __future__ import annotations

from kam.model.problem import Level, Problem
from kam.model.texts import render_message

RULE = "git-history"


class GitError(Exception):
    """Git could not answer. ``key`` names the message among the texts of ``git-history``, ``args`` fill its gaps."""

    def __init__(self, key: str = "failed", **words: str) -> None:
        super().__init__(key, words)
        self.key = key
        self.words = words

    def sentence(self, lang: str) -> str:
        """What is wrong and what to do about it, in ``en`` or ``zh``."""
        message, hint = render_message(self.problem(), lang)
        return f"{message}。{hint}" if lang == "zh" else f"{message}. {hint}"

    def problem(self, path: str = "accounts") -> Problem:
        """The same as a problem of the portfolio as a whole."""
        return Problem(path, 0, 0, RULE, Level.ERROR, self.key, self.words)


class UnknownRevision(GitError):
    """A revision is asked for that is none of a commit here."""

    def __init__(self, revision: str, *, is_shallow: bool = False) -> None:
        super().__init__("unknown-revision-shallow" if is_shallow else "unknown-revision", revision=revision)


class AmbiguousRevision(GitError):
    """A name that is both a branch and a tag, or the beginning of several commits."""

    def __init__(self, revision: str, *, is_name: bool) -> None:
        super().__init__("ambiguous-name" if is_name else "ambiguous-commit", revision=revision)


class NoCommonCommit(GitError):
    """Two revisions have no commit in common."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__("no-common-commit", first=first, second=second)


class ShallowClone(GitError):
    """The clone holds only the newest part of the history, so that what follows from history would be wrong."""

    def __init__(self) -> None:
        super().__init__("shallow")
