"""The parts of the health of all accounts on many days, as columns: each value is scored once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from kam.health.score import Value, score_part
from kam.kpi.health import Figures, field_on, is_there, list_kpis
from kam.kpi.values import compute_values
from kam.settings.health import PROFILE, Health, HealthPart
from kam.tables.building import coded_column

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from kam.model.record import Record
    from kam.tables import Tables
    from kam.tables.source import RecordSource

PLACES = Decimal("0.0001")


@dataclass
class _Points:
    """The points that some value has earned, each once, as texts; none for no value."""

    texts: list[str | None] = field(default_factory=list)
    _at: dict[tuple[str, Value], int] = field(default_factory=dict)

    def number(self, part: HealthPart, value: Value) -> int:
        """Which of the texts a value of a part earns."""
        at = self._at.get((part.id, value))
        if at is None:
            at = self._at[part.id, value] = len(self.texts)
            points = score_part(part, value).points
            self.texts.append(None if points is None else str(points.quantize(PLACES)))
        return at


def health_points(portfolio: RecordSource, days: Sequence[date], tables: Tables) -> pa.Table | None:
    """A row for each day, account that was there and not closed, and part; None where the settings name no parts.

    Columns: ``day, account, record, part, weight, points``; without points where a part has no value.
    """
    settings = portfolio.settings
    health = settings.part(Health)
    if not health.parts or PROFILE not in settings.types:
        return None
    import numpy as np

    values = compute_values(portfolio, days, list_kpis(portfolio, health), by="account", tables=tables)
    profiles = list(portfolio.iter_records(type=PROFILE))
    points, there, earned = _Points(), [], []
    for day in days:
        on_day = [at for at, profile in enumerate(profiles) if is_there(profile, settings, day)]
        there.append(np.array(on_day, dtype=np.int32))
        listed = [profiles[at] for at in on_day]
        of_day = [[points.number(part, each) for each in _values(part, listed, values, day)] for part in health.parts]
        earned.append(np.array(of_day, dtype=np.int32).T.ravel())
    return _columns(days, [each.account for each in profiles], health, there, earned, points.texts)


def _values(part: HealthPart, profiles: Sequence[Record], figures: Mapping[str, Figures], day: date) -> Sequence[Value]:
    """The values of a part on a day, account by account."""
    if part.profile_field:
        return [field_on(each.data, part, day) for each in profiles]
    of_day = figures.get(part.kpi, {}).get(day, {})
    return [of_day.get(each.account) for each in profiles]


def _columns(
    days: Sequence[date],
    accounts: Sequence[str],
    health: Health,
    there: Sequence[NDArray[np.int32]],
    earned: Sequence[NDArray[np.int32]],
    texts: Sequence[str | None],
) -> pa.Table:
    """The rows day by day: ``there`` are the accounts of each day, ``earned`` the points of their parts in turn."""
    import numpy as np
    import pyarrow as pa

    number = len(health.parts)
    day = np.repeat(np.arange(len(days)), [len(each) * number for each in there])
    account = np.repeat(np.concatenate(there), number)
    part = np.arange(len(account)) % number
    return pa.table(
        {
            "day": coded_column(day, (each.isoformat() for each in days)),
            "account": coded_column(account, accounts),
            "record": coded_column(account, (f"{each}/{PROFILE}" for each in accounts)),
            "part": coded_column(part, (each.id for each in health.parts)),
            "weight": coded_column(part, (str(each.weight) for each in health.parts)),
            "points": coded_column(np.concatenate(earned), texts),
        }
    )
