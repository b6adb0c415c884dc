"""Use of the system, from the history in Git: who records how often, what is alive, before and after a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from kam.model.exact import EXACT
from kam.model.schema import RecordType, Sensitivity
from kam.people.holdings import Holding, find_holdings, profiles_of
from kam.tables.revisions import load_revisions

if TYPE_CHECKING:
    from kam.settings import Settings
    from kam.tables.source import RecordSource

RECENT = 30
"""Days back within which a change makes a person active and a module alive, the day itself included."""
ALIVE, QUIET, UNUSED = "alive", "quiet", "unused"
WEEK = Decimal(7)


@dataclass(frozen=True, slots=True)
class Touch:
    """A record file that somebody changed on a day. ``person`` is empty where nobody of ours has the address."""

    path: str
    type: str
    day: date
    author: str
    person: str


@dataclass(frozen=True, slots=True)
class Span:
    """From the first to the last day, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Activity:
    """What was changed in a span: ``records`` different files, ``changes`` files a day, on ``days`` days."""

    span: Span
    records: int
    changes: int
    days: int
    people: frozenset[str]
    modules: frozenset[str]

    @property
    def a_week(self) -> Decimal:
        """Changes in seven days."""
        return EXACT.divide(self.changes * WEEK, Decimal(self.span.days))


@dataclass(frozen=True)
class PersonUse:
    """One person in the last ``RECENT`` days; ``last`` is the day of their last change ever, None for none."""

    person: str
    team: str
    holding: Holding
    activity: Activity
    last: date | None
    before: Activity | None = None
    after: Activity | None = None

    @property
    def is_active(self) -> bool:
        """Whether they changed anything in those days."""
        return self.activity.changes > 0


@dataclass(frozen=True)
class ModuleUse:
    """One record type: how many files there are now, and what happened to them in the last ``RECENT`` days."""

    rtype: RecordType
    files: int
    activity: Activity
    last: date | None

    @property
    def state(self) -> str:
        """``alive`` (changed of late), ``quiet`` (there are files, none changed of late) or ``unused``."""
        if self.activity.changes:
            return ALIVE
        return QUIET if self.files else UNUSED


@dataclass(frozen=True)
class Comparison:
    """The time before a first day and the time since, of all (empty ``team``) or of one team; ``owners`` of accounts
    are the people who count. ``before`` is None where there is no history before that day."""

    team: str
    since: date
    owners: frozenset[str]
    before: Activity | None
    after: Activity

    def share(self, activity: Activity | None) -> Decimal | None:
        """Percentage of the owners who changed anything in a span; None without owners."""
        if activity is None or not self.owners:
            return None
        return EXACT.divide(Decimal(100 * len(self.owners & activity.people)), Decimal(len(self.owners)))


@dataclass(frozen=True)
class Use:
    """Everything about the use of the system as of a day. ``strangers`` maps addresses that nobody of ours has to the
    number of their changes; ``begun`` is the day of the first change, None where there is no history."""

    as_of: date
    recent: Activity
    people: tuple[PersonUse, ...]
    modules: tuple[ModuleUse, ...]
    strangers: Mapping[str, int] = field(default_factory=dict)
    begun: date | None = None
    comparisons: tuple[Comparison, ...] = ()

    @property
    def owners(self) -> list[PersonUse]:
        """The people who own accounts."""
        return [each for each in self.people if each.holding.accounts]

    @property
    def share(self) -> Decimal | None:
        """Percentage of the owners of accounts who are active; None without owners."""
        owners = self.owners
        active = sum(each.is_active for each in owners)
        return EXACT.divide(Decimal(100 * active), Decimal(len(owners))) if owners else None


def measure_use(
    portfolio: RecordSource, as_of: date, since: date | None = None, teams: Mapping[str, date] | None = None
) -> Use:
    """Read the history and count. ``since`` is the day from which a roll-out is compared with the time before it,
    ``teams`` that of each team. Raises TablesError where the history cannot be read or is cut off.

    Restricted record types are left out. The span before is as long as the span since, as far as the history goes.
    """
    settings = portfolio.settings
    types = {name: rtype for name, rtype in settings.types.items() if rtype.sensitivity is not Sensitivity.RESTRICTED}
    touches = [each for each in _touches(portfolio, types) if each.day <= as_of]
    held = find_holdings(profiles_of(portfolio), settings.types, as_of)
    recent = Span(as_of - timedelta(days=RECENT - 1), as_of)
    begun = min((each.day for each in touches), default=None)
    spans = _spans(since, as_of, begun) if since else None
    return Use(
        as_of,
        measure(touches, recent),
        tuple(_people(touches, settings, held, recent, spans)),
        tuple(_modules(touches, types, portfolio, recent)),
        _strangers(touches, recent),
        begun,
        tuple(_compare(touches, settings, held, as_of, begun, since, teams or {})),
    )


