"""Which files of a portfolio can be mended, and how."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from kam.mending.mend import Mending, mend_file
from kam.mending.page import Around, Page
from kam.mending.proof import Key, key_of
from kam.mending.registry import fixable_rules
from kam.model.problem import Problem
from kam.portfolio.files import read_file_or_none

if TYPE_CHECKING:
    from kam.settings import Settings


class Mender:
    """Mends files of the portfolio below ``root``, in memory. ``problems`` are those that a check found in it.

    To tell what is fixable, files of ``budget`` bytes are tried (None: all); then ``is_cut`` is true.
    """

    def __init__(self, root: Path, settings: Settings, problems: Iterable[Problem], budget: int | None = None) -> None:
        self.budget, self.is_cut = budget, False
        self.root, self.settings = root, settings
        self.problems: dict[str, list[Problem]] = defaultdict(list)
        for each in problems:
            self.problems[each.path].append(each)
        self.around = Around(settings, cache(self._contacts_of))
        self._keys: dict[str, Collection[Key]] = {}

    def mend(self, path: str, only: Collection[str] = (), *, tidies: bool = False) -> tuple[bytes, Mending] | None:
        """What the file holds, and what it would hold; None where there is no such file or it holds no record."""
        rtype = self.settings.type_of_path(path)
        raw = read_file_or_none(f"{self.root}/{path}") if rtype else None
        if rtype is None or raw is None:
            return None
        page = Page(path, raw, rtype, self.around)
        told = self.problems.get(path, ())
        if not tidies and not told:
            return raw, Mending(raw)
        return raw, mend_file(page, told, only, tidies=tidies)

    def is_fixable(self, problem: Problem) -> bool:
        """Whether mending the file would mend this problem."""
        if problem.rule not in fixable_rules():
            return False
        if problem.path not in self._keys:
            if self.budget is not None and self.budget <= 0:
                self.is_cut = True
                return False
            found = self.mend(problem.path)
            if self.budget is not None and found:
                self.budget -= len(found[0])
            self._keys[problem.path] = found[1].keys if found else ()
        return key_of(problem) in self._keys[problem.path]

    def _contacts_of(self, account: str) -> Mapping[str, str]:
        from kam.load import load_document

        path = f"accounts/{account}/profile.md"
        rtype, raw = self.settings.types.get("profile"), read_file_or_none(f"{self.root}/{path}")
        if rtype is None or raw is None:
            return {}
        contacts = load_document(path, raw, rtype, account=account).records[0].data.get("contacts")
        entries = [each for each in contacts if isinstance(each, dict)] if isinstance(contacts, list) else []
        return {str(each["id"]): str(each.get("name", "")) for each in entries if "id" in each}


def find_files(root: Path, settings: Settings, is_wanted: Callable[[str], bool]) -> Sequence[str]:
    """The record files below ``root``, as far as they are wanted, sorted."""
    return sorted(path for path in _iter_files(root) if is_wanted(path) and settings.type_of_path(path) is not None)


def _iter_files(root: Path) -> Iterator[str]:
    for path in (root / "accounts").glob("*/**/*.md"):
        if path.is_file() and not path.is_symlink():
            yield path.relative_to(root).as_posix()
