"""Real repositories to read."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., str]


@pytest.fixture
def git(tmp_path: Path) -> Run:
    """Run Git in a folder (by default ``tmp_path/repo``) as somebody on a given day; gives what it prints."""

    def run(*words: str, folder: Path | None = None, on: str = "2026-05-01T12:00:00+08:00", who: str = "li") -> str:
        environment = {
            **os.environ, "GIT_AUTHOR_DATE": on, "GIT_COMMITTER_DATE": on, "HOME": str(tmp_path),
            "GIT_AUTHOR_NAME": who, "GIT_AUTHOR_EMAIL": f"{who}@example.com",
            "GIT_COMMITTER_NAME": who, "GIT_COMMITTER_EMAIL": f"{who}@example.com",
        }  # fmt: skip
        switches = ("-c", "commit.gpgsign=false", "-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always")
        place = folder or tmp_path / "repo"
        done = subprocess.run(
            ["git", *switches, *words], cwd=place, env=environment, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    return run


@pytest.fixture
def repo(tmp_path: Path, git: Run) -> Path:
    """An empty repository."""
    root = tmp_path / "repo"
    root.mkdir()
    git("init", "-q")
    return root


@pytest.fixture
def commit(repo: Path, git: Run) -> Callable[..., str]:
    """Write files (path → text; None removes) into ``root``, commit all of it; gives the commit."""

    def make(files: dict[str, str | None], message: str = "change", *, root: Path = repo, **more: str) -> str:
        for path, text in files.items():
            place = root / path
            if text is None:
                place.unlink()
            else:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(text.encode("utf-8"))
        git("add", "-A", folder=root)
        git("commit", "-q", "--allow-empty", "-m", message, folder=root, **more)
        return git("rev-parse", "HEAD", folder=root)

    return make
