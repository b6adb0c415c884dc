"""Running Git so that it only reads: no program, hook, filter or server that a repository names is ever called.

A repository's configuration can name programs for nearly everything (``core.fsmonitor``, ``core.hooksPath``,
``diff.external``, text conversion, filters, pagers, ``gpg.program``, remote helpers, aliases). Only commands are run
here that read objects and nothing of the working tree, so most of that is never looked at; the rest is switched off.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO

from kam.git.errors import GitError

OPTIONS = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.quotePath": "false",
    "core.pager": "cat",
    "core.alternateRefsCommand": "",
    "diff.external": "",
    "diff.renameLimit": "5000",
    "diff.suppressBlankEmpty": "false",
    "gc.auto": "0",
    "log.follow": "false",
    "log.showSignature": "false",
    "log.mailmap": "false",
    "maintenance.auto": "false",
    "protocol.allow": "never",
    "safe.bareRepository": "explicit",
    "submodule.recurse": "false",
}

KEPT = frozenset(
    {
        "GIT_CEILING_DIRECTORIES",
        "GIT_CONFIG_COUNT",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_CONFIG_SYSTEM",
        "GIT_DISCOVERY_ACROSS_FILESYSTEM",
        "GIT_TEST_ASSUME_DIFFERENT_OWNER",
    }
)
"""The user's own words to Git that say where it may look and whom to trust; all others could lead it elsewhere."""

SURROUNDINGS = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LANGUAGE": "C",
    "LC_ALL": "C",
}

BLOCK = 1 << 16
PROMISED = re.compile(r"could not fetch ([0-9a-f]+) from promisor remote")


@cache
def find_git() -> str | None:
    """The Git program of this machine."""
    return shutil.which("git")


def clean_environment() -> dict[str, str]:
    """The user's environment without what could lead Git to another repository, and with what keeps it from acting."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name in KEPT or name.startswith(("GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_"))
    }
    return {**kept, **SURROUNDINGS}


def command_line(words: Sequence[str], options: Mapping[str, str] | None = None) -> list[str]:
    """Git with all its switches, then the words. Raises GitError where there is no Git."""
    program = find_git()
    if program is None:
        raise GitError("no-repository")
    switches = [word for name, value in {**OPTIONS, **(options or {})}.items() for word in ("-c", f"{name}={value}")]
    return [program, "--no-pager", "--literal-pathspecs", *switches, *words]


def run_git(root: Path, *words: str, options: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
    """Run one reading command in the folder, whatever its exit status. Raises GitError where Git cannot be started."""
    line = command_line(words, options)
    try:
        return subprocess.run(
            line, cwd=root, env=clean_environment(), stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except OSError as error:
        raise GitError(reason=error.strerror or str(error)) from None


def read_git(root: Path, *words: str) -> bytes:
    """What a command that must succeed prints. Raises GitError."""
    done = run_git(root, *words)
    if done.returncode:
        raise failure(root, done.stderr)
    return done.stdout


def failure(root: Path, said: bytes) -> GitError:
    """The error that Git's complaint amounts to."""
    text = said.decode("utf-8", "replace")
    if "dubious ownership" in text or "unsafe repository" in text:
        return GitError("other-owner", folder=str(root))
    if "not a git repository" in text:
        return GitError("no-repository")
    missing = PROMISED.search(text)
    if missing:
        return GitError("missing-object", object=missing[1])
    first = next((line for line in text.splitlines() if line.startswith(("fatal:", "error:"))), text.strip())
    return GitError(reason=first.partition(": ")[2] or first or "no answer")


def stream_git(root: Path, *words: str, given: bytes = b"") -> Iterator[bytes]:
    """What a command prints, in blocks, while it is still working. Raises GitError where it fails in the end.

    Stopping early ends the command. ``given`` is its standard input.
    """
    with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as complaints:
        asked.write(given)
        asked.seek(0)
        process = subprocess.Popen(
            command_line(words), cwd=root, env=clean_environment(), stdin=asked, stdout=subprocess.PIPE,
            stderr=complaints,
        )  # fmt: skip
        output = process.stdout
        assert output is not None
        try:
            yield from _blocks(output)
            if process.wait():
                complaints.seek(0)
                raise failure(root, complaints.read())
        finally:
            output.close()
            if process.poll() is None:
                process.kill()
            process.wait()


def _blocks(output: IO[bytes]) -> Iterator[bytes]:
    while block := output.read(BLOCK):
        yield block


def iter_parts(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The parts of a stream that stand between zero bytes."""
    rest = b""
    for block in blocks:
        *parts, rest = (rest + block).split(b"\0")
        yield from parts
    if rest:
        yield rest


def iter_texts(blocks: Iterator[bytes]) -> Iterator[str]:
    """The same as texts; bytes that are no UTF-8 come as lone surrogates."""
    rest = b""
    for block in blocks:
        whole, zero, rest = (rest + block).rpartition(b"\0")
        if zero:
            yield from whole.decode("utf-8", "surrogateescape").split("\0")
    if rest:
        yield rest.decode("utf-8", "surrogateescape")
