"""KPIs as somebody would compute them who has the same tables and pandas: the facts day by day, then grouped at once.

The records as they stood on a day are picked once a day and shared by all KPIs; accounts are categories.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from asked import Asked

from in_pandas import accounts, feedback, money, orders, people, sales, service
from in_pandas.records import Day, Records
from in_pandas.values import inside, values

FACTS = {
    **sales.FACTS,
    **orders.FACTS,
    **feedback.FACTS,
    **service.FACTS,
    **accounts.FACTS,
    **money.FACTS,
    **people.FACTS,
}


def compute(records: Records, asked: Sequence[Asked]) -> pd.DataFrame:
    """Columns ``kpi, day, key, value, n``."""
    records.forget()
    found = []
    for each in asked:
        days = [Day.of(day, first) for day, first in each.days]
        facts = [inside(each, FACTS[each.kpi.id](records, day), day) for day in days]
        found.append(values(each, pd.concat(facts, ignore_index=True)))
    return pd.concat(found, ignore_index=True)
