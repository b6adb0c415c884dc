"""A count is 0 for who is there and has nothing, and nothing for who is not there: whatever else is asked."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from reckoning import Given

from kam.kpi import compute, open_tables

BEFORE, OPEN, AFTER, LATE = date(2026, 1, 15), date(2026, 3, 10), date(2026, 5, 31), date(2026, 6, 30)
DAYS = (BEFORE, OPEN, AFTER, LATE)
KPI = "opportunities_open"


def profile(name: str, since: str, owner: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "lifecycle": "active", "since": since, "owner": owner, "tier": "A", **more}


RECORDS = {
    "acme/profile": profile("Acme", "2020-01-01", "li"),
    "bolt/profile": profile("Bolt", "2026-03-01", "wang"),
    "cord/profile": profile("Cord", "2020-01-01", "li")
    | {
        "lifecycle": "closed",
        "lifecycle_history": [
            {"to": "active", "at": "2020-01-01"},
            {"to": "closed", "at": "2026-06-15", "why": "The plant is closed."},
        ],
    },
    "acme/opportunities/2026-02-line": {
        "title": "Line", "owner": "li", "stage": "won", "created_on": "2026-02-01", "closed_on": "2026-05-01",
        "history": [{"to": "qualify", "at": "2026-02-01"}, {"to": "won", "at": "2026-05-01"}],
    },
}  # fmt: skip
COUNTS: dict[str, list[int | None]] = {
    "acme": [0, 1, 0, 0],
    "bolt": [None, 0, 0, 0],
    "cord": [0, 0, 0, None],
}
"""Account → its open opportunities on each of the days."""


@pytest.mark.parametrize("account", COUNTS)
def test_an_account_has_the_same_count_however_it_is_asked_for(given: Given, account: str) -> None:
    source = given(RECORDS)
    expected = [None if each is None else Decimal(each) for each in COUNTS[account]]
    with open_tables(source, LATE, cache=False) as tables:
        together = compute(source, LATE, [KPI], by="account", days=DAYS, tables=tables)[0]
        (group,) = [each for each in together.by if each.key == account]
        assert [point.figure.value for point in group.trend] == expected
        for (day, value), alone in product(zip(DAYS, expected, strict=True), (account, None)):
            (result,) = compute(source, day, [KPI], by="account", account=alone, tables=tables)
            found = {each.key: (each.figure.value, each.figure.n) for each in result.by}
            assert found.get(account) == (None if value is None else (value, int(value)))
            assert alone is None or result.value == value


def test_a_group_of_accounts_is_there_with_its_accounts(given: Given) -> None:
    source = given(RECORDS)
    (result,) = compute(source, LATE, [KPI], by="owner", days=DAYS)
    trends = {group.key: [point.figure.value for point in group.trend] for group in result.by}
    assert trends == {"li": [0, 1, 0, 0], "wang": [None, 0, 0, 0]}
    assert [point.figure.value for point in result.trend] == [0, 1, 0, 0]
