"""A portfolio in a real Git repository, with the settings of this one, and what a pull request does to it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kam.cli.main import cli
from kam.settings import load_settings

AS_OF = "2026-06-30"
PROFILE = "---\nname: Acme\nowner: li-ming\ncurrency: CNY\n---\n"
PEOPLE = (
    "people:\n"
    "  li-ming: {name: {en: Li Ming, zh: 李明}, email: li@example.com, role: key-account-manager}\n"
    "  wang-fang: {name: {en: Wang Fang, zh: 王芳}, email: wang@example.com, role: sales-director}\n"
)


def front(text: str) -> str:
    """A record file of a front matter."""
    return f"---\n{text.strip()}\n---\n"


class Project:
    """A repository with a portfolio; ``root`` is the portfolio, which may lie in a folder of it."""

    def __init__(self, root: Path, top: Path) -> None:
        self.root, self.top = root, top

    def git(
        self, *words: str, who: str = "li", on: str = "2026-05-01T12:00:00+08:00", folder: Path | None = None
    ) -> str:
        """Run Git as somebody on a day."""
        environment = {
            **os.environ, "GIT_AUTHOR_DATE": on, "GIT_COMMITTER_DATE": on,
            "GIT_AUTHOR_NAME": who, "GIT_AUTHOR_EMAIL": f"{who}@example.com",
            "GIT_COMMITTER_NAME": who, "GIT_COMMITTER_EMAIL": f"{who}@example.com",
        }  # fmt: skip
        switches = ("-c", "commit.gpgsign=false", "-c", "protocol.file.allow=always", "-c", "core.autocrlf=false")
        done = subprocess.run(
            ["git", *switches, *words], cwd=folder or self.top, env=environment, check=True, capture_output=True
        )
        return done.stdout.decode().strip()

    def write(self, files: Mapping[str, str | None]) -> None:
        """Write files (path from the portfolio's root → text; None removes)."""
        for path, text in files.items():
            place = self.root / path
            if text is None:
                place.unlink()
            else:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(text.encode())

    def commit(self, files: Mapping[str, str | None] | None = None, message: str = "change", **more: str) -> str:
        """Write files and commit everything; gives the commit."""
        self.write(files or {})
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message, **more)
        return self.git("rev-parse", "HEAD")

    def kam(self, *words: str, root: Path | None = None) -> Result:
        """Run ``kam`` in the portfolio."""
        return CliRunner().invoke(cli, ["-C", str(root or self.root), "--as-of", AS_OF, *words])

    def since(self, revision: str, *words: str) -> dict[str, Any]:
        """``kam check --base … --format json``."""
        result = self.kam("check", "--base", revision, "--format", "json", *words)
        assert isinstance(result.exception, SystemExit | None), result.exc_info
        assert result.exit_code in (0, 1), result.output
        found: dict[str, Any] = json.loads(result.stdout)
        return found

    def said(self, revision: str = "main", *words: str) -> list[str]:
        """The new problems as ``path:line rule message``."""
        problems = self.since(revision, *words)["problems"]
        return [f"{p['path']}:{p['line']} {p['rule']} {p['message']}" for p in problems]


def make_project(root: Path, top: Path, repository: Path) -> Project:
    """An account in a committed portfolio; the schemas and currencies are those of this repository."""
    (root / "accounts/acme").mkdir(parents=True)
    (root / "site-config").mkdir()
    shutil.copytree(repository / "site-config/schemas", root / "site-config/schemas")
    for name in ("kam.yml", "currencies.yml"):
        shutil.copy(repository / "site-config" / name, root / "site-config")
    (root / "site-config/people.yml").write_text(PEOPLE, encoding="utf-8")
    (root / "mkdocs.yml").touch()
    (root / "accounts/acme/profile.md").write_text(PROFILE, encoding="utf-8")
    (top / ".gitignore").write_text(".kam/\n")
    project = Project(root, top)
    project.git("init", "-q", "-b", "main")
    project.commit(message="Begin")
    return project


@pytest.fixture(scope="session")
def begun(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A portfolio to copy, with its settings compiled."""
    root = tmp_path_factory.mktemp("begun") / "kam"
    make_project(root, root, repository)
    assert load_settings(root).is_usable
    return root


@pytest.fixture
def project(tmp_path: Path, begun: Path) -> Project:
    """A portfolio that is a repository."""
    root = tmp_path / "kam"
    shutil.copytree(begun, root)
    return Project(root, root)


@pytest.fixture
def branch(project: Project) -> Callable[[Mapping[str, str | None]], None]:
    """Put files on the main branch, then begin a branch for the work."""

    def begin(files: Mapping[str, str | None]) -> None:
        project.commit(files, "Records")
        project.git("checkout", "-q", "-b", "work")

    return begin
