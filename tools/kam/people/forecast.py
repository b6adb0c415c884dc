"""What is likely to be sold: open opportunities by the period in which they are expected to close, against quotas."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from kam.people.holdings import Holding, find_holdings, join_holdings, profiles_of
from kam.people.period import Period, periods_from
from kam.people.quotas import base_quota
from kam.settings.appraisal import TeamQuotas
from kam.settings.dialect import LANGUAGES
from kam.settings.people_labels import PeopleLabels
from kam.tables import open_tables

if TYPE_CHECKING:
    from kam.settings import Settings
    from kam.tables.source import RecordSource

OVERDUE, LATER, UNDATED = "overdue", "later", "undated"
"""Expected to close before today; after the last period listed; without an expected day."""
PERSON, TEAM = "person", "team"
DEALS = """\
SELECT o.id, o.account, coalesce(o.owner, a.owner), o.state_then, o.expected_close,
  to_base(o.amount, o.currency, $as_of, o.id),
  percent_of(to_base(o.amount, o.currency, $as_of, o.id),
    CASE WHEN o.stage = o.state_then OR o.probability IS NULL THEN o.probability ELSE usual.value END)
FROM opportunities_on($as_of) o LEFT JOIN accounts a USING (account)
LEFT JOIN parameters usual ON usual.name = 'pipeline.probability.' || o.state_then
WHERE o.open_then AND (o.created_on IS NULL OR o.created_on <= $as_of) ORDER BY o.id"""
WON = """\
SELECT o.id, o.account, coalesce(o.owner, a.owner), o.state_then, coalesce(o.closed_on, o.since_then),
  to_base(o.amount, o.currency, coalesce(o.closed_on, o.since_then), o.id), NULL
