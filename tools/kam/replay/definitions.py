"""Settings and KPI definitions that are not the same in two places: which files, which lines, which keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING

from kam.kpi.definition import FOLDER
from kam.settings.files import CONFIG, read_files
from kam.settings.yaml_reader import load_yaml_with_lines

if TYPE_CHECKING:
    from kam.git import Repository

IRRELEVANT = (f"{CONFIG}/imports/", f"{CONFIG}/checks.yml", f"{CONFIG}/code-owners.yml")
"""Settings that no figure depends on."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines that took the place of others. ``line`` is where the new ones begin (1 is the first)."""

    line: int
    old: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeyChange:
    """A key at the top of a settings file whose value is another; None where it was or is not there."""

    key: str
    old: object
    new: object


@dataclass(frozen=True, slots=True)
class FileDifference:
    """A settings file that differs. ``kind`` is ``added``, ``changed`` or ``removed``."""

    path: str
    kind: str
    hunks: tuple[Hunk, ...] = ()
    keys: tuple[KeyChange, ...] = ()


@dataclass(frozen=True)
class SettingsDifference:
    """What differs in the settings: ``definitions`` (KPI id → its file), and all ``others`` that figures may depend
    on."""

    definitions: Mapping[str, FileDifference] = field(default_factory=dict)
    others: tuple[FileDifference, ...] = ()


def compare_settings(then: Path, now: Path) -> SettingsDifference:
    """The settings files of two portfolios that do not say the same; line ends do not count."""
    old, new = ({path: _lines(raw) for path, raw in read_files(root).items()} for root in (then, now))
    found = [
        _compare(path, old.get(path), new.get(path))
        for path in sorted(old.keys() | new.keys())
        if old.get(path) != new.get(path) and not path.startswith(IRRELEVANT)
    ]
    definitions = {Path(each.path).stem: each for each in found if each.path.startswith(f"{FOLDER}/")}
    return SettingsDifference(definitions, tuple(each for each in found if not each.path.startswith(f"{FOLDER}/")))


def find_former_names(repository: Repository, since: str, until: str = "HEAD") -> dict[str, str]:
    """KPI → what it was called at the commit ``since``, for those whose files were renamed up to ``until``."""
    former: dict[str, str] = {}
    for commit in repository.log((FOLDER,), since=since, until=until):
        for change in commit.changes:
            if change.status == "R":
                now = next((name for name, path in former.items() if path == change.path), Path(change.path).stem)
                former[now] = change.old_path
    return {name: Path(path).stem for name, path in former.items() if repository.tree(since, path)}


def _lines(raw: bytes) -> tuple[str, ...]:
    return tuple(raw.decode("utf-8", "replace").splitlines())


def _compare(path: str, old: tuple[str, ...] | None, new: tuple[str, ...] | None) -> FileDifference:
    if old is None or new is None:
        return FileDifference(path, "added" if old is None else "removed")
    return FileDifference(path, "changed", tuple(_hunks(old, new)), tuple(_keys(path, old, new)))


def _hunks(old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[Hunk]:
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            yield Hunk(c + 1, old[a:b], new[c:d])


def _keys(path: str, old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[KeyChange]:
    was, now = (_top(path, lines) for lines in (old, new))
    for key in [*now, *(each for each in was if each not in now)]:
        if was.get(key) != now.get(key):
            yield KeyChange(key, was.get(key), now.get(key))


def _top(path: str, lines: tuple[str, ...]) -> dict[str, object]:
    value = load_yaml_with_lines(path, "\n".join(lines).encode()).value
    return dict(value) if isinstance(value, dict) else {}
