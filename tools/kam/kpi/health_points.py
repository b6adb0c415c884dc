"""The parts of the health of all accounts on many days, as columns: each value is scored once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from kam.health.score import Value, score_part
from kam.kpi.health import field_on, is_there, list_kpis
from kam.kpi.values import Values, compute_values
from kam.settings.health import PROFILE, Health, HealthPart
from kam.tables.building import coded_column

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from kam.kpi.values import Numbers
    from kam.model.record import Record
    from kam.tables import Tables
    from kam.tables.source import RecordSource

PLACES = Decimal("0.0001")


@dataclass
class _Points:
    """The points that some value has earned, each once, as texts; none for no value."""

    texts: list[str | None] = field(default_factory=list)
    _at: dict[tuple[str, Value], int] = field(default_factory=dict)

    def numbers(self, part: HealthPart, values: Iterable[Value]) -> Numbers:
        """Which of the texts the values of a part earn."""
        import numpy as np

        return np.fromiter((self._number(part, value) for value in values), dtype=np.int32)

    def _number(self, part: HealthPart, value: Value) -> int:
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

    profiles = list(portfolio.iter_records(type=PROFILE))
    accounts = [each.account for each in profiles]
    values = compute_values(portfolio, days, list_kpis(portfolio, health), accounts, by="account", tables=tables)
    there = np.array([[is_there(each, settings, day) for each in profiles] for day in days], dtype=np.bool_)
    points = _Points()
    earned = [_earned(part, points, profiles, days, values.get(part.kpi)) for part in health.parts]
    return _columns(days, accounts, health, there, np.stack(earned, axis=2)[there], points.texts)


def _earned(
    part: HealthPart, points: _Points, profiles: Sequence[Record], days: Sequence[date], values: Values | None
) -> Numbers:
    """The points of a part by day and account, as numbers of their texts."""
    import numpy as np

    if part.profile_field:
        return np.array([points.numbers(part, (field_on(each.data, part, day) for each in profiles)) for day in days])
    if values is None:
        return np.broadcast_to(points.numbers(part, [None]), (len(days), len(profiles)))
    return points.numbers(part, values.known)[values.at]


def _columns(
    days: Sequence[date],
    accounts: Sequence[str],
    health: Health,
    there: NDArray[np.bool_],
    earned: Numbers,
    texts: Sequence[str | None],
) -> pa.Table:
    """The rows of the accounts that are ``there`` on each of the days, with what all parts have ``earned`` in turn."""
    import numpy as np
    import pyarrow as pa

    day, account = (np.repeat(each, len(health.parts)) for each in np.nonzero(there))
    part = np.arange(len(account)) % len(health.parts)
    return pa.table(
        {
            "day": coded_column(day, (each.isoformat() for each in days)),
            "account": coded_column(account, accounts),
            "record": coded_column(account, (f"{each}/{PROFILE}" for each in accounts)),
            "part": coded_column(part, (each.id for each in health.parts)),
            "weight": coded_column(part, (str(each.weight) for each in health.parts)),
            "points": coded_column(earned.ravel(), texts),
        }
    )
