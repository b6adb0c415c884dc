"""What stood on a day is worked out once for all KPIs, and gives what working it out for each gives."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from reckoning import Given

from kam.kpi import load_kpis, open_tables
from kam.kpi.facts import facts_sql
from kam.kpi.standing import keep_standing
from kam.kpi.window import window_on

DAYS = [date(2025, 12, 31), date(2026, 6, 30), date(2026, 12, 31)]
RECORDS = {
    "acme/profile": {"name": "Acme", "lifecycle": "active"},
    "acme/orders/2025-02#1": {"date": "2025-02-01", "lines": [{"quantity": 1, "unit_price": 5}]},
    "acme/orders/2026-05#2": {"date": "2026-05-01", "lines": [{"quantity": 1, "unit_price": 5}]},
    "peak/profile": {"name": "Peak", "lifecycle": "at_risk"},
    "peak/contracts/a": {
        "title": "A", "status": "in_force", "start": "2024-06-01", "end": "2026-06-30", "recurring_value": 9
    },
    "rose/profile": {"name": "Rose", "lifecycle": "active"},
    "rose/contracts/b": {"title": "B", "status": "in_force", "start": "2024-01-01", "recurring_value": 7},
}  # fmt: skip
LISTED = 'SELECT kpi_day, record, "at", numerator, denominator FROM ({}) ORDER BY ALL'
SAME = (
    "SELECT 'active_on($as_of)' AS a",
    'SELECT "active_on($as_of)" FROM t',
    "SELECT 1 -- active_on($as_of)",
    "SELECT 1 /* in_force_on($from - 1) */",
    "SELECT * FROM active_on(CAST($as_of AS DATE))",
    "SELECT * FROM active_on($as_of + 1)",
    "SELECT * FROM inactive_on($as_of)",
)
"""Texts of SQL that ask nothing of what is kept."""


@pytest.mark.parametrize(
    "kpi_id", ["churn", "churn_revenue", "purchase_frequency", "grr", "nrr", "clv", "accounts_lost"]
)
def test_kept_standing_gives_the_facts_of_the_query(given: Given, kpi_id: str) -> None:
    source = given(RECORDS)
    kpi = next(kpi for kpi in load_kpis(source.root) if kpi.id == kpi_id)
    with open_tables(source, DAYS[-1]) as tables:
        plain = tables.read(LISTED.format(facts_sql(kpi, DAYS, 1)))
        assert plain
        windows = [(window_on(kpi.window, day).from_, day) for day in DAYS]
        kept = replace(kpi, sql=keep_standing(tables, kpi.sql, windows))
        assert not re.search(r"(active|in_force)_on\(", kept.sql)
        assert tables.read(LISTED.format(facts_sql(kept, DAYS, 1))) == plain


@pytest.mark.parametrize("days", ["$as_of", "$FROM - 1", "$from", "$to - 30"])
def test_days_counted_back_from_those_of_the_window_are_kept(given: Given, days: str) -> None:
    source = given(RECORDS)
    kpi = next(kpi for kpi in load_kpis(source.root) if kpi.id == "churn")
    query = (
        "SELECT account, CAST(NULL AS VARCHAR) AS person, $as_of AS at, id AS record, 1 AS numerator, 1 AS denominator"
        f" FROM active_on({days})"
    )
    with open_tables(source, DAYS[-1]) as tables:
        windows = [(day - timedelta(days=364), day) for day in DAYS]
        kept = keep_standing(tables, query, windows)
        assert "active_on(" not in kept
        plain, asked = (facts_sql(replace(kpi, sql=sql, window="365 days"), DAYS, 1) for sql in (query, kept))
        assert tables.read(LISTED.format(asked)) == tables.read(LISTED.format(plain)) != []


@pytest.mark.parametrize("sql", SAME)
def test_other_texts_stay_as_they_are(given: Given, sql: str) -> None:
    with open_tables(given(RECORDS), DAYS[-1]) as tables:
        assert keep_standing(tables, sql, [(None, DAYS[0])]) == sql


def test_a_window_without_a_first_day_has_no_day_before_it(given: Given) -> None:
    sql = "SELECT * FROM active_on($from - 1)"
    with open_tables(given(RECORDS), DAYS[-1]) as tables:
        assert keep_standing(tables, sql, [(None, DAYS[0])]) == sql
        assert keep_standing(tables, sql, [(date.min, DAYS[0])]) == sql
