"""Finds accounts, people and products by the words a source uses for them, and gives ids to new ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from unicodedata import normalize

from kam.importers.steps import BadValueError
from kam.model.slug import slugify


@dataclass(slots=True)
class Known:
    """What is known of one kind of thing.

    Of several with one name the first in the source counts (``by_row``), so that each run finds the same one.
    """

    ids: set[str] = field(default_factory=set)
    by_key: dict[str, str] = field(default_factory=dict)
    by_name: dict[str, str] = field(default_factory=dict)
    by_row: dict[str, str] = field(default_factory=dict)
    keyed: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Registry:
    """Ids by source key (exact) and by name (spelling aside).

    ``created`` lists things that a value named without the source describing them; ``unknown`` counts names that
    were left out or sent to the in-tray.
    """

    known: dict[str, Known] = field(default_factory=lambda: {k: Known() for k in ("account", "person", "product")})
    created: dict[tuple[str, str], str] = field(default_factory=dict)
    unknown: dict[tuple[str, str], int] = field(default_factory=dict)

    def add(self, kind: str, thing: str, names: Iterable[str], key: str = "") -> None:
        """Make known a thing by its id, its names and, where it came from this source, its key there."""
        known = self.known[kind]
        known.ids.add(thing)
        for name in (*names, thing):
            if name:
                known.by_name.setdefault(plain_name(name), thing)
        if key:
            known.by_key[key] = thing
            known.keyed.add(thing)

    def claim(self, kind: str, key: str, name: str, wanted: str) -> str:
        """The id for a thing of the source: the one it had, that of the same name made by hand, or a new one."""
        known = self.known[kind]
        found = known.by_key.get(key)
        if found is None:
            named = known.by_name.get(plain_name(name))
            found = named if named is not None and named not in known.keyed else self.new_id(kind, wanted)
        self.add(kind, found, (name, key), key)
        for word in (name, key):
            known.by_row.setdefault(plain_name(word), found)
        return found

    def new_id(self, kind: str, text: str) -> str:
        """A slug that no other thing of the kind has."""
        slug = slugify(text) or kind
        taken = self.known[kind].ids
        number = 2
        found = slug
        while found in taken:
            found, number = f"{slug}-{number}", number + 1
        return found

    def find(self, kind: str, text: str) -> str | None:
        """The id of what the text names, if it is known."""
        known = self.known[kind]
        name = plain_name(text)
        return known.by_key.get(text) or known.by_row.get(name) or known.by_name.get(name)

    def resolve(self, kind: str, text: str, missing: str) -> str | None:
        """The id of what the text names; ``missing`` says what to do where it is unknown.

        ``create`` makes it, ``leave`` and ``in-tray`` give None, ``reject`` raises BadValueError.
        """
        found = self.find(kind, text) if kind in self.known else None
        if found is not None:
            return found
        if missing == "create":
            made = self.claim(kind, text, text, text)
            self.created[kind, made] = text
            return made
        if missing == "reject":
            raise BadValueError(f"unknown-{kind}", value=text)
        self.unknown[kind, text] = self.unknown.get((kind, text), 0) + 1
        return None


def plain_name(name: str) -> str:
    """A name without the accidents of spelling: width, case, spaces."""
    return " ".join(normalize("NFKC", name).casefold().split())
