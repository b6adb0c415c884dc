"""``kam audit log``: who changed which field of which record, when and why, from the history in Git."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, tzinfo
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from kam.git import Commit, FileChange, Repository
from kam.history.differences import Difference, iter_differences
from kam.history.pairing import ACCOUNTS, ARCHIVE
from kam.model.problem import Level
from kam.model.record import Record

if TYPE_CHECKING:
    from kam.settings import Settings

BATCH = 400
"""So many changed files are read from Git at once."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one commit did to one record. ``record`` is its id as it is now, ``was`` another one it had until then.

    ``kind`` is ``created``, ``changed``, ``renamed``, ``archived``, ``restored``, ``deleted`` or ``unreadable`` (a side
    could not be read as a record).
    """

    commit: Commit
    record: str
    type: str
    kind: str
    differences: tuple[Difference, ...] = ()
    was: str = ""
    body_changed: bool = False


@dataclass(frozen=True)
class Wanted:
    """What is asked for. ``target`` is an account, a record or a field of one, empty for all; ``records`` are those
    asked for instead, by the ids that they have now; ``emails`` are those of the person; ``since`` is the first day,
    in ``zone``."""

    target: str = ""
    emails: frozenset[str] = frozenset()
    since: date | None = None
    zone: tzinfo = UTC
    records: frozenset[str] = frozenset()

    def has_file(self, name: str) -> bool:
        """Whether anything in the file (its path below ``accounts/`` without ``.md``) may be asked for."""
        if self.records:
            return name in self._files
        target = self.target
        inside = not target or name == target or name.startswith(f"{target}/")
        return inside or target.startswith((f"{name}.", f"{name}#"))

    def find_field(self, record: str) -> str | None:
        """The field asked for in a record, empty for all of it; None where the record is not asked for."""
        if self.records:
            return "" if record in self.records else None
        target = self.target
        if not target or record == target or record.startswith((f"{target}/", f"{target}#")):
            return ""
        return target[len(record) + 1 :] if target.startswith(f"{record}.") else None

    @cached_property
    def _files(self) -> frozenset[str]:
        return frozenset(record.partition("#")[0] for record in self.records)

    def has_commit(self, commit: Commit) -> bool:
        """Whether the commit is by the person and not too old."""
        if self.emails and not self.emails & {commit.author_email.casefold(), commit.author_name.casefold()}:
            return False
        return self.since is None or commit.at.astimezone(self.zone).date() >= self.since


def iter_audit(
    repository: Repository, settings: Settings, wanted: Wanted, *, since: str | None = None, until: str = "HEAD"
) -> Iterator[Entry]:
    """What happened to the records asked for, newest first; if wanted only in the commits after ``since``, up to
    ``until``. Raises GitError where the history cannot be read."""
    changes = _iter_changes(repository, wanted, since, until)
    while batch := list(islice(changes, BATCH)):
        blobs = {blob for _, change, _ in batch for blob in (change.blob, change.old_blob) if blob}
        texts = dict(repository.read_blobs(sorted(blobs)))
        for commit, change, now in batch:
            yield from _entries_of(commit, change, now, texts, settings, wanted)


def _iter_changes(
    repository: Repository, wanted: Wanted, since: str | None, until: str
) -> Iterator[tuple[Commit, FileChange, str]]:
    """The changed files asked for, each with its path as it is now."""
    names: dict[str, str] = {}
    for commit in repository.log(since=since, until=until):
        is_wanted = wanted.has_commit(commit)
        for change in commit.changes:
            now = names.get(change.path, change.path)
            if change.old_path != change.path:
                names[change.old_path] = now
            names_then = {_name(now), _name(change.path), _name(change.old_path)}
            if is_wanted and now.endswith(".md") and any(map(wanted.has_file, names_then)):
                yield commit, change, now


def _entries_of(
    commit: Commit, change: FileChange, now: str, texts: dict[str, bytes], settings: Settings, wanted: Wanted
) -> Iterator[Entry]:
    old = _load(change.old_path, texts.get(change.old_blob), settings)
    new = _load(change.path, texts.get(change.blob), settings)
    if old is None or new is None:
        name = _name(now)
        if wanted.find_field(name) is not None and (rtype := settings.type_of_path(now)):
            yield Entry(commit, name, rtype.name, "unreadable")
        return
    before, after = ({each.id.partition("#")[2]: each for each in records} for records in (old, new))
    for entry in sorted(before.keys() | after.keys()):
        record = f"{_name(now)}#{entry}" if entry else _name(now)
        field = wanted.find_field(record)
        if field is None and any(wanted.find_field(_name(each)) == "" for each in (change.path, change.old_path)):
            field = ""
        if field is not None:
            found = _entry(commit, change, record, before.get(entry), after.get(entry), settings)
            narrowed = _narrow(found, field) if found else None
            if narrowed:
                yield narrowed


def _load(path: str, raw: bytes | None, settings: Settings) -> Sequence[Record] | None:
    """The records of a file as it was; none where there was no file, None where it could not be read."""
    if raw is None:
        return ()
    from kam.load import load_document

    plain = f"{ACCOUNTS}{_name(path)}.md"
    rtype = settings.type_of_path(plain)
    if rtype is None:
        return ()
    document = load_document(plain, raw, rtype, account=plain.split("/")[1])
    is_broken = any(problem.level is Level.ERROR for problem in document.problems)
    return None if is_broken and not any(record.data for record in document.records) else document.records


def _entry(
    commit: Commit, change: FileChange, record: str, old: Record | None, new: Record | None, settings: Settings
) -> Entry | None:
    shown = new or old
    if shown is None:
        return None
    was = old.id if old and new and old.id != new.id else ""
    kind = _kind(change, old, new, was)
    rtype = settings.types[shown.type]
    differences = () if new is None else tuple(iter_differences(old.data if old else {}, new.data, rtype.fields))
    body_changed = old is not None and new is not None and old.body != new.body
    if kind == "changed" and not differences and not body_changed:
        return None
    return Entry(commit, record, shown.type, kind, differences, was, body_changed)


def _kind(change: FileChange, old: Record | None, new: Record | None, was: str) -> str:
    if old is None:
        return "created"
    if new is None:
        return "deleted"
    if change.path.startswith(ARCHIVE) != change.old_path.startswith(ARCHIVE):
        return "archived" if change.path.startswith(ARCHIVE) else "restored"
    return "renamed" if was else "changed"


def _narrow(entry: Entry, field: str) -> Entry | None:
    """Only what happened to a field; nothing where nothing did."""
    if not field:
        return entry
    found = tuple(
        each for each in entry.differences if each.path == field or each.path.startswith(f"{field}.")
    )  # fmt: skip
    if not found:
        return None
    return Entry(entry.commit, entry.record, entry.type, entry.kind, found, entry.was)


def _name(path: str) -> str:
    """A file's path without ``accounts/`` or ``archive/`` and ``.md``."""
    return path.removeprefix(ACCOUNTS).removeprefix(ARCHIVE).removesuffix(".md")