FROM opportunities_on($as_of) o LEFT JOIN accounts a USING (account)
WHERE o.state_then = 'won' AND coalesce(o.closed_on, o.since_then) BETWEEN $first AND $as_of ORDER BY o.id"""


@dataclass(frozen=True, slots=True)
class Deal:
    """An opportunity; amounts in the base currency, None where the record has none. ``day`` is the one on which it is
    expected to close, or was won."""

    record: str
    account: str
    person: str | None
    stage: str
    day: date | None
    amount: Decimal | None
    weighted: Decimal | None


@dataclass(frozen=True)
class Outlook:
    """One stretch of time: ``period``, or one of ``OVERDUE``, ``LATER`` and ``UNDATED``.

    ``won`` is what was won in it so far; ``quota`` is the sum of what is demanded of the line's people, as in the KPIs
    on quotas, and ``team_quota`` what is demanded of the team as such; each is None where none is set. ``deals`` are
    the open ones, ``unvalued`` how many of them have no amount or no probability and so add nothing to ``weighted``.
    """

    name: str
    period: Period | None
    deals: tuple[Deal, ...]
    won: Decimal = Decimal(0)
    quota: Decimal | None = None
    team_quota: Decimal | None = None

    @property
    def amount(self) -> Decimal:
        """The whole value of the open deals."""
        return sum((each.amount or Decimal(0) for each in self.deals), Decimal(0))

    @property
    def weighted(self) -> Decimal:
        """The sum of amount × probability."""
        return sum((each.weighted or Decimal(0) for each in self.deals), Decimal(0))

    @property
    def unvalued(self) -> int:
        """How many deals add nothing for lack of an amount or a probability."""
        return sum(each.weighted is None for each in self.deals)

    @property
    def expected(self) -> Decimal:
        """What was won and what is likely to be."""
        return self.won + self.weighted


@dataclass(frozen=True)
class Line:
    """A person, a team or (empty key) all together, with the accounts they own."""

    key: str
    name: Mapping[str, str]
    holding: Holding
    outlooks: tuple[Outlook, ...]


@dataclass(frozen=True)
class Forecast:
    """The lines, all together last; ``currency`` is the base currency that all amounts are in."""

    as_of: date
    periods: tuple[Period, ...]
    lines: tuple[Line, ...] = field(default=())
    currency: str = ""


@dataclass(frozen=True, slots=True)
class _Quotas:
    """What is demanded of these people, and of their team (empty for none) as such."""

    settings: Settings
    people: Collection[str]
    team: str

    def of_people(self, period: Period) -> Decimal | None:
        listed = [
            quota for person in self.settings.people.values() if person.id in self.people for quota in person.quotas
        ]
        return base_quota(self.settings.currencies, listed, period.first, period.last)

    def own(self, period: Period) -> Decimal | None:
        listed = self.settings.part(TeamQuotas).teams.get(self.team, ())
        return base_quota(self.settings.currencies, listed, period.first, period.last)


def make_forecast(portfolio: RecordSource, as_of: date, kind: str, count: int, by: str = "") -> Forecast:
    """So many periods from the one that the day lies in, for everybody together and for each person or team.

    Amounts and probabilities are those of the records as they stand; of deals that were in another stage on the day,
    the probability is the usual one of that stage (``figures.yml``). Raises TablesError where a rate is missing.
    """
    settings = portfolio.settings
    periods = periods_from(kind, as_of, count, settings.site.fiscal_year_start_month)
    with open_tables(portfolio, as_of) as tables:
        deals = [Deal(*row) for row in tables.query(DEALS, {"as_of": as_of}).rows]
        won = [Deal(*row) for row in tables.query(WON, {"as_of": as_of, "first": periods[0].first}).rows]
    held = find_holdings(profiles_of(portfolio), settings.types, as_of)
    lines = [
        Line(key, name, join_holdings(held.get(person, Holding()) for person in people), outlooks)
        for key, name, people in _groups(settings, by, {each.person or "" for each in (*deals, *won)} | held.keys())
        if (
            outlooks := tuple(
                _outlooks(
                    _of(deals, people), _of(won, people), periods, as_of, _Quotas(settings, people, _team(key, by))
                )
            )
        )
    ]
    whole = tuple(_outlooks(deals, won, periods, as_of, _Quotas(settings, settings.people.keys(), "")))
    total = Line("", {"en": "All", "zh": "合计"}, join_holdings(held.values()), whole)
    return Forecast(as_of, tuple(periods), (*lines, total), settings.currencies.base)


def _groups(settings: Settings, by: str, busy: Iterable[str]) -> Iterator[tuple[str, Mapping[str, str], set[str]]]:
    """Key, name and people of each line, in the order of the people file; at last those whom it does not know."""
    known, busy = settings.people, set(busy)
    busy |= {person.id for person in known.values() if person.quotas}
    if by == PERSON:
        for person in known.values():
            if person.id in busy:
                yield person.id, person.names, {person.id}
    elif by == TEAM:
        labels = settings.part(PeopleLabels)
        for team in dict.fromkeys(person.team for person in known.values() if person.team):
            yield (
                team,
                {lang: labels.team(team, lang) for lang in LANGUAGES},
                {each.id for each in known.values() if each.team == team},
            )
    if by:
        strangers = {each for each in busy if each not in known or (by == TEAM and not known[each].team)}
        yield "–", {"en": "(nobody)", "zh": "（无）"}, strangers


def _team(key: str, by: str) -> str:
    return key if by == TEAM else ""


def _of(deals: Iterable[Deal], people: set[str]) -> list[Deal]:
    return [each for each in deals if (each.person or "") in people]


def _outlooks(
    deals: Sequence[Deal],
    won: Sequence[Deal],
    periods: Sequence[Period],
    as_of: date,
    quotas: _Quotas,
) -> Iterator[Outlook]:
    """The stretches in which there is anything: a deal, something won or a quota."""
    places: dict[str, list[Deal]] = defaultdict(list)
    for deal in deals:
        places[_place(deal.day, periods, as_of)].append(deal)
    found = [Outlook(OVERDUE, None, tuple(places[OVERDUE]))]
    for period in periods:
        sold = sum((each.amount or Decimal(0) for each in won if each.day and each.day <= period.last), Decimal(0))
        sold = sold if period is periods[0] else Decimal(0)
        found.append(
            Outlook(period.name, period, tuple(places[period.name]), sold, quotas.of_people(period), quotas.own(period))
        )
    found += [Outlook(name, None, tuple(places[name])) for name in (LATER, UNDATED)]
    yield from (each for each in found if _has_any(each))


def _place(day: date | None, periods: Sequence[Period], as_of: date) -> str:
    if day is None:
        return UNDATED
    if day < as_of:
        return OVERDUE
    return next((each.name for each in periods if each.first <= day <= each.last), LATER)


def _has_any(each: Outlook) -> bool:
    return bool(each.deals or each.won) or each.quota is not None or each.team_quota is not None
