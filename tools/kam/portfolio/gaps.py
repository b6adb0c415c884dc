"""How complete the records are, and what is missing: by record, account, module and in all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from kam.model.problem import FieldPath
from kam.model.record import Record
from kam.policy.requirement import Demand, account_demands, measure_record, profile_demands

if TYPE_CHECKING:
    from kam.settings import Settings

PROFILE = "profile"


@dataclass
class Score:
    """Weights of the fields asked for: of those filled, of all. ``missing`` counts records by the field they lack."""

    records: int = 0
    filled: int = 0
    total: int = 0
    missing: Counter[str] = field(default_factory=Counter)

    @property
    def share(self) -> float | None:
        """From 0 to 1; None where nothing is asked for."""
        return self.filled / self.total if self.total else None

    def add(self, filled: int, total: int, missing: Iterable[str]) -> None:
        """Count one more record."""
        self.records += 1
        self.filled += filled
        self.total += total
        self.missing.update(missing)


@dataclass(frozen=True)
class RecordGap:
    """A record that lacks something: its id, type and weights, and the fields as ``need`` or ``contacts.role``."""

    record: str
    type: str
    filled: int
    total: int
    missing: tuple[str, ...]


@dataclass
class Gaps:
    """The outcome. ``by_type`` and ``by_account`` are keyed by record type and account; ``demands`` holds what the
    policy wants of accounts, met or not, and ``tiers`` the accounts' tiers."""

    whole: Score = field(default_factory=Score)
    by_type: dict[str, Score] = field(default_factory=dict)
    by_account: dict[str, Score] = field(default_factory=dict)
    missing: Counter[tuple[str, str]] = field(default_factory=Counter)
    records: list[RecordGap] = field(default_factory=list)
    demands: dict[str, list[Demand]] = field(default_factory=dict)
    tiers: dict[str, str] = field(default_factory=dict)


def find_gaps(records: Iterable[Record], settings: Settings, as_of: date) -> Gaps:
    """Measure all records. They come account by account, as ids sort."""
    gaps = Gaps()
    held: dict[str, dict[str, list[Record]]] = {}
    profiles: dict[str, Record] = {}
    wanted = _wanted_types(settings)
    for record in records:
        rtype = settings.types[record.type]
        filled, total, paths = measure_record(record.data, rtype, settings)
        missing = tuple(dict.fromkeys(map(_name, paths)))
        gaps.whole.add(filled, total, missing)
        gaps.by_type.setdefault(record.type, Score()).add(filled, total, missing)
        gaps.by_account.setdefault(record.account, Score()).add(filled, total, missing)
        gaps.missing.update((record.type, name) for name in missing)
        if missing:
            gaps.records.append(RecordGap(record.id, record.type, filled, total, missing))
        if record.type == PROFILE:
            profiles[record.account] = record
        if record.type in wanted:
            held.setdefault(record.account, {}).setdefault(record.type, []).append(record)
    for account, profile in profiles.items():
        gaps.tiers[account] = str(profile.data.get("tier", ""))
        demands = account_demands(profile.data, held.get(account, {}), settings, as_of)
        gaps.demands[account] = [*profile_demands(profile.data, settings), *demands]
    gaps.records.sort(key=lambda each: (each.filled / each.total if each.total else 1, each.record))
    return gaps


def _wanted_types(settings: Settings) -> frozenset[str]:
    from kam.settings.requirements import Requirements

    rules = settings.part(Requirements).by_name.values()
    return frozenset(wanted.type for rule in rules for wanted in rule.records)


def _name(path: FieldPath) -> str:
    """A field without the numbers of list entries: ``contacts.role``."""
    return ".".join(str(part) for part in path if not isinstance(part, int))
