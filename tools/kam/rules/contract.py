"""What the engine hands to a rule, and what it knows of one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, Protocol

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType

if TYPE_CHECKING:
    from kam.settings import Settings


@dataclass(frozen=True, slots=True)
class AccountRecords:
    """The records of one account folder. ``files`` holds every file of the folder, as paths below ``accounts/``
    (``acme/profile.md``, ``acme/attachments/offer.pdf``), also those that could not be read."""

    account: str
    by_type: Mapping[str, Sequence[Record]]
    files: frozenset[str] = frozenset()

    @property
    def profile(self) -> Record | None:
        """The account's profile, if it has one that can be read."""
        found = self.by_type.get("profile", ())
        return found[0] if found else None

    def of(self, type_name: str) -> Sequence[Record]:
        """The account's records of one type, sorted by id."""
        return self.by_type.get(type_name, ())

    def __iter__(self) -> Iterator[Record]:
        for records in self.by_type.values():
            yield from records


@dataclass(frozen=True, slots=True)
class Fact:
    """What a rule noted of one record (its id) for its look over the whole portfolio."""

    record: str
    values: tuple[str, ...]


class RecordCheck(Protocol):
    """Looks at one record."""

    def __call__(self, record: Record, rtype: RecordType, settings: Settings) -> Iterator[Finding]: ...


class AccountCheck(Protocol):
    """Looks at the records of one account."""

    def __call__(self, records: AccountRecords, settings: Settings) -> Iterator[Finding]: ...


class FactFinder(Protocol):
    """Notes what the look over the portfolio needs of one record."""

    def __call__(self, record: Record, rtype: RecordType, settings: Settings) -> Iterator[tuple[str, ...]]: ...


class PortfolioCheck(Protocol):
    """Looks at the facts of all records, in the order of their ids."""

    def __call__(self, facts: Iterable[Fact], settings: Settings) -> Iterator[Finding]: ...


@dataclass(frozen=True)
class Rule:
    """A rule module, with its parts by name. Exactly one of the three kinds of look is there."""

    name: str
    level: Level
    types: frozenset[str] = field(default_factory=frozenset)
    check_record: RecordCheck | None = None
    check_account: AccountCheck | None = None
    facts: FactFinder | None = None
    check_portfolio: PortfolioCheck | None = None

    def is_about(self, type_name: str) -> bool:
        """Whether the rule looks at records of this type (one that names no types looks at all)."""
        return not self.types or type_name in self.types


def rule_of(module: ModuleType) -> Rule:
    """Read a rule module. Raises ValueError where it lacks a name, a level or a look, or has two."""
    parts: dict[str, Callable[..., object] | None] = {
        name: getattr(module, name, None) for name in ("check_record", "check_account", "facts", "check_portfolio")
    }
    looks = [name for name in ("check_record", "check_account", "check_portfolio") if parts[name]]
    if len(looks) != 1 or bool(parts["facts"]) != bool(parts["check_portfolio"]):
        raise ValueError(f"{module.__name__}: a rule has exactly one look, found {looks or 'none'}")
    return Rule(name=module.NAME, level=module.LEVEL, types=frozenset(getattr(module, "TYPES", ())), **parts)  # type: ignore[arg-type]