def measure(touches: Iterable[Touch], span: Span) -> Activity:
    """What was changed in a span."""
    inside = [each for each in touches if each.day in span]
    return Activity(
        span,
        len({each.path for each in inside}),
        len({(each.path, each.day) for each in inside}),
        len({each.day for each in inside}),
        frozenset(each.person for each in inside if each.person),
        frozenset(each.type for each in inside),
    )


def _touches(portfolio: RecordSource, types: Collection[str]) -> Iterator[Touch]:
    settings = portfolio.settings
    for path, day, _, author, person, _, _ in load_revisions(portfolio):
        rtype = settings.type_of_path(path.replace("archive/", "accounts/", 1) if path.startswith("archive/") else path)
        if rtype is not None and rtype.name in types:
            yield Touch(path, rtype.name, date.fromisoformat(day), author, person or "")


def _spans(since: date, as_of: date, begun: date | None) -> tuple[Span | None, Span]:
    """The span before a day and the one since."""
    after = Span(min(since, as_of), as_of)
    start = max(after.first - timedelta(days=after.days), begun or after.first)
    return (Span(start, after.first - timedelta(days=1)) if start < after.first else None), after


def _people(
    touches: Sequence[Touch],
    settings: Settings,
    held: Mapping[str, Holding],
    recent: Span,
    spans: tuple[Span | None, Span] | None,
) -> Iterator[PersonUse]:
    """Everybody who owns accounts or ever changed a record and has not left, in the order of the people file."""
    by_person: dict[str, list[Touch]] = defaultdict(list)
    for each in touches:
        by_person[each.person].append(each)
    for name, person in settings.people.items():
        mine, holding = by_person.get(name, []), held.get(name, Holding())
        if not holding.accounts and (not mine or person.has_left(recent.last)):
            continue
        before = measure(mine, spans[0]) if spans and spans[0] else None
        after = measure(mine, spans[1]) if spans else None
        last = max((each.day for each in mine), default=None)
        yield PersonUse(name, person.team, holding, measure(mine, recent), last, before, after)


def _modules(
    touches: Sequence[Touch], types: Mapping[str, RecordType], portfolio: RecordSource, recent: Span
) -> Iterator[ModuleUse]:
    by_type: dict[str, list[Touch]] = defaultdict(list)
    for each in touches:
        by_type[each.type].append(each)
    for name, rtype in sorted(types.items(), key=lambda item: (_row(item[1].row), item[0])):
        files = len({record.path for record in portfolio.iter_records(type=name)})
        mine = by_type.get(name, [])
        yield ModuleUse(rtype, files, measure(mine, recent), max((each.day for each in mine), default=None))


def _row(row: str) -> tuple[int, str]:
    digits = "".join(c for c in row if c.isdigit())
    return int(digits or 99), row


def _strangers(touches: Iterable[Touch], recent: Span) -> dict[str, int]:
    found: dict[str, set[tuple[str, date]]] = defaultdict(set)
    for each in touches:
        if not each.person and each.day in recent:
            found[each.author].add((each.path, each.day))
    return {author: len(found[author]) for author in sorted(found)}


def _compare(
    touches: Sequence[Touch],
    settings: Settings,
    held: Mapping[str, Holding],
    as_of: date,
    begun: date | None,
    since: date | None,
    teams: Mapping[str, date],
) -> Iterator[Comparison]:
    """All together from ``since``, then each team from its own first day, if that has come."""
    starts = ([("", since)] if since else []) + [(team, day) for team, day in teams.items() if day <= as_of]
    for team, day in starts:
        members = {name for name, person in settings.people.items() if not team or person.team == team}
        own = [each for each in touches if not team or each.person in members]
        before, after = _spans(day, as_of, begun)
        owners = frozenset(name for name in members if held.get(name, Holding()).accounts)
        yield Comparison(team, day, owners, measure(own, before) if before else None, measure(own, after))
