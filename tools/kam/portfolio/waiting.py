"""What waits for an approval or a verification, and for whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from kam.model.record import Record
from kam.policy.approval import APPROVED, Standing, holders, judge_approvals, owner_of
from kam.policy.people import find_stand_in
from kam.policy.verification import judge_verification
from kam.portfolio.history import History
from kam.portfolio.witness import UNVERIFIED
from kam.settings.approvals import Approvals

if TYPE_CHECKING:
    from kam.portfolio.portfolio import Portfolio
    from kam.settings import Settings


class WaitingKind(StrEnum):
    """For what it waits: an approval, one that Git did not bear out, changes after a rejection, a verification."""

    APPROVAL = "approval"
    AGAIN = "again"
    REJECTED = "rejected"
    VERIFICATION = "verification"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits since a day (ISO, empty where not known). ``roles`` may do it, ``people`` are those who have
    them today (empty: any colleague but the owner). ``is_void`` tells that it was done and the record changed since;
    ``is_due`` that the record's state needs it already; ``due`` is the last day of a verification, where it is known.
    """

    kind: WaitingKind
    record: str
    type: str
    since: str
    owner: str
    roles: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    is_void: bool = False
    is_due: bool = False
    due: str = ""

    def is_for(self, person: str) -> bool:
        """Whether that person may do it."""
        return person in self.people or (not self.roles and not self.people and person != self.owner)


def find_waiting(portfolio: Portfolio, as_of: date) -> list[Waiting]:
    """Everything that waits, the oldest first."""
    settings = portfolio.settings
    policy = settings.part(Approvals)
    types = sorted({rule.type for rule in policy.rules} | set(policy.verification))
    if not types:
        return []
    profiles = {each.account: each for each in portfolio.iter_records("profile", faulty=True)}
    unproven: dict[str, set[str]] = {}
    for problem in portfolio.unverified(as_of):
        if problem.rule == UNVERIFIED.name:
            unproven.setdefault(problem.record, set()).add(problem.field)
    history = History(portfolio.root, settings.site.time_zone, as_of, cache=False)
    finder = _Finder(settings, profiles, unproven, history, as_of)
    found = [
        each
        for name in types
        if name in settings.types
        for record in portfolio.iter_records(name, faulty=True)
        for each in finder.find(record)
    ]
    return sorted(found, key=lambda each: (each.since or "9999", each.record, each.kind, each.roles))


@dataclass
class _Finder:
    settings: Settings
    profiles: Mapping[str, Record]
    unproven: Mapping[str, set[str]]
    history: History
    as_of: date

    def find(self, record: Record) -> Iterator[Waiting]:
        """What one record waits for."""
        profile = self.profiles.get(record.account)
        judged = judge_approvals(record, profile, self.settings)
        told: set[tuple[WaitingKind, tuple[str, ...]]] = set()
        for standing in judged.standings if judged else ():
            assert judged is not None
            for each in self._approvals(record, profile, standing, judged.field) if standing.is_asked else ():
                if (each.kind, each.roles) not in told:
                    told.add((each.kind, each.roles))
                    yield each
        yield from self._verifications(record, profile)

    def _approvals(self, record: Record, profile: Record | None, standing: Standing, field: str) -> Iterator[Waiting]:
        owner, since = owner_of(record, self.settings.types[record.type], profile), self._since(record)
        if standing.rejected and standing.open_roles:
            yield Waiting(
                WaitingKind.REJECTED, record.id, record.type, since, owner, ("owner",), (owner,) if owner else ()
            )
            return
        marks = self.unproven.get(record.id, set())
        again = tuple(
            role
            for role, each in standing.valid.items()
            if each.decision == APPROVED and f"{field}[{each.at}]" in marks
        )
        if again:
            people = self._people(again, owner)
            yield Waiting(
                WaitingKind.AGAIN, record.id, record.type, since, owner, again, people, is_due=standing.is_due
            )
        roles = standing.next_roles
        if roles:
            is_void = any(role in standing.stale for role in roles)
            people = self._people(roles, owner)
            yield Waiting(
                WaitingKind.APPROVAL, record.id, record.type, since, owner, roles, people, is_void, standing.is_due
            )

    def _verifications(self, record: Record, profile: Record | None) -> Iterator[Waiting]:
        checked = judge_verification(record, profile, self.settings)
        if checked is None:
            return
        is_unproven = checked.valid is not None and (
            f"{checked.field}[{checked.valid.at}]" in self.unproven.get(record.id, set())
        )
        if checked.valid is not None and not is_unproven:
            return
        owner = owner_of(record, self.settings.types[record.type], profile)
        changed = self.history.changed_on(record.path) or self._day(record)
        days = timedelta(days=checked.demand.within_days)
        due = (date.fromisoformat(changed) + days).isoformat() if changed else ""
        yield Waiting(
            WaitingKind.VERIFICATION,
            record.id,
            record.type,
            since=changed,
            owner=owner,
            roles=checked.demand.by,
            people=self._people(checked.demand.by, owner),
            is_void=checked.stale is not None,
            is_due=bool(due) and due < self.as_of.isoformat(),
            due=due,
        )

    def _people(self, roles: tuple[str, ...], owner: str) -> tuple[str, ...]:
        """Those who have the roles and are there, and the stand-ins of those who are not."""
        people, found = self.settings.people, dict[str, None]()
        for role in roles:
            for person in holders(role, owner, self.settings):
                if people[person].is_there(self.as_of):
                    found[person] = None
                elif self.settings.part(Approvals).stand_ins:
                    other = find_stand_in(person, people, self.as_of)
                    if other and other != owner:
                        found[other] = None
        return tuple(found)

    def _since(self, record: Record) -> str:
        """The day on which the record came into its state, else its own date."""
        states = self.settings.types[record.type].states
        entries = record.data.get(states.history) if states else None
        last = entries[-1] if isinstance(entries, list) and entries else None
        at = str(last.get("at", ""))[:10] if isinstance(last, dict) else ""
        return at or self._day(record)

    def _day(self, record: Record) -> str:
        day = str(record.data.get(self.settings.types[record.type].date_field, ""))[:10]
        return day if len(day) == 10 else ""
