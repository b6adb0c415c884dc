"""Which accounts people own on a day, and of which tiers: what no result of a person is shown without."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from kam.model.record import Record
from kam.model.schema import RecordType
from kam.policy.cadence import lifecycle_on
from kam.policy.tier import tier_on, value_on

if TYPE_CHECKING:
    from kam.tables.source import RecordSource

PROFILE = "profile"
NO_TIER = "–"
FIRST, LAST = date.min.isoformat(), date.max.isoformat()


@dataclass(frozen=True, slots=True)
class Holding:
    """Accounts that somebody owns on the day, sorted, and how many of each tier (``–`` for none), by tier."""

    accounts: tuple[str, ...] = ()
    tiers: tuple[tuple[str, int], ...] = ()

    @property
    def mix(self) -> str:
        """The tiers as text: ``A 1 · B 3``; empty without accounts."""
        return " · ".join(f"{tier} {count}" for tier, count in self.tiers)


@dataclass(frozen=True, slots=True)
class Change:
    """An account that came to a person or left them: the first day with, or the last one before."""

    account: str
    came: bool
    on: str


def find_holdings(profiles: Iterable[Record], types: Mapping[str, RecordType], day: date) -> dict[str, Holding]:
    """Person → what they own on the day, by the history of owners and tiers. Closed accounts count for nobody."""
    states = types[PROFILE].states if PROFILE in types else None
    closed = frozenset(states.terminal if states else ())
    owned: dict[str, dict[str, str]] = defaultdict(dict)
    for profile in profiles:
        owner = owner_on(profile, day)
        if owner and lifecycle_on(profile.data, day) not in closed:
            owned[owner][profile.account] = tier_on(profile.data, day) or NO_TIER
    return {person: make_holding(accounts) for person, accounts in owned.items()}


def owner_on(profile: Record, day: date) -> str:
    """Who owns the account on the day, by its history of owners, else the owner of today; empty for nobody."""
    return value_on(profile.data, "owners", "person", day, str(profile.data.get("owner", "")))


def owned_spans(profile: Record, person: str) -> list[tuple[str, str]]:
    """The ISO days, first and last, between which the person owned the account; an owner without history always did."""
    entries = profile.data.get("owners")
    rows = [row for row in entries if isinstance(row, dict)] if isinstance(entries, list) else []
    if not rows:
        return [(FIRST, LAST)] if profile.data.get("owner") == person else []
    rows.sort(key=lambda row: str(row.get("from", "")))
    begun = [str(row.get("from", "")) or FIRST for row in rows]
    ends = [str(row.get("to", "")) or LAST for row in rows]
    until = [min(end, _day_before(after)) for end, after in zip(ends, [*begun[1:], ""], strict=True)]
    spans = zip(rows, begun, until, strict=True)
    return [(first, last) for row, first, last in spans if row.get("person") == person and first <= last]


def _day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat() if day > FIRST else LAST if not day else FIRST


def make_holding(accounts: Mapping[str, str]) -> Holding:
    """From account → tier."""
    return Holding(tuple(sorted(accounts)), tuple(sorted(Counter(accounts.values()).items())))


def join_holdings(holdings: Iterable[Holding]) -> Holding:
    """What several people own together; no account has two owners."""
    accounts: list[str] = []
    tiers: Counter[str] = Counter()
    for each in holdings:
        accounts += each.accounts
        tiers.update(dict(each.tiers))
    return Holding(tuple(sorted(accounts)), tuple(sorted(tiers.items())))


def find_changes(profiles: Iterable[Record], person: str, first: date, last: date) -> list[Change]:
    """Accounts that the person took over or gave away inside the span, by day."""
    found = []
    for profile in profiles:
        rows = profile.data.get("owners")
        for row in rows if isinstance(rows, list) else ():
            if not isinstance(row, dict) or row.get("person") != person:
                continue
            begun, ended = str(row.get("from", "")), str(row.get("to", ""))
            if first.isoformat() < begun <= last.isoformat():
                found.append(Change(profile.account, True, begun))
            if ended and first.isoformat() <= ended < last.isoformat():
                found.append(Change(profile.account, False, ended))
    return sorted(found, key=lambda each: (each.on, each.account))


def profiles_of(portfolio: RecordSource) -> list[Record]:
    """The profiles of all accounts; none where the settings know no such type."""
    return list(portfolio.iter_records(type=PROFILE)) if PROFILE in portfolio.settings.types else []
