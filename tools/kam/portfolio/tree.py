"""What lies in a folder, with the marks by which a changed file is known: mode, size, times and inode.

The marks follow Git's rule for racy times: a file that was written about when it was looked at may be written again
without a visible change of its times, so its marks are not kept (see ``is_settled``).
"""

from __future__ import annotations

import errno
import os
import stat
from array import array
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from operator import attrgetter
from typing import NamedTuple

RACY_NS = 2_000_000_000
"""Two seconds: the coarsest file times in use (FAT)."""

NEVER = 1 << 62
"""A file time (ns) that never comes."""

Mark = tuple[int, int, int, int, int]
"""Mode, size in bytes, modification time and change time in ns, inode."""
_mark_of = attrgetter("st_mode", "st_size", "st_mtime_ns", "st_ctime_ns", "st_ino")


class Listing(NamedTuple):
    """One folder, named from ``accounts/`` on. A name that ends in ``/`` is a folder and has no mark of its own.

    ``numbers`` holds the marks of the other names, one after the other; ``error`` the number of the system error
    where the folder could not be read. The order is that of the system.
    """

    folder: str
    names: list[str]
    numbers: list[int]
    error: int = 0

    @property
    def marks(self) -> list[Mark]:
        """The marks of the names that are no folders, in their order."""
        n = self.numbers
        return list(zip(n[0::5], n[1::5], n[2::5], n[3::5], n[4::5], strict=True))

    @property
    def modes(self) -> list[int]:
        """The modes of the same names."""
        return self.numbers[0::5]

    def is_settled(self, now: int) -> bool:
        """Whether a later write to any of them is sure to show in its mark."""
        n = self.numbers
        return not n or max(n[2::5]) < now - RACY_NS > max(n[3::5])


def list_top(accounts: str) -> Listing:
    """The folder ``accounts/`` itself: the account folders, and what has no business there."""
    return _list_folder(accounts, "")


def walk_tree(accounts: str, top: str) -> Iterator[Listing]:
    """The folders below ``accounts/<top>``, itself first. Follows no symbolic links; leaves out names with a dot."""
    pending = [top]
    while pending:
        folder = pending.pop()
        listing = _list_folder(f"{accounts}/{folder}", folder)
        pending += [f"{listing.folder}/{name[:-1]}" for name in listing.names if name[-1] == "/"]
        yield listing


def sign_tree(accounts: str, top: str) -> bytes:
    """A digest of all names and marks below ``accounts/<top>``: equal as long as nothing there changed."""
    return sign(walk_tree(accounts, top))


def sign(listings: Iterator[Listing] | Sequence[Listing]) -> bytes:
    """The digest of what ``walk_tree`` found."""
    digest = blake2b(digest_size=16)
    for listing in listings:
        head = "\0".join((listing.folder, *listing.names))
        digest.update(f"{len(listing.names)}:{listing.error}:{head}\0".encode("utf-8", "surrogateescape"))
        digest.update(_pack(listing.numbers))
    return digest.digest()


def list_instead(listings: Sequence[Listing], top: str, instead: Mapping[str, bytes | None]) -> list[Listing]:
    """What ``walk_tree`` would find if the files of ``instead`` (path from the root → content, None for one that is
    gone) were as they are to be. Their marks are never settled."""
    found = {top: Listing(top, [], []), **{each.folder: each for each in listings if each.error != errno.ENOENT}}
    for path, content in instead.items():
        if not path.startswith(f"accounts/{top}/"):
            continue
        folder, _, name = path.removeprefix("accounts/").rpartition("/")
        before = found.get(folder) or Listing(folder, [], [])
        files = {
            n: m for n, m in zip((n for n in before.names if n[-1] != "/"), before.marks, strict=True) if n != name
        }
        if content is not None:
            files[name] = (stat.S_IFREG | 0o644, len(content), NEVER, NEVER, 0)
        names = [*files, *(n for n in before.names if n[-1] == "/")]
        found[folder] = Listing(folder, names, [number for mark in files.values() for number in mark])
        above, _, last = folder.rpartition("/")
        if above and above in found and f"{last}/" not in found[above].names:
            found[above].names.append(f"{last}/")
    return list(found.values())


def _pack(numbers: Sequence[int]) -> bytes:
    """Numbers as bytes; such as no disk has (an inode of 64 bits) as text."""
    try:
        return array("q", numbers).tobytes()
    except OverflowError:
        return repr(numbers).encode()


def is_settled(mark: Mark, now: int) -> bool:
    """Whether a later write is sure to show in the mark. ``now`` (ns) is the file system's time before the look."""
    return mark[2] < now - RACY_NS > mark[3]


def is_regular(mark: Mark) -> bool:
    """Whether the mark is that of an ordinary file, not of a link, a pipe or a device."""
    return stat.S_ISREG(mark[0])


def is_link(mark: Mark) -> bool:
    """Whether the mark is that of a symbolic link."""
    return stat.S_ISLNK(mark[0])


def is_text(name: str) -> bool:
    """Whether a file name is text at all: one of other bytes is never loaded, only reported."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _list_folder(path: str, folder: str) -> Listing:
    names: list[str] = []
    numbers: list[int] = []
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                name = entry.name
                if name[0] == ".":
                    continue
                if entry.is_dir(follow_symlinks=False):
                    names.append(name + "/")
                    continue
                try:
                    numbers += _mark_of(entry.stat(follow_symlinks=False))
                except FileNotFoundError:
                    continue
                names.append(name)
    except OSError as error:
        return Listing(folder, [], [], error.errno or -1)
    return Listing(folder, names, numbers)
