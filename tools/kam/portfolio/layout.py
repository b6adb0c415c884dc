"""What may stand where under ``accounts/``: which files are records, and what is out of place."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from stat import S_ISREG
from typing import TYPE_CHECKING

from kam.load import check_name
from kam.model.problem import Level, Problem
from kam.model.record import PORTFOLIO, UNASSIGNED
from kam.model.slug import casefold_key
from kam.portfolio.misplaced import MONTH_FILE, PROFILE_FILE, is_leftover, is_profile_like, month_file
from kam.portfolio.tree import Listing, Mark, is_link, is_regular, is_text

if TYPE_CHECKING:
    from kam.model.schema import RecordType
    from kam.settings import Settings

ATTACHMENTS = "attachments"
PLAIN_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+\.md")
PLAIN_LENGTH = 80
"""Names that are surely in order, which most are: no device of Windows has a hyphen in its name."""
PLAIN_FOLDER, MONTH_FOLDER = (re.compile(f"(?:{each.pattern}/)++") for each in (PLAIN_NAME, MONTH_FILE))
"""All the names of a folder, if they are so, each with a stroke behind it."""


RecordFile = tuple[str, str, Mark]
"""A file that holds records: its path, which begins with ``accounts/``, the type of the records, and its mark."""


@dataclass(slots=True)
class Layout:
    """What was found in an account folder. ``others`` holds files that are no records, as paths below ``accounts/``."""

    records: list[RecordFile] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_layout(account: str, listings: Sequence[Listing], settings: Settings) -> Layout:
    """Sort the files of an account folder into records, attachments and what is out of place."""
    layout = Layout()
    for listing in listings:
        layout.problems += _check_listing(listing)
        rest = listing.folder[len(account) + 1 :]
        if not rest:
            _read_account_folder(account, listing, settings, layout)
        elif rest == ATTACHMENTS or rest.startswith(ATTACHMENTS + "/"):
            _read_attachments(listing, settings, layout)
        elif "/" not in rest:
            _read_type_folder(account, listing, settings, layout)
    if layout.records and not any(listing.error for listing in listings):
        layout.problems += _check_profile(account, listings[0], layout, settings)
    return layout


def _check_profile(account: str, listing: Listing, layout: Layout, settings: Settings) -> Iterator[Problem]:
    """An account that has records and no profile; one whose profile only has the wrong name was told so."""
    if account in (PORTFOLIO, UNASSIGNED) or "profile" not in settings.types:
        return
    known = any(kind == "profile" for _, kind, _ in layout.records)
    if not known and PROFILE_FILE not in listing.names and not any(map(is_profile_like, listing.names)):
        yield problem(account, "profile-missing", account=account)


def check_top(listing: Listing) -> list[Problem]:
    """What is out of place directly under ``accounts/``: files, links, account folders that differ only in case."""
    found = list(_check_listing(listing))
    found += [problem(path, "stray-file", "top") for path, _ in _plain_files(listing)]
    return found


def problem(folder_path: str, rule: str, key: str = "default", level: Level = Level.ERROR, **args: str) -> Problem:
    """A problem with a path below ``accounts/`` as a whole."""
    path = f"accounts/{folder_path}" if folder_path else "accounts"
    return Problem(printable(path), 0, 0, rule, level, key, args)


def printable(path: str) -> str:
    """A path that can be written as UTF-8, whatever bytes the file system holds."""
    return os.fsencode(path).decode("utf-8", "replace")


def _check_listing(listing: Listing) -> Iterator[Problem]:
    """Links, devices, unreadable folders and names that meet on systems that ignore case."""
    if listing.error:
        key = "folder-denied" if listing.error in (errno.EACCES, errno.EPERM) else "folder"
        yield problem(listing.folder, "unreadable", key, reason=os.strerror(max(listing.error, 0)))
    together = "/".join(listing.names)
    if not is_text(together):
        stray = [name.rstrip("/") for name in listing.names if not is_text(name)]
        yield from (problem(_join(listing.folder, name), "stray-file", "bytes") for name in stray)
    if not all(map(S_ISREG, set(listing.modes))):
        for path, mark in _files(listing):
            if is_link(mark):
                yield problem(path, "symlink")
            elif not is_regular(mark):
                yield problem(path, "stray-file", "special")
    if together.isascii() and together.lower() == together:
        return
    seen: dict[str, str] = {}
    for name in sorted(listing.names):
        bare = name.rstrip("/")
        folded = bare.lower() if bare.isascii() else casefold_key(bare)
        if folded in seen:
            yield problem(_join(listing.folder, bare), "case-twins", other=printable(seen[folded]))
        seen.setdefault(folded, bare)


def _read_account_folder(account: str, listing: Listing, settings: Settings, layout: Layout) -> None:
    is_special = account in (PORTFOLIO, UNASSIGNED)
    if not is_special:
        layout.problems += check_name(f"accounts/{account}", is_folder=True)
    for path, mark in _plain_files(listing):
        if path == f"{account}/{PROFILE_FILE}" and not is_special and "profile" in settings.types:
            layout.records.append((f"accounts/{path}", "profile", mark))
        else:
            name = path.rpartition("/")[2]
            key = "leftover" if is_leftover(name) else "account"
            if key == "account" and is_profile_like(name) and not is_special:
                key = "profile"
            layout.others.append(path)
            layout.problems.append(problem(path, "stray-file", key))
    for name in listing.names:
        if name[-1] == "/" and name[:-1] != ATTACHMENTS:
            layout.problems += _check_type_folder(account, name[:-1], settings)


def _check_type_folder(account: str, folder: str, settings: Settings) -> Iterator[Problem]:
    path = f"{account}/{folder}"
    rtype = settings.type_of_folder(folder)
    if rtype is None or rtype.name == "profile":
        near = _nearest(folder, settings)
        if near:
            yield problem(path, "unknown-folder", "near", near=near)
        else:
            yield problem(path, "unknown-folder")
    elif not _fits(account, rtype):
        yield problem(path, "wrong-scope", rtype.scope, folder=folder)


def _fits(account: str, rtype: RecordType) -> bool:
    return rtype.scope == ("portfolio" if account == PORTFOLIO else "account")


def _nearest(folder: str, settings: Settings) -> str:
    from difflib import get_close_matches

    folders = [each for each, name in settings.folders.items() if name != "profile"]
    return next(iter(get_close_matches(folder.lower(), [*folders, ATTACHMENTS], n=1)), "")


def _read_type_folder(account: str, listing: Listing, settings: Settings, layout: Layout) -> None:
    rtype = settings.type_of_folder(listing.folder[len(account) + 1 :])
    if rtype is None or rtype.name == "profile" or not _fits(account, rtype):
        layout.others += [path for path, _ in _plain_files(listing)]
        return
    start, kind, is_ledger = len(listing.folder) + 1, rtype.name, rtype.layout == "ledger"
    if _is_orderly(listing, is_ledger=is_ledger):
        below = f"accounts/{listing.folder}/"
        layout.records += [(below + name, kind, mark) for name, mark in zip(listing.names, listing.marks, strict=True)]
        return
    is_plain = PLAIN_NAME.fullmatch
    for path, mark in _plain_files(listing):
        if path.endswith(".md") and not path.startswith("~$", start):
            if is_ledger:
                layout.problems += _check_month(path, path[start:])
            elif len(path) - start > PLAIN_LENGTH or not is_plain(path, start):
                found = check_name(f"accounts/{path}")
                layout.problems += [each for each in found if each.args.get("part") == path[start:]]
            layout.records.append((f"accounts/{path}", kind, mark))
        else:
            layout.others.append(path)
            key = "leftover" if is_leftover(path[start:]) else "suffix"
            layout.problems.append(problem(path, "stray-file", key))
    layout.problems += [
        problem(_join(listing.folder, name[:-1]), "unknown-folder", "nested")
        for name in listing.names
        if name[-1] == "/"
    ]


def _is_orderly(listing: Listing, *, is_ledger: bool) -> bool:
    """Whether all that lies in a folder of records surely are such files, well named: told of them all at once."""
    together = "/".join(listing.names) + "/"
    names = MONTH_FOLDER if is_ledger else PLAIN_FOLDER
    return (
        names.fullmatch(together) is not None
        and max(map(len, listing.names)) <= PLAIN_LENGTH
        and all(map(S_ISREG, set(listing.modes)))
    )


def _check_month(path: str, name: str) -> Iterator[Problem]:
    """A ledger file that is not named after a month."""
    if not MONTH_FILE.fullmatch(name):
        right = month_file(name)
        yield problem(path, "ledger-name", "near" if right else "default", part=name, fixed=right)


def _read_attachments(listing: Listing, settings: Settings, layout: Layout) -> None:
    site = settings.site
    for path, mark in _plain_files(listing):
        layout.others.append(path)
        if is_leftover(path.rpartition("/")[2]):
            layout.problems.append(problem(path, "stray-file", "leftover"))
            continue
        layout.problems += check_name(f"accounts/{path}")
        suffix = path.rpartition("/")[2].rpartition(".")[2].lower()
        if suffix not in site.attachment_types:
            allowed = ", ".join(site.attachment_types)
            layout.problems.append(problem(path, "attachment-type", suffix=suffix, allowed=allowed))
        if mark[1] > site.attachment_max_mb * 1_000_000:
            size = f"{mark[1] / 1_000_000:.1f}"
            layout.problems.append(problem(path, "attachment-size", size=size, limit=str(site.attachment_max_mb)))


def _files(listing: Listing) -> Iterable[tuple[str, Mark]]:
    start = f"{listing.folder}/" if listing.folder else ""
    paths = [start + name for name in listing.names if name[-1] != "/"]
    found = zip(paths, listing.marks, strict=True)
    return found if is_text("".join(paths)) else (each for each in found if is_text(each[0]))


def _plain_files(listing: Listing) -> list[tuple[str, Mark]]:
    """Paths and marks of the ordinary files."""
    return [each for each in _files(listing) if S_ISREG(each[1][0])]


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
