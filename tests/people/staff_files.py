"""Writing and committing files of the small portfolio."""

from __future__ import annotations

import subprocess
from pathlib import Path


def put(root: Path, record: str, text: str, body: str = "") -> Path:
    """Write a record's file."""
    path = root / "accounts" / f"{record}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\n{text}---\n{body}", "utf-8")
    return path


def commit(root: Path, who: str, at: str, *paths: str) -> None:
    """Commit files (all, where none is named) as a person on a day."""
    if not (root / ".git").exists():
        subprocess.run(["git", "init", "-q", str(root)], check=True)
        (root / ".gitignore").write_text(".kam/\n", "utf-8")
    moment = {"GIT_AUTHOR_DATE": f"{at}T12:00:00Z", "GIT_COMMITTER_DATE": f"{at}T12:00:00Z"}
    name = {"GIT_AUTHOR_NAME": who, "GIT_COMMITTER_NAME": who}
    mail = {"GIT_AUTHOR_EMAIL": f"{who}@firm.example.com", "GIT_COMMITTER_EMAIL": f"{who}@firm.example.com"}
    surroundings = {"PATH": "/usr/bin:/bin:/usr/local/bin", **moment, **name, **mail}
    git = ["git", "-C", str(root), "-c", "commit.gpgsign=false"]
    subprocess.run([*git, "add", "--", *(paths or ["."])], check=True, env=surroundings)
    subprocess.run([*git, "commit", "-q", "-m", "Change", "--", *(paths or ["."])], check=True, env=surroundings)
