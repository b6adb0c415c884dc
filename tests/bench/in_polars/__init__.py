"""KPIs as somebody would compute them who has the same tables and Polars: lazily, all days in one pass.

The frames are filtered and joined with the days lazily, so that Polars reads only the columns that count and puts each
condition as early as it can; accounts are categories. What several KPIs share is worked out once.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from asked import Asked

from in_polars import accounts, feedback, money, orders, people, sales, service
from in_polars.records import Records as Records
from in_polars.values import values

FACTS = {
    **sales.FACTS,
    **orders.FACTS,
    **feedback.FACTS,
    **service.FACTS,
    **accounts.FACTS,
    **money.FACTS,
    **people.FACTS,
}


def compute(records: Records, asked: Sequence[Asked]) -> pl.DataFrame:
    """Columns ``kpi, day, key, value, n``."""
    records.forget()
    found = [values(each, FACTS[each.kpi.id](records, records.days(each))) for each in asked]
    return pl.concat(pl.collect_all(found))
