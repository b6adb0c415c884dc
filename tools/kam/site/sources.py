"""Which record types a KPI counts, and since when there are records of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from kam.kpi.window import window_on
from kam.site.cards import date_of

if TYPE_CHECKING:
    from kam.kpi import Kpi, KpiResult
    from kam.model.schema import RecordType
    from kam.site.view import View

WORD = re.compile(r"\w+")
NOT_FULL = 12
"""A window is not full while more than this part of it, a twelfth, lies before the first record."""


def find_sources(kpi: Kpi, view: View) -> Iterator[RecordType]:
    """The record types whose tables, or tables of their lists, the query names; hidden ones are not told."""
    words = set(WORD.findall(kpi.all_sql))
    for rtype in view.snapshot.types.values():
        table = rtype.table or rtype.folder.replace("-", "_")
        if any(word == table or word.startswith(f"{table}_") for word in words):
            yield rtype


def count_early(view: View, result: KpiResult) -> int:
    """How many points of the trend, from its beginning, look at a window that was not full of records yet.

    Of several kinds of record that a KPI counts, the one that was kept last decides.
    """
    begun = [
        min(days)
        for rtype in find_sources(result.kpi, view)
        if rtype.folder != "profile"
        and (days := [day for record in view.snapshot.all_records(rtype.name) if (day := date_of(record, rtype))])
    ]
    if not begun:
        return 0
    first = date.fromisoformat(max(begun)[:10])
    fiscal_start = view.snapshot.settings.site.fiscal_year_start_month
    early = 0
    for point in result.trend:
        window = window_on(result.kpi.window, point.as_of, fiscal_start)
        if window.from_ is None or (first - window.from_).days * NOT_FULL <= (window.to - window.from_).days:
            break
        early += 1
    return early
