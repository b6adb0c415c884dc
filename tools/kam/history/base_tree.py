"""The records and settings of a commit as files, so that they are checked just as those of the working tree are.

They lie below ``.kam/cache`` under a name that no repository can foretell, so none can bring along a base of its own,
and are kept from run to run: of the next base only the files that differ are written.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import orjson

from kam.git import Repository
from kam.portfolio.store import FOLDERS_OF_COMMITS, private_name
from kam.settings.cache import make_cache_folder
from kam.settings.files import CONFIG, UNREAD
from kam.write import LockedError, write_lock

FOLDERS = ("accounts", "archive", CONFIG)
DONE, MANIFEST = "commit", "manifest.json"
PATIENCE = 5.0
LINK = "a-link-that-is-not-followed"
EMPTY = "empty:"
"""How the manifest notes a file of which only the size is wanted: attachments are known by name and size."""


@contextmanager
def base_folder(repository: Repository, commit: str, *, cache: bool, name: str = "base") -> Iterator[Path]:
    """A folder with the commit's records and settings, kept for the next run where that is possible.

    Each ``name`` (one of ``FOLDERS_OF_COMMITS``) has a folder of its own, so that what is kept for one purpose is not
    overwritten by another. While it is used no other process changes it. Raises GitError where the commit cannot be
    read.
    """
    assert name in FOLDERS_OF_COMMITS
    with ExitStack() as stack:
        folder = _open_kept(repository.root, name, stack) if cache else None
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kam-base-")))
        _write_out(folder, repository, commit)
        yield folder


def _open_kept(root: Path, name: str, stack: ExitStack) -> Path | None:
    try:
        folder = make_cache_folder(root) / private_name(make_cache_folder(root), name)
        folder.mkdir(exist_ok=True)
        stack.enter_context(write_lock(folder, PATIENCE))
    except (OSError, LockedError):
        return None
    return folder


def _write_out(folder: Path, repository: Repository, commit: str) -> None:
    """Make the folder hold what the commit holds."""
    done = folder / DONE
    known = _known(folder)
    if known and _read_text(done) == commit:
        return
    wanted = _wanted(repository, commit)
    done.unlink(missing_ok=True)
    if not known:
        for name in FOLDERS:
            shutil.rmtree(folder / name, ignore_errors=True)
    for path in known.keys() - wanted.keys():
        _remove(folder, path)
    _write_files(folder, repository, {path: what for path, what in wanted.items() if known.get(path) != what})
    for name in FOLDERS:
        (folder / name).mkdir(exist_ok=True)
    (folder / MANIFEST).write_bytes(orjson.dumps(wanted))
    done.write_text(commit, "ascii")


def _known(folder: Path) -> dict[str, str]:
    """Path → what lies there; nothing where the last run did not come to its end."""
    if not (folder / DONE).exists():
        return {}
    with suppress(OSError, ValueError):
        found = orjson.loads((folder / MANIFEST).read_bytes())
        return found if isinstance(found, dict) else {}
    return {}


def _read_text(path: Path) -> str:
    try:
        return path.read_text("ascii")
    except (OSError, ValueError):
        return ""


def _wanted(repository: Repository, commit: str) -> dict[str, str]:
    """Path → blob, ``empty:`` and blob, or the mark of a link."""
    found = {}
    for under in FOLDERS:
        for entry in repository.iter_tree(commit, under):
            if not _is_safe(entry.path):
                continue
            if entry.is_file:
                found[entry.path] = entry.blob if _is_read(entry.path) else EMPTY + entry.blob
            elif entry.mode == "120000":
                found[entry.path] = LINK
    return found


def _is_read(path: str) -> bool:
    return path.endswith(".md") or path.startswith(f"{CONFIG}/")


def _is_safe(path: str) -> bool:
    """Whether a path of a commit stays inside the folder, is text, and is one that kam looks at."""
    parts = path.split("/")
    if len(parts) < 2 or any(
        not part or part[0] == "." or "\\" in part or (os.name == "nt" and ":" in part) for part in parts
    ):
        return False
    if any("\ud800" <= each <= "\udfff" or each == "\0" for each in path):
        return False
    return not (parts[0] == CONFIG and parts[1] in UNREAD)


def _write_files(folder: Path, repository: Repository, fresh: Mapping[str, str]) -> None:
    places: dict[str, list[str]] = {}
    sizes: dict[str, list[str]] = {}
    for path, what in fresh.items():
        if what.startswith(EMPTY):
            sizes.setdefault(what.removeprefix(EMPTY), []).append(path)
        elif what != LINK:
            places.setdefault(what, []).append(path)
    made: set[Path] = set()
    for blob, raw in repository.read_blobs(places):
        for path in places[blob]:
            _place(folder, path, made).write_bytes(raw)
    for blob, size in repository.read_sizes(sizes):
        for path in sizes[blob]:
            with _place(folder, path, made).open("wb") as file:
                file.truncate(size)
    for path, what in fresh.items():
        if what == LINK:
            with suppress(OSError):
                _place(folder, path, made).symlink_to(LINK)


def _place(folder: Path, path: str, made: set[Path]) -> Path:
    """Where to write a file anew: never through a link that stood there, nor over a folder."""
    place = folder / path
    if place.parent not in made:
        place.parent.mkdir(parents=True, exist_ok=True)
        made.add(place.parent)
    with suppress(OSError):
        place.unlink()
    return place


def _remove(folder: Path, path: str) -> None:
    place = folder / path
    with suppress(OSError):
        place.unlink()
        for parent in place.parents:
            if parent == folder:
                break
            parent.rmdir()
