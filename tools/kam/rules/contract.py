"""What the engine hands to a rule, and what it knows of one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType

if TYPE_CHECKING:
    from kam.settings import Settings


def unknown_day(path: str) -> str:
    """When a file last changed, where nobody knows."""
    return ""


@dataclass(frozen=True, slots=True)
class AccountRecords:
    """The records of one account folder. ``files`` holds every file of the folder, as paths below ``accounts/``
    (``acme/profile.md``, ``acme/attachments/offer.pdf``), also those that could not be read. ``changed_on`` gives the
    day (ISO) of the last commit that changed a file (path from the root), an empty text where Git knows none."""

    account: str
    by_type: Mapping[str, Sequence[Record]]
    files: frozenset[str] = frozenset()
    changed_on: Callable[[str], str] = unknown_day

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


class Fact(NamedTuple):
    """What a rule noted of one record (its id) for its look over the whole portfolio."""

    record: str
    values: Sequence[str]


class Changes(NamedTuple):
    """Everything that changed between two states of a portfolio: by record type, sorted by id.

    ``find_before`` gives a record by its id as it was before, also one that did not change; ``find_like`` the records
    as they are now of the same account and type.
    """

    by_type: Mapping[str, Sequence[Change]]
    find_before: Callable[[str], Record | None] = lambda name: None
    find_like: Callable[[Record], Iterable[Record]] = lambda record: ()

    def of(self, type_name: str) -> Sequence[Change]:
        """The changes of records of one type."""
        return self.by_type.get(type_name, ())


class Change(NamedTuple):
    """One record before and after; None where it was not there yet, or is there no more.

    A renamed record is the same record under its old and its new id. ``was_archived`` and ``is_archived`` tell on
    which side it lies in the archive.
    """

    before: Record | None
    after: Record | None
    among: Changes
    was_archived: bool = False
    is_archived: bool = False

    @property
    def type(self) -> str:
        """The record's type."""
        found = self.after or self.before
        return found.type if found else ""

    @property
    def record(self) -> str:
        """The record's id, the new one where it has two."""
        found = self.after or self.before
        return found.id if found else ""


class RecordCheck(Protocol):
    """Looks at one record."""

    def __call__(self, record: Record, rtype: RecordType, settings: Settings) -> Iterable[Finding]: ...


class FieldNames(Protocol):
    """Names the fields of a type that a rule on single records looks at."""

    def __call__(self, rtype: RecordType) -> Iterable[str]: ...


class QuickTest(Protocol):
    """Makes a test for records with exactly these fields; None where there is none for them."""

    def __call__(
        self, rtype: RecordType, names: Collection[str], settings: Settings
    ) -> Callable[[Mapping[str, Any]], bool] | None: ...


class AccountCheck(Protocol):
    """Looks at the records of one account."""

    def __call__(self, records: AccountRecords, settings: Settings) -> Iterator[Finding]: ...


class FactFinder(Protocol):
    """Notes what the look over the portfolio needs of one record."""

    def __call__(self, record: Record, rtype: RecordType, settings: Settings) -> Iterable[tuple[str, ...]]: ...


class PortfolioCheck(Protocol):
    """Looks at the facts of all records, in the order of their ids."""

    def __call__(self, facts: Iterable[Fact], settings: Settings) -> Iterator[Finding]: ...


class ChangeCheck(Protocol):
    """Looks at one record that changed since a base: ``kam check --base``."""

    def __call__(self, change: Change, rtype: RecordType, settings: Settings) -> Iterator[Finding]: ...


LOOKS = ("check_record", "check_account", "check_portfolio", "check_change")
AIDS = ("fields", "quick", "facts")


class Rule(NamedTuple):
    """A rule module, with its parts by name. Exactly one of the four kinds of look is there.

    ``fields`` goes with ``check_record``: a record that has none of these fields is passed over, and so are all records
    of a type for which it names none. A rule that looks for what is absent has no ``fields``. ``quick`` makes tests of
    a record's data that are true only where the rule has nothing to say; rules that share it are tested for at once.
    """

    name: str
    level: Level
    types: frozenset[str] = frozenset()
    check_record: RecordCheck | None = None
    fields: FieldNames | None = None
    quick: QuickTest | None = None
    check_account: AccountCheck | None = None
    facts: FactFinder | None = None
    check_portfolio: PortfolioCheck | None = None
    check_change: ChangeCheck | None = None

    def is_about(self, type_name: str) -> bool:
        """Whether the rule looks at records of this type (one that names no types looks at all)."""
        return not self.types or type_name in self.types


def rule_of(module: ModuleType) -> Rule:
    """Read a rule module. Raises ValueError where it lacks a name, a level or a look, has two, or odd parts."""
    parts: dict[str, Callable[..., object] | None] = {name: getattr(module, name, None) for name in (*LOOKS, *AIDS)}
    looks = [name for name in LOOKS if parts[name]]
    if len(looks) != 1 or bool(parts["facts"]) != bool(parts["check_portfolio"]):
        raise ValueError(f"{module.__name__}: a rule has exactly one look, found {looks or 'none'}")
    if (parts["fields"] or parts["quick"]) and not parts["check_record"]:
        raise ValueError(f"{module.__name__}: fields and quick tests go with check_record only")
    return Rule(name=module.NAME, level=module.LEVEL, types=frozenset(getattr(module, "TYPES", ())), **parts)  # type: ignore[arg-type]
