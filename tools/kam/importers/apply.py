"""Writes what was planned: each file whole, the state last, so that a killed import can simply be run again."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from kam.importers.plan import Note, Plan, Write
from kam.importers.state import FOLDER

SUFFIX = ".tmp"


def write_plan(root: Path, plan: Plan, rejects: Mapping[str, str], advance: Callable[[int], None]) -> list[str]:
    """Write everything; returns the paths written. A file that someone changed meanwhile stays and is noted."""
    from kam.write import clear_leftovers

    clear_leftovers(find_leftovers(root))
    written: list[str] = []
    last = [write for write in plan.writes if write.path.startswith(f"{FOLDER}/")]
    for write in plan.writes:
        if write not in last:
            _try(root, write, plan, written, sync=False)
            advance(1)
    for path, text in rejects.items():
        place = root / path
        old = place.read_bytes() if place.is_file() else None
        if old != text.encode():
            _try(root, Write(path, text, old), plan, written, sync=False)
    if written and hasattr(os, "sync"):
        os.sync()
    for write in last:
        if not any(note.key == "refused" for note in plan.notes):
            _try(root, write, plan, written, sync=True)
        advance(1)
    return written


def _try(root: Path, write: Write, plan: Plan, written: list[str], *, sync: bool) -> None:
    from kam.write import RefusedError

    try:
        _write(root, write, sync=sync)
        written.append(write.path)
    except (RefusedError, OSError) as error:
        plan.notes.append(Note("refused", {"path": write.path, "reason": str(error)}))


def find_leftovers(root: Path) -> list[Path]:
    """Files in the making: those of a process that is gone may be removed."""
    pattern = f".kam-*{SUFFIX}"
    return [*root.glob(f"accounts/**/{pattern}"), *root.glob(f"*/{pattern}")]


def _write(root: Path, write: Write, *, sync: bool) -> None:
    from kam.write import RefusedError, write_file

    path = root / write.path
    if write.text is not None:
        write_file(path, write.text, expected=write.expected, sync=sync)
    elif path.is_symlink() or path.read_bytes() != write.expected:
        raise RefusedError(path, "changed")
    else:
        path.unlink()
