"""The settings files: which there are, and a fingerprint of them all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path

CONFIG = "site-config"
UNREAD = ("theme",)
"""Folders of ``site-config`` that change no check and no figure."""
ENDINGS = (".yml", ".yaml", ".sql")


def read_files(root: Path) -> dict[str, bytes]:
    """The bytes of all settings files by their path from the root, sorted. Symbolic links are not followed."""
    return dict(_iter_files(root / CONFIG, CONFIG))


def _iter_files(folder: Path, prefix: str) -> Iterator[tuple[str, bytes]]:
    if not folder.is_dir() or folder.is_symlink():
        return
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda each: each.name)
    for each in entries:
        path = f"{prefix}/{each.name}"
        if each.name.startswith(".") or each.is_symlink():
            continue
        if each.is_dir():
            if path.split("/")[1] not in UNREAD:
                yield from _iter_files(folder / each.name, path)
        elif each.name.endswith(ENDINGS):
            yield path, (folder / each.name).read_bytes()


def digest_files(raws: Mapping[str, bytes]) -> str:
    """One fingerprint for the names and contents of all files."""
    parts = [f"{path} {len(raw)}\n".encode() + raw for path, raw in raws.items()]
    return digest_of(b"".join(parts))


def digest_of(text: bytes) -> str:
    """A short fingerprint of some bytes."""
    return blake2b(text, digest_size=20).hexdigest()
