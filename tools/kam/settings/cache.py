"""Compiled settings in ``.kam/cache/settings.json``, found again by what the settings files hold.

First line: key and checksum. Second line: all but the types. Then a line for each type, which is decoded only when
somebody asks for it. Whatever does not fit exactly is taken for no cache at all, and written anew.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from kam import __version__
from kam.model.schema import RecordType
from kam.settings.codec import (
    decode_currencies,
    decode_person,
    decode_problems,
    decode_product,
    decode_site,
    decode_type,
    encode,
)
from kam.settings.files import digest_of
from kam.settings.settings import Settings

FOLDER = ".kam"
FILE = "cache/settings.json"
CODE = (Path(__file__).parent, Path(__file__).parent.parent / "model")


def make_key(digest: str) -> str:
    """What the cache is valid for: these settings, read by this code."""
    stamps = [__version__, digest]
    for folder in CODE:
        with os.scandir(folder) as entries:
            found = [(each.name, each.stat()) for each in entries if each.name.endswith(".py")]
        stamps += sorted(f"{name} {stat.st_size} {stat.st_mtime_ns}" for name, stat in found)
    return digest_of("\n".join(stamps).encode())


class LazyTypes(Mapping[str, RecordType]):
    """Record types by name, decoded one by one as they are asked for."""

    def __init__(self, lines: Mapping[str, str]) -> None:
        self._lines = lines
        self._found: dict[str, RecordType] = {}

    def __getitem__(self, name: str) -> RecordType:
        found = self._found.get(name)
        if found is None:
            found = self._found[name] = decode_type(self._lines[name])
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


def read_cache(root: Path, key: str, digest: str) -> Settings | None:
    """The settings kept for that key, or None."""
    try:
        raw = (root / FOLDER / FILE).read_bytes()
        head, _, payload = raw.partition(b"\n")
        if json.loads(head) != {"key": key, "check": digest_of(key.encode() + payload)}:
            return None
        first, *lines = payload.decode().splitlines()
        plain = json.loads(first)
        names = list(plain["types"])
        return Settings(
            root=root,
            types=LazyTypes(dict(zip(names, lines, strict=True))),
            folders={folder: name for name, folder in plain["types"].items()},
            people={name: decode_person(each) for name, each in plain["people"].items()},
            products={name: decode_product(each) for name, each in plain["products"].items()},
            currencies=decode_currencies(plain["currencies"]),
            site=decode_site(plain["site"]),
            digest=digest,
            problems=list(decode_problems(plain["problems"])),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write_cache(settings: Settings, key: str) -> None:
    """Keep usable settings for the next run; a folder that cannot be written to is no failure."""
    rest = {
        "types": {name: rtype.folder for name, rtype in settings.types.items()},
        "people": settings.people,
        "products": settings.products,
        "currencies": settings.currencies,
        "site": settings.site,
        "problems": settings.problems,
    }
    lines = [encode(rest), *(encode(rtype) for rtype in settings.types.values())]
    payload = "\n".join(lines).encode()
    head = json.dumps({"key": key, "check": digest_of(key.encode() + payload)}).encode()
    with suppress(OSError):
        make_cache_folder(settings.root)
        target = settings.root / FOLDER / FILE
        fresh = target.with_name(f"{target.name}.{os.getpid()}")
        fresh.write_bytes(head + b"\n" + payload)
        fresh.replace(target)


def make_cache_folder(root: Path) -> Path:
    """``.kam/cache`` in the root, made if need be, with a ``.gitignore`` that keeps all of ``.kam`` out of Git.

    Raises OSError where it cannot be made, and where ``.kam`` or the folder is a symbolic link.
    """
    folder = root / FOLDER / "cache"
    for each in (root / FOLDER, folder):
        if each.is_symlink():
            raise OSError(f"{each} is a symbolic link")
    folder.mkdir(parents=True, exist_ok=True)
    ignore = root / FOLDER / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
    return folder
