"""Which file was which before: renamed files are found by what Git knows, by their contents, and by their likeness."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

LIKE = 0.5
"""So much of two files must be the same lines for one to be the other renamed."""
MANY = 20_000
"""More pairs than this are not all compared: then only files of the same name are."""
ARCHIVE, ACCOUNTS = "archive/", "accounts/"


@dataclass(frozen=True, slots=True)
class FilePair:
    """A file before and after; empty where it was not there yet, or is there no more."""

    before: str
    after: str


def pair_files(
    before: Mapping[str, bytes],
    after: Mapping[str, bytes],
    renames: Mapping[str, str],
    read: Callable[[str, bool], bytes],
) -> list[FilePair]:
    """The files that are not the same in both states (path → digest of the contents), sorted.

    ``renames`` leads from old to new paths, as Git knows them; ``read`` gives a file of the state after (true) or of
    the one before.
    """
    pairs = [FilePair(path, path) for path in before.keys() & after.keys() if before[path] != after[path]]
    gone = dict.fromkeys(sorted(before.keys() - after.keys()))
    new = dict.fromkeys(sorted(after.keys() - before.keys()))
    for find in (_moved_to_archive, lambda old, news: renames.get(old, "")):
        for old in list(gone):
            now = find(old, new)
            if now in new:
                pairs.append(_take(old, now, gone, new))
    for old, now in _same_contents(gone, new, before, after):
        pairs.append(_take(old, now, gone, new))
    for old, now in _most_alike(gone, new, read):
        pairs.append(_take(old, now, gone, new))
    pairs += [FilePair(path, "") for path in gone] + [FilePair("", path) for path in new]
    return sorted(pairs, key=lambda pair: (pair.after or pair.before, pair.before))


def _take(old: str, now: str, gone: dict[str, None], new: dict[str, None]) -> FilePair:
    del gone[old], new[now]
    return FilePair(old, now)


def _moved_to_archive(old: str, new: Mapping[str, None]) -> str:
    """The same file in the archive, or back from there."""
    if old.startswith(ARCHIVE):
        return ACCOUNTS + old.removeprefix(ARCHIVE)
    return ARCHIVE + old.removeprefix(ACCOUNTS)


def _same_contents(
    gone: Iterable[str], new: Iterable[str], before: Mapping[str, bytes], after: Mapping[str, bytes]
) -> Iterator[tuple[str, str]]:
    by_digest: dict[bytes, list[str]] = {}
    for path in new:
        by_digest.setdefault(after[path], []).append(path)
    for old in list(gone):
        found = by_digest.get(before[old])
        if found:
            now = max(found, key=lambda path: (_likeness_of_names(old, path), path))
            found.remove(now)
            yield old, now


def _most_alike(
    gone: Mapping[str, None], new: Mapping[str, None], read: Callable[[str, bool], bytes]
) -> list[tuple[str, str]]:
    """The best pairs of files of one kind that share enough lines."""
    wanted = [(old, now) for old in gone for now in new if _kind(old) == _kind(now)]
    if len(wanted) > MANY:
        wanted = [(old, now) for old, now in wanted if old.rpartition("/")[2] == now.rpartition("/")[2]][:MANY]
    lines = {(path, False): _lines(read(path, False)) for path in {old for old, _ in wanted}}
    lines |= {(path, True): _lines(read(path, True)) for path in {now for _, now in wanted}}
    scored = []
    for old, now in wanted:
        score = _likeness(lines[old, False], lines[now, True])
        if score >= LIKE:
            scored.append((score, _likeness_of_names(old, now), old, now))
    pairs: list[tuple[str, str]] = []
    used: set[tuple[str, bool]] = set()
    for _, _, old, now in sorted(scored, reverse=True):
        if (old, False) not in used and (now, True) not in used:
            used |= {(old, False), (now, True)}
            pairs.append((old, now))
    return pairs


def _kind(path: str) -> str:
    """The folder of the record type, or the file's name directly in an account."""
    parts = path.split("/")
    return parts[2] if len(parts) > 2 else ""


def _lines(raw: bytes) -> Counter[bytes]:
    return Counter(line.strip() for line in raw.splitlines() if line.strip(b" \t\r-"))


def _likeness(first: Counter[bytes], second: Counter[bytes]) -> float:
    total = first.total() + second.total()
    return 2 * (first & second).total() / total if total else 0.0


def _likeness_of_names(first: str, second: str) -> int:
    """How many parts two paths share, from their ends."""
    pairs = zip(reversed(first.split("/")), reversed(second.split("/")), strict=False)
    return sum(one == other for one, other in pairs)
