"""Findings kept in ``.kam/cache`` for what they were found in and the code that found them: whatever does not fit
exactly is taken for nothing kept."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kam import __version__
from kam.model.texts import find_texts, keep_texts
from kam.portfolio.report import problem_of, problem_row
from kam.settings.cache import FOLDER, make_cache_folder
from kam.settings.files import digest_of, stamp_of

if TYPE_CHECKING:
    from kam.model.problem import Problem

Findings = dict[str, list["Problem"]]
"""Name of what was looked at → what is wrong with it, nothing included."""


def make_key(asked: str, packages: Iterable[str]) -> str:
    """What findings are valid for: what was asked, and the code and words of these packages of ``kam``."""
    return digest_of("\n".join((__version__, asked, *map(stamp_of, packages))).encode())


def recall(root: Path, file: str, key: str) -> Findings | None:
    """The findings kept in that file for that key; None where there are none."""
    payload = read_kept(root, file, key)
    if payload is None:
        return None
    try:
        rows, texts = json.loads(payload)
        found = {name: [problem_of(row) for row in listed] for name, listed in rows.items()}
        keep_texts(texts)
    except (ValueError, TypeError, AttributeError):
        return None
    return found


def remember(root: Path, file: str, key: str, found: Mapping[str, Sequence[Problem]]) -> None:
    """Keep findings with their words; a folder that cannot be written to is no failure."""
    rules = {each.rule for listed in found.values() for each in listed}
    texts: Mapping[str, Any] = {rule: find_texts(rule) for rule in rules}
    rows = {name: [problem_row(each) for each in listed] for name, listed in found.items()}
    write_kept(root, file, key, json.dumps([rows, texts], ensure_ascii=False).encode())


def read_kept(root: Path, file: str, key: str) -> bytes | None:
    """What that file of ``.kam/cache`` holds for that key; None where it is not whole or was kept for another one."""
    try:
        head, _, payload = (root / FOLDER / "cache" / file).read_bytes().partition(b"\n")
    except OSError:
        return None
    return payload if head == digest_of(key.encode() + payload).encode() else None


def write_kept(root: Path, file: str, key: str, payload: bytes) -> None:
    """Keep something for a key in a file of ``.kam/cache``; a folder that cannot be written to is no failure."""
    with suppress(OSError):
        target = make_cache_folder(root) / file
        fresh = target.with_name(f"{file}.{os.getpid()}")
        fresh.write_bytes(digest_of(key.encode() + payload).encode() + b"\n" + payload)
        fresh.replace(target)
