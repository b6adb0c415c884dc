"""The working tree as Git would see it, without asking Git, which may run programs to look at it."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from kam.git.changes import FileChange

MAX_BYTES = 64_000_000
SHA1_DIGITS = 40


def blob_of(raw: bytes, digits: int = SHA1_DIGITS) -> str:
    """The name that Git gives to these contents; ``digits`` tells SHA-1 (40) from SHA-256 (64)."""
    digest = hashlib.sha1(usedforsecurity=False) if digits == SHA1_DIGITS else hashlib.sha256()
    digest.update(b"blob %d\0" % len(raw))
    digest.update(raw)
    return digest.hexdigest()


def iter_files(root: Path, under: str) -> Iterator[str]:
    """The ordinary files below a folder, sorted, as paths from the root. Follows no links, skips names with a dot."""
    folder = root / under
    if folder.is_symlink():
        return
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name[0] != ".")
        start = Path(place).relative_to(root).as_posix()
        for name in sorted(names):
            if name[0] != "." and stat.S_ISREG(os.lstat(f"{place}/{name}").st_mode):
                yield f"{start}/{name}"


def compare_with_tree(root: Path, tree: Mapping[str, str], folders: tuple[str, ...]) -> list[FileChange]:
    """How the files below the folders differ from a tree (path → blob); renames are found where nothing else changed.

    Line ends are taken as the same: Git may have turned them when it wrote the files out.
    """
    digits = len(next(iter(tree.values()), "")) or SHA1_DIGITS
    here = {
        path: _blob_as(root / path, tree.get(path, ""), digits) for under in folders for path in iter_files(root, under)
    }
    gone: dict[str, list[str]] = {}
    for path in sorted(tree.keys() - here.keys()):
        gone.setdefault(tree[path], []).append(path)
    changes = []
    for path, blob in here.items():
        old = tree.get(path)
        if old is None and gone.get(blob):
            changes.append(FileChange("R", path, gone[blob].pop(0), blob, blob))
        elif old != blob:
            changes.append(FileChange("M" if old else "A", path, path, blob, old or ""))
    changes += [FileChange("D", path, path, "", blob) for blob, paths in gone.items() for path in paths]
    return sorted(changes, key=lambda change: change.path)


def _blob_as(path: Path, old: str, digits: int) -> str:
    """The blob of a file: with its line ends as they are, or turned where only so it is the old one."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES)
    except OSError:
        return ""
    blob = blob_of(raw, digits)
    if blob != old and b"\r\n" in raw:
        turned = blob_of(raw.replace(b"\r\n", b"\n"), digits)
        return turned if turned == old or not old else blob
    return blob
