"""The settings of a portfolio as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from kam.model.problem import Level, Problem
from kam.model.record import PORTFOLIO
from kam.model.schema import RecordType
from kam.settings.parts import Parts
from kam.settings.values import Currencies, Person, Product, SiteSettings

T = TypeVar("T")


@dataclass(frozen=True)
class Settings:
    """Everything under ``site-config`` that kam reads, checked.

    ``digest`` changes with the contents of any settings file (KPIs and import mappings too, the theme not).
    ``problems`` lists what is wrong; with an error among them the settings are not to be used.
    ``types`` is sorted by name and decodes a type when it is first asked for.
    """

    root: Path
    types: Mapping[str, RecordType]
    folders: Mapping[str, str]
    people: Mapping[str, Person]
    products: Mapping[str, Product]
    currencies: Currencies
    site: SiteSettings
    digest: str
    problems: list[Problem] = field(default_factory=list)
    parts: Parts = field(default_factory=Parts)

    @property
    def is_usable(self) -> bool:
        """Whether no error was found."""
        return not any(problem.level is Level.ERROR for problem in self.problems)

    def part(self, made: type[T]) -> T:
        """A topic of policy, by its dataclass; with its defaults where the settings say nothing of it."""
        return self.parts.of(made)

    def type_of_folder(self, folder: str) -> RecordType | None:
        """The type whose records stand in that folder of an account (or of ``_portfolio``)."""
        name = self.folders.get(folder)
        return None if name is None else self.types[name]

    def type_of_path(self, path: str) -> RecordType | None:
        """The type of the record file at ``accounts/…`` (path from the root, with ``/``); None where it can be none.

        A type of the portfolio's scope stands in ``_portfolio`` only, the others never stand there.
        """
        parts = path.split("/")
        if len(parts) == 3 and parts[2] == "profile.md":
            return None if parts[1].startswith("_") else self.types.get("profile")
        if len(parts) != 4 or parts[2] == "profile" or not parts[3].endswith(".md"):
            return None
        rtype = self.type_of_folder(parts[2])
        fits = rtype is not None and (rtype.scope == "portfolio") == (parts[1] == PORTFOLIO)
        return rtype if fits else None

    def find_person(self, text: str) -> Person | None:
        """The person with that id, e-mail address, name or alias; case does not matter."""
        found = self._person_ids.get(text.strip().casefold())
        return self.people[found] if found else None

    def find_product(self, text: str) -> Product | None:
        """The product with that id, name or alias; case does not matter."""
        found = self._product_ids.get(text.strip().casefold())
        return self.products[found] if found else None

    @cached_property
    def _person_ids(self) -> Mapping[str, str]:
        words: dict[str, str] = {}
        for person in self.people.values():
            for word in (person.id, *person.emails, *person.names.values(), *person.aliases):
                words.setdefault(word.casefold(), person.id)
        return words

    @cached_property
    def _product_ids(self) -> Mapping[str, str]:
        words: dict[str, str] = {}
        for product in self.products.values():
            for word in (product.id, *product.aliases, *product.names.values()):
                words.setdefault(word.casefold(), product.id)
        return words
