"""The settings files: which there are, and a fingerprint of them all; a stamp of the code that reads them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import blake2b
from pathlib import Path

CONFIG = "site-config"
UNREAD = ("theme",)
"""Folders of ``site-config`` that change no check and no figure."""
ENDINGS = (".yml", ".yaml", ".sql")
CODE = Path(__file__).parent.parent
"""The folder of the packages of ``kam``."""


def read_files(root: Path, unreadable: list[str] | None = None) -> dict[str, bytes]:
    """The bytes of all settings files by their path from the root, sorted. Symbolic links are not followed.

    Paths of files and folders that cannot be read are added to ``unreadable``.
    """
    return dict(_iter_files(root / CONFIG, CONFIG, [] if unreadable is None else unreadable))


def _iter_files(folder: Path, prefix: str, unreadable: list[str]) -> Iterator[tuple[str, bytes]]:
    if not folder.is_dir() or folder.is_symlink():
        return
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda each: each.name)
    except OSError:
        unreadable.append(prefix)
        return
    for each in entries:
        path = f"{prefix}/{each.name}"
        if each.name.startswith(".") or each.is_symlink():
            continue
        if each.is_dir():
            if path.split("/")[1] not in UNREAD:
                yield from _iter_files(folder / each.name, path, unreadable)
        elif each.name.endswith(ENDINGS):
            raw = _read(each)
            if raw is None:
                unreadable.append(path)
            else:
                yield path, raw


def _read(entry: os.DirEntry[str]) -> bytes | None:
    """The file's bytes; None where it may not be read or is a pipe or device, which could keep us waiting."""
    try:
        return Path(entry.path).read_bytes() if entry.is_file() else None
    except OSError:
        return None


def digest_files(raws: Mapping[str, bytes]) -> str:
    """One fingerprint for the names and contents of all files."""
    parts = [f"{path} {len(raw)}\n".encode() + raw for path, raw in raws.items()]
    return digest_of(b"".join(parts))


def digest_of(text: bytes) -> str:
    """A short fingerprint of some bytes."""
    return blake2b(text, digest_size=20).hexdigest()


@cache
def stamp_of(package: str) -> str:
    """Changes with any change of the code and texts of a package of ``kam``."""
    with os.scandir(CODE / package) as entries:
        found = [(each.name, each.stat()) for each in entries if each.is_file()]
    return " ".join(sorted(f"{package}/{name} {stat.st_size} {stat.st_mtime_ns}" for name, stat in found))
