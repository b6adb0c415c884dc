"""On which days the record files changed, read from Git without running anything that a repository names."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

GIT = (
    "git", "--no-pager", "--literal-pathspecs", "-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}",
    "-c", "log.showSignature=false", "-c", "core.quotePath=false", "-c", "protocol.allow=never",
)  # fmt: skip
LOG = (
    "log", "-z", "--format=%x01%ct", "--name-only", "--no-renames", "--no-ext-diff", "--no-textconv",
    "--no-show-signature", "--no-color", "--no-decorate", "--no-mailmap", "--diff-merges=off", "--relative", "--",
    "accounts",
)  # fmt: skip


def load_revisions(root: Path, zone: ZoneInfo) -> list[tuple[str, str]]:
    """Path and day (of the commit, in the company's time zone) of every change of a file under ``accounts/``.

    Empty where the portfolio is not in Git or has no commit. A shallow clone gives what it holds.
    """
    return _parse(_read_git(root, LOG), zone)


def find_revision(root: Path) -> str | None:
    """The commit that the portfolio's repository stands at; None without Git or before the first commit."""
    return _read_git(root, ("rev-parse", "--verify", "--quiet", "HEAD")).decode("ascii", "replace").strip() or None


def _read_git(root: Path, arguments: tuple[str, ...]) -> bytes:
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_EXTERNAL_DIFF"):
        environment.pop(name, None)
    try:
        done = subprocess.run([*GIT, *arguments], cwd=root, env=environment, capture_output=True, check=False)
    except OSError:
        return b""
    return done.stdout if done.returncode == 0 else b""


def _parse(output: bytes, zone: ZoneInfo) -> list[tuple[str, str]]:
    found: dict[tuple[str, str], None] = {}
    day = ""
    for part in output.split(b"\0"):
        text = part.strip(b"\n").decode("utf-8", "surrogateescape")
        if text.startswith("\x01"):
            day = datetime.fromtimestamp(int(text[1:]), UTC).astimezone(zone).date().isoformat()
        elif text and _is_text(text):
            found[(text, day)] = None
    return list(found)


def _is_text(text: str) -> bool:
    return not any("\ud800" <= c <= "\udfff" for c in text)
