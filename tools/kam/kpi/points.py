"""The points of all accounts on many days, as columns: values that earn the same are scored once."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from kam.kpi.definition import load_kpis
from kam.kpi.tiers import field_value, has_rate, iter_profiles
from kam.kpi.values import compute_values
from kam.model.record import Record
from kam.policy.tier import Score, Value, score_account
from kam.settings.tiers import PROFILE, Criterion, Tiers
from kam.tables.building import coded_column

if TYPE_CHECKING:
    import pyarrow as pa

    from kam.tables import Tables
    from kam.tables.source import RecordSource

Values = Mapping[date, Mapping[str | None, Value]]
"""The values of a criterion by day and account."""
ACCOUNT = "account"
Step = int | str | None
"""Where a value stands among the bands of its criterion, or the choice that it is; None without a value."""


@dataclass
class _Scores:
    """Each score that some account has, once. The bands of a criterion go from low to high."""

    tiers: Tiers
    found: list[Score] = field(default_factory=list)
    _at: dict[tuple[Step, ...], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._starts = [[b.from_ for b in each.bands if b.from_ is not None] for each in self.tiers.criteria]

    def number(self, values: Sequence[Value]) -> int:
        """Which of the scores follows from the values of the criteria."""
        steps = tuple(map(self._step, self._starts, values))
        at = self._at.get(steps)
        if at is None:
            at = self._at[steps] = len(self.found)
            ids = (each.id for each in self.tiers.criteria)
            self.found.append(score_account(self.tiers, dict(zip(ids, values, strict=True))))
        return at

    @staticmethod
    def _step(starts: Sequence[Decimal], value: Value) -> Step:
        return bisect_right(starts, value) if isinstance(value, Decimal) else value


def points_of(portfolio: RecordSource, days: Sequence[date], tables: Tables) -> pa.Table | None:
    """A row for each day, account that is not closed, and criterion that counts; None where nobody is assessed.

    Columns: ``day, account, record, criterion, earned, most, tier``.
    """
    tiers = portfolio.settings.part(Tiers)
    if not tiers.criteria or PROFILE not in portfolio.settings.types:
        return None
    profiles = list(iter_profiles(portfolio))
    found = _figures(portfolio, days, tables)
    by_criterion = [found[each.id] if each.kpi else _fields(portfolio, days, each, profiles) for each in tiers.criteria]
    scores = _Scores(tiers)
    numbers = []
    for day in days:
        of_day = [by_day.get(day, {}) for by_day in by_criterion]
        numbers += [scores.number([values.get(each.account) for values in of_day]) for each in profiles]
    return _columns(days, [each.account for each in profiles], scores.found, numbers)


def _figures(portfolio: RecordSource, days: Sequence[date], tables: Tables) -> dict[str, Values]:
    """The values of the criteria that are KPIs, by their ids; a KPI whose file has a mistake gives none."""
    readable = {kpi.id for kpi in load_kpis(portfolio.settings.root)}
    found: dict[str, Values] = defaultdict(dict)
    wanted: dict[str, list[Criterion]] = defaultdict(list)
    for each in portfolio.settings.part(Tiers).criteria:
        if each.kpi in readable:
            wanted[each.window].append(each)
    for window, criteria in wanted.items():
        ids = sorted({each.kpi for each in criteria})
        values = compute_values(portfolio, days, ids, by=ACCOUNT, tables=tables, window=window)
        found |= {each.id: values[each.kpi] for each in criteria}
    return found


def _fields(portfolio: RecordSource, days: Sequence[date], criterion: Criterion, profiles: Sequence[Record]) -> Values:
    """The values of a field of the profile: the same on all days, but for money at the rates of the day."""

    def on(day: date) -> dict[str | None, Value]:
        return {each.account: field_value(name, each.data, settings, day) for each in profiles}

    name, settings = criterion.profile_field, portfolio.settings
    if has_rate(name, settings):
        return {day: on(day) for day in days}
    return dict.fromkeys(days, on(max(days)))


def _columns(
    days: Sequence[date], accounts: Sequence[str], scores: Sequence[Score], numbers: Sequence[int]
) -> pa.Table:
    """The rows of all accounts, day by day; ``numbers`` says which of the scores each has."""
    import numpy as np
    import pyarrow as pa

    parts = [[part for part in score.parts if part.counts] for score in scores]
    counts = np.array([len(each) for each in parts], dtype=np.int32)
    begins = np.cumsum(counts, dtype=np.int32) - counts
    which = np.array(numbers, dtype=np.int32)
    row = np.repeat(np.arange(len(which), dtype=np.int32), counts[which])
    nth = np.arange(len(row), dtype=np.int32) - np.repeat(np.cumsum(counts[which]) - counts[which], counts[which])
    part = begins[which][row] + nth.astype(np.int32)

    listed = [each for of_score in parts for each in of_score]
    account = row % max(len(accounts), 1)
    return pa.table(
        {
            "day": coded_column(row // max(len(accounts), 1), (day.isoformat() for day in days)),
            "account": coded_column(account, accounts),
            "record": coded_column(account, (f"{each}/{PROFILE}" for each in accounts)),
            "criterion": coded_column(part, (each.criterion.id for each in listed)),
            "earned": coded_column(part, (format(each.earned, "f") for each in listed)),
            "most": coded_column(part, (format(each.most, "f") for each in listed)),
            "tier": coded_column(which[row], (score.tier for score in scores)),
        }
    )
