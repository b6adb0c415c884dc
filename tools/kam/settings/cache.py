"""Compiled settings in ``.kam/cache/settings.json``, found again by what the settings files hold.

First line: key and checksum. Second line: people, products and the like. Then a line for each type and for each topic
of policy, which is decoded only when somebody asks for it. Whatever does not fit exactly is taken for no cache at all,
and written anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import orjson

from kam import __version__
from kam.model.problem import Problem
from kam.model.schema import RecordType
from kam.settings.codec import decode, encode, from_json
from kam.settings.files import digest_of, stamp_of
from kam.settings.parts import Parts
from kam.settings.settings import Settings
from kam.settings.values import Currencies, Person, Product, SiteSettings

FOLDER = ".kam"
FILE = "cache/settings.json"
CODE = ("settings", "model")


def make_key(digest: str) -> str:
    """What the cache is valid for: these settings, read by this code."""
    stamps = (__version__, digest, _holidays_stamp(), *map(stamp_of, CODE))
    return digest_of("\n".join(stamps).encode())


def _holidays_stamp() -> str:
    """What changes with the package of public holidays, whose days the calendars hold."""
    found = find_spec("holidays")
    return f"{found.origin} {Path(found.origin).stat().st_mtime_ns}" if found and found.origin else ""


class LazyTypes(Mapping[str, RecordType]):
    """Record types by name, decoded one by one as they are asked for."""

    def __init__(self, lines: Mapping[str, bytes]) -> None:
        self._lines = lines
        self._found: dict[str, RecordType] = {}

    def __getitem__(self, name: str) -> RecordType:
        try:
            return self._found[name]
        except KeyError:
            found = self._found[name] = decode(RecordType, self._lines[name])
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
        if orjson.loads(head) != {"key": key, "check": digest_of(key.encode() + payload)}:
            return None
        first, *lines = payload.split(b"\n")
        plain = orjson.loads(first)
        names, parts = list(plain["types"]), plain["parts"]
        part_lines = dict(zip(parts, lines[len(names) :], strict=True))
        return Settings(
            root=root,
            types=LazyTypes(dict(zip(names, lines[: len(names)], strict=True))),
            folders={folder: name for name, folder in plain["types"].items()},
            people={name: from_json(Person, each) for name, each in plain["people"].items()},
            products={name: from_json(Product, each) for name, each in plain["products"].items()},
            currencies=from_json(Currencies, plain["currencies"]),
            site=from_json(SiteSettings, plain["site"]),
            digest=digest,
            problems=[from_json(Problem, each) for each in plain["problems"]],
            parts=Parts(lines=part_lines),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write_cache(settings: Settings, key: str) -> None:
    """Keep usable settings for the next run; where they cannot be written, or the folder not written to, that is no
    failure."""
    parts = settings.parts.items()
    rest = {
        "types": {name: rtype.folder for name, rtype in settings.types.items()},
        "parts": list(parts),
        "people": settings.people,
        "products": settings.products,
        "currencies": settings.currencies,
        "site": settings.site,
        "problems": settings.problems,
    }
    try:
        lines = [encode(rest), *(encode(each) for each in (*settings.types.values(), *parts.values()))]
    except TypeError:
        return
    payload = b"\n".join(lines)
    head = orjson.dumps({"key": key, "check": digest_of(key.encode() + payload)})
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
