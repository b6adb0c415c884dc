"""What there is to refer to, and which of it somebody may have meant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from kam.rules.nearest import nearest

SUGGESTIONS = 100
"""For so many different names at most the nearest existing one is looked for, as that takes its time."""


@dataclass(frozen=True)
class KnownRecords:
    """All records by id, each with its type."""

    kinds: Mapping[str, str]
    _asked: set[str] = field(default_factory=set)

    @cached_property
    def accounts(self) -> frozenset[str]:
        """The accounts: folders with a profile."""
        return frozenset(name.partition("/")[0] for name, kind in self.kinds.items() if kind == "profile")

    @cached_property
    def _by_folder(self) -> Mapping[str, list[str]]:
        folders: dict[str, list[str]] = defaultdict(list)
        for name in sorted(self.kinds):
            folders[name.partition("/")[0]].append(name)
        return folders

    def nearest(self, value: str, types: list[str], asker: str) -> str:
        """The record (or account) that ``asker`` meant by a name that leads nowhere, or an empty text.

        Looks in the account folder that the name begins with, or the nearest to it; in the asker's own where it is a
        bare name.
        """
        if len(self._asked) >= SUGGESTIONS and value not in self._asked:
            return ""
        self._asked.add(value)
        folder, slash, _ = value.partition("/")
        if not slash:
            folder = asker.partition("/")[0]
        elif folder not in self._by_folder:
            folder = nearest(folder, self._by_folder)
        names = [name for name in self._by_folder.get(folder, ()) if self.kinds[name] in types]
        return nearest(value, [*names, *(sorted(self.accounts) if "account" in types else ())])
