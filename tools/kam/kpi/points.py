"""The points of all accounts on many days, as columns: values that earn the same are scored once."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from kam.kpi.definition import load_kpis
from kam.kpi.tiers import field_value, has_rate, iter_profiles
from kam.kpi.values import Values, compute_values
from kam.policy.tier import Score, Value, score_account
from kam.settings.tiers import PROFILE, Criterion, Tiers
from kam.tables.building import coded_column

if TYPE_CHECKING:
    import pyarrow as pa

    from kam.kpi.values import Numbers
    from kam.model.record import Record
    from kam.tables import Tables
    from kam.tables.source import RecordSource

ACCOUNT = "account"


def points_of(portfolio: RecordSource, days: Sequence[date], tables: Tables) -> pa.Table | None:
    """A row for each day, account that is not closed, and criterion that counts; None where nobody is assessed.

    Columns: ``day, account, record, criterion, earned, most, tier``.
    """
    tiers = portfolio.settings.part(Tiers)
    if not tiers.criteria or PROFILE not in portfolio.settings.types:
        return None
    profiles = list(iter_profiles(portfolio))
    accounts = [each.account for each in profiles]
    found = _figures(portfolio, days, accounts, tables)
    values = [found[each.id] if each.kpi else _fields(portfolio, days, each, profiles) for each in tiers.criteria]
    return _columns(days, accounts, *_score(tiers, values))


def _figures(
    portfolio: RecordSource, days: Sequence[date], accounts: Sequence[str], tables: Tables
) -> Mapping[str, Values]:
    """The values of the criteria that are KPIs, by their ids; a KPI whose file has a mistake gives none."""
    readable = {kpi.id for kpi in load_kpis(portfolio.settings.root)}
    found: dict[str, Values] = defaultdict(lambda: Values.none(days, accounts))
    wanted: dict[str, list[Criterion]] = defaultdict(list)
    for each in portfolio.settings.part(Tiers).criteria:
        if each.kpi in readable:
            wanted[each.window].append(each)
    for window, criteria in wanted.items():
        ids = sorted({each.kpi for each in criteria})
        values = compute_values(portfolio, days, ids, accounts, by=ACCOUNT, tables=tables, window=window)
        found |= {each.id: values[each.kpi] for each in criteria}
    return found


def _fields(portfolio: RecordSource, days: Sequence[date], criterion: Criterion, profiles: Sequence[Record]) -> Values:
    """The values of a field of the profile: the same on all days, but for money at the rates of the day."""
    import numpy as np

    name, settings = criterion.profile_field, portfolio.settings
    told = days if has_rate(name, settings) else [max(days)]
    known = [field_value(name, each.data, settings, day) for day in told for each in profiles]
    at = np.arange(len(known), dtype=np.int32).reshape(len(told), len(profiles))
    return Values([*known, None], np.broadcast_to(at, (len(days), len(profiles))))


def _score(tiers: Tiers, values: Sequence[Values]) -> tuple[list[Score], Numbers]:
    """Each score that follows from some values of the criteria, once, and which of them has each account, day by
    day."""
    import numpy as np

    alike = np.zeros(values[0].at.size, dtype=np.int64)
    for criterion, each in zip(tiers.criteria, values, strict=True):
        steps = _steps(criterion, each.known)
        _, alike = np.unique(alike * len(steps) + steps[each.at.ravel()], return_inverse=True)
    _, firsts = np.unique(alike, return_index=True)
    ids = [each.id for each in tiers.criteria]
    told = ([each.known[each.at.flat[first]] for each in values] for first in firsts.tolist())
    return [score_account(tiers, dict(zip(ids, each, strict=True))) for each in told], alike.astype(np.int32)


def _steps(criterion: Criterion, known: Sequence[Value]) -> Numbers:
    """Numbers of values, the same for those that earn the same: of one band, whose bands go from low to high, or of
    one choice."""
    import numpy as np

    starts = [band.from_ for band in criterion.bands if band.from_ is not None]
    steps = [bisect_right(starts, value) if isinstance(value, Decimal) else value for value in known]
    numbers = {step: number for number, step in enumerate(dict.fromkeys(steps))}
    return np.array([numbers[step] for step in steps], dtype=np.int32)


def _columns(days: Sequence[date], accounts: Sequence[str], scores: Sequence[Score], which: Numbers) -> pa.Table:
    """The rows of all accounts, day by day; ``which`` of the scores each has."""
    import numpy as np
    import pyarrow as pa

    parts = [[part for part in score.parts if part.counts] for score in scores]
    counts = np.array([len(each) for each in parts], dtype=np.int32)
    begins = np.cumsum(counts, dtype=np.int32) - counts
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
