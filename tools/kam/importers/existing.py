"""What the portfolio holds already: records that came from the source, accounts, people and products by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kam.importers.registry import Registry
from kam.importers.state import State
from kam.model.record import UNASSIGNED, Record, Value

if TYPE_CHECKING:
    from kam.portfolio import Portfolio
    from kam.settings import Settings

KINDS = ("profile", "person", "product")


@dataclass(slots=True)
class Existing:
    """Records by type and key in the source; ``accounts`` are all account folders with records.

    ``doubles`` are further records of the same row: left behind by an import that was killed while moving a record out
    of the in-tray, or copied by people.
    """

    by_source: dict[tuple[str, str], Record] = field(default_factory=dict)
    profiles: dict[str, Record] = field(default_factory=dict)
    accounts: set[str] = field(default_factory=set)
    doubles: dict[tuple[str, str], Record] = field(default_factory=dict)


def find_existing(portfolio: Portfolio, system: str, makes: Iterable[str]) -> Existing:
    """Look through the records of the types that the mapping makes."""
    found = Existing(accounts=set(portfolio.accounts()))
    for make in {"profile", *makes}:
        for record in portfolio.iter_records(make, faulty=True):
            key = source_key(record.data.get("source"), system)
            if key:
                first = found.by_source.setdefault((make, key), record)
                if first is not record:
                    waiting = first.account == UNASSIGNED
                    found.by_source[make, key] = record if waiting else first
                    found.doubles[make, key] = first if waiting else record
            if make == "profile":
                found.profiles[record.account] = record
    return found


def source_key(source: Value | None, system: str) -> str:
    """The key in the source system, if the value is the origin of a record from there."""
    if isinstance(source, dict) and source.get("system") == system:
        return str(source.get("id", ""))
    return ""


def make_registry(existing: Existing, settings: Settings, system: str, state: State) -> Registry:
    """Everything that rows can name, under the words by which the source and people name it."""
    registry = Registry()
    remembered = {(make, kept.record): key for (make, key), kept in state.items() if make in KINDS}
    for slug, record in sorted(existing.profiles.items()):
        names = [str(record.data[name]) for name in ("name", "legal_name") if name in record.data]
        key = source_key(record.data.get("source"), system) or remembered.get(("profile", record.id), "")
        registry.add("account", slug, names, key)
    for slug in existing.accounts - existing.profiles.keys():
        registry.add("account", slug, ())
    for person in settings.people.values():
        words = (*person.names.values(), *person.aliases, *person.emails)
        key = source_key(dict(person.source), system) or remembered.get(("person", person.id), "")
        registry.add("person", person.id, words, key)
    for product in settings.products.values():
        key = source_key(dict(product.source), system) or remembered.get(("product", product.id), "")
        registry.add("product", product.id, (*product.names.values(), *product.aliases), key)
    return registry
