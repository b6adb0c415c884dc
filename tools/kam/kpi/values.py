"""Values of KPIs group by group, for what scores many of them: without all that is said of figures to readers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from kam.kpi.aggregate import COUNTED, NONE_COUNTED, Row, make_figure
from kam.kpi.compute import choose_kpis, find_mistakes
from kam.kpi.definition import Kpi
from kam.kpi.evaluate import Evaluator, halves, iter_rows
from kam.policy.tier import Value
from kam.tables import Tables, TablesError
from kam.tables.late import CircleError

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from kam.tables.source import RecordSource

    Numbers = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Values:
    """The values of groups on days: ``at`` says for each day (row) and group (column) which of ``known`` it is. The
    last of these, and thus number -1, is that there is none."""

    known: Sequence[Value]
    at: Numbers

    @classmethod
    def none(cls, days: Sequence[date], groups: Sequence[str]) -> Values:
        """No value of any group."""
        import numpy as np

        return cls([None], np.full((len(days), len(groups)), -1, dtype=np.int32))

    def on(self, day: int, group: int) -> Value:
        """The value of a group on a day, both by their places in what was asked for."""
        return self.known[int(self.at[day, group])]


def compute_values(
    portfolio: RecordSource,
    days: Sequence[date],
    kpis: Iterable[str],
    groups: Sequence[str],
    *,
    by: str,
    tables: Tables,
    window: str = "",
) -> dict[str, Values]:
    """The values of KPIs, by id, on the days and of the groups by their keys: those of ``compute``.

    There are none on a day that failed, nor of a KPI that must not be computed or is without that grouping.
    """
    evaluator = Evaluator(tables, portfolio.settings.site.fiscal_year_start_month)
    chosen = choose_kpis(portfolio.settings, kpis, window)
    mistakes = find_mistakes(portfolio, chosen, tables)
    tables.late.failures += len(mistakes)  # rows made without these KPIs are not to be kept
    asked = _Asked(evaluator, by, groups)
    is_sound = {kpi.id: by in kpi.groupings and kpi.id not in mistakes for kpi in chosen}
    return {kpi.id: asked.values(kpi, days) if is_sound[kpi.id] else Values.none(days, groups) for kpi in chosen}


@dataclass(frozen=True, slots=True)
class _Asked:
    """The groups whose values are wanted."""

    evaluator: Evaluator
    by: str
    groups: Sequence[str]

    def values(self, kpi: Kpi, days: Sequence[date]) -> Values:
        """Those of a KPI; of days that failed together, of half of them at a time."""
        try:
            return self._ask(kpi, days)
        except TablesError as error:
            if isinstance(error, CircleError) and self.evaluator.tables.late.is_filling:
                raise
            if len(days) == 1 or error.is_final:
                return Values.none(days, self.groups)
        import numpy as np

        first, second = (self.values(kpi, part) for part in halves(days))
        more = np.where(second.at < 0, -1, second.at + len(first.known) - 1).astype(np.int32)
        return Values([*first.known[:-1], *second.known], np.concatenate((first.at, more)))

    def _ask(self, kpi: Kpi, days: Sequence[date]) -> Values:
        """Groups with the same sums have the same value, which is worked out once for all of them."""
        import numpy as np
        import pyarrow.compute as pc

        evaluator = self.evaluator
        grouped, failures = evaluator.prepare(kpi, days, self.by, totals=False)
        rest = "NULL, NULL" if kpi.aggregation == "share" else "sums, value"
        columns = f"kpi_day, list(CAST(kpi_key AS VARCHAR)) AS keys, n, numerator, denominator, {rest}"
        query = f"SELECT {columns} FROM ({grouped.sql}) WHERE NOT kpi_total GROUP BY ALL"
        found = evaluator.tables.read_arrow(query, evaluator.params)
        known = [make_figure(kpi, Row(*sums)).value for sums in iter_rows(found.select(range(2, found.num_columns)))]
        number = np.repeat(np.arange(len(known), dtype=np.int32), pc.list_value_length(found["keys"]).to_numpy())
        at = self._placed(days, found["kpi_day"].take(number), pc.list_flatten(found["keys"]), number)
        if kpi.aggregation in COUNTED:
            there = evaluator.read_there(days, self.by)
            nothing = np.full(there.num_rows, len(known), dtype=np.int32)
            at = np.where(at < 0, self._placed(days, there["kpi_day"], there["kpi_key"], nothing), at)
        at[[day in failures for day in days]] = -1
        return Values([*known, make_figure(kpi, NONE_COUNTED).value, None], at)

    def _placed(self, days: Sequence[date], day: pa.ChunkedArray, group: pa.ChunkedArray, number: Numbers) -> Numbers:
        """Which of the numbers each day and group has, -1 where none."""
        at = Values.none(days, self.groups).at
        rows, columns = _places(day, days, "date32"), _places(group, self.groups, "string")
        is_asked = columns >= 0
        at[rows[is_asked], columns[is_asked]] = number[is_asked]
        return at


def _places(values: pa.ChunkedArray, among: Sequence[date] | Sequence[str], kind: str) -> Numbers:
    """Where each of the values stands among those; -1 for others."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    found = pc.index_in(values.cast(kind), value_set=pa.array(among, kind))
    return np.asarray(pc.fill_null(found, -1).to_numpy(), dtype=np.int32)
