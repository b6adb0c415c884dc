"""Files of the cache that are believed only while their seal holds, which no other machine and no clone can make."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path


def is_sealed(path: Path) -> bool:
    """Whether the file is whole and was put there by ``seal``."""
    try:
        return not path.is_symlink() and _seal_path(path).read_text("ascii") == _seal_of(path)
    except (OSError, UnicodeDecodeError):
        return False


def read_sealed(path: Path) -> bytes | None:
    """What the file holds; None where it is missing, damaged or not ours."""
    try:
        if path.is_symlink():
            return None
        with path.open("rb") as file:
            raw = file.read()
            is_ours = _seal_path(path).read_text("ascii") == _mark(hashlib.sha256(raw).hexdigest(), file.fileno())
    except (OSError, UnicodeDecodeError):
        return None
    return raw if is_ours else None


def put_sealed(draft: Path, path: Path) -> None:
    """Give a finished draft its name, and seal it. Raises OSError where it cannot be done."""
    _seal_path(path).unlink(missing_ok=True)
    draft.replace(path)
    seal = _seal_path(path).with_suffix(f".{os.getpid()}.new")
    seal.write_text(_seal_of(path), "ascii")
    seal.replace(_seal_path(path))


def remove_sealed(path: Path) -> None:
    """Remove a file with its seal; what another run still has open goes next time."""
    for each in (path, _seal_path(path)):
        with suppress(OSError):
            each.unlink()


def _seal_path(path: Path) -> Path:
    return path.with_suffix(".sha256")


def _seal_of(path: Path) -> str:
    with path.open("rb") as file:
        return _mark(hashlib.file_digest(file, "sha256").hexdigest(), file.fileno())


def _mark(checksum: str, file: int) -> str:
    """The checksum, and what a file that came with a repository cannot foretell: its place and time on this disk."""
    mark = os.fstat(file)
    return f"{checksum} {mark.st_ino} {mark.st_mtime_ns}"
