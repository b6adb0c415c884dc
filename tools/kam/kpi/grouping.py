"""What facts can be grouped by: traits of the account and of the person on the day, the date, and own columns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from kam.kpi.definition import Kpi
from kam.kpi.facts import literal
from kam.tables import Tables
from kam.tables.session import by_day

FISCAL = (
    "(f.at - to_months(CAST((SELECT value FROM parameters WHERE name = 'fiscal_year_start_month') AS INTEGER) - 1))"
)
"""The day as it were if the fiscal year began in January: the year is the one in which the fiscal year begins."""
BY_TRAIT = {
    "account": "f.account",
    "tier": "a.tier",
    "industry": "a.industry",
    "country": "a.country",
    "lifecycle": "a.lifecycle",
    "parent": "a.parent",
    "account_owner": "a.owner",
    "person": "f.person",
    "owner": "coalesce(f.person, a.owner)",
    "team": "p.team",
    "manager": "p.manager",
    "office": "p.region",
    "region": "coalesce(a.region, p.region)",
    "month": "strftime(f.at, '%Y-%m')",
    "quarter": "strftime(f.at, '%Y') || '-Q' || quarter(f.at)",
    "year": "strftime(f.at, '%Y')",
    "fiscal_quarter": f"strftime({FISCAL}, 'FY%Y') || '-Q' || quarter({FISCAL})",
    "fiscal_year": f"strftime({FISCAL}, 'FY%Y')",
}
"""Grouping → its key. ``month``, ``quarter`` and ``year`` are those of the calendar. ``owner`` is the fact's
person, else the account's owner; ``team``, ``manager`` and ``office`` are that person's; ``region`` is the
account's, else that person's.
"""
FACT_COLUMNS = ("account", "person", "at", "record", "numerator", "denominator")
AGGREGATED = re.compile(r"\b(sum|max|min|avg|count)\(\s*(\w+)\s*\)", re.IGNORECASE)
"""An aggregate over one column, as formulas have it."""
ACCOUNTS = by_day("kpi accounts")
"""What ``keep_account_traits`` makes."""
TRAITS = ("name", "industry", "region", "country", "parent")


def key_sql(grouping: str) -> str:
    """The SQL of a grouping's key over facts ``f``, account traits ``a`` and people ``p``."""
    if grouping in BY_TRAIT:
        return BY_TRAIT[grouping]
    quoted = grouping.replace('"', '""')
    return f'CAST(f."{quoted}" AS VARCHAR)'


def own_columns(kpi: Kpi) -> list[str]:
    """The columns of a KPI's own that it groups by or that its formula puts together."""
    named = [*kpi.groupings, *(column for _, column in AGGREGATED.findall(kpi.value))]
    return [name for name in dict.fromkeys(named) if name not in BY_TRAIT and name not in FACT_COLUMNS]


def keyed_sql(facts: str, grouping: str) -> str:
    """Facts with the key of their group as ``kpi_key``; without a grouping, as they are."""
    if not grouping:
        return facts
    key = key_sql(grouping)
    joins = ""
    if needs_traits(grouping):
        joins += f" LEFT JOIN {ACCOUNTS} a ON a.account = f.account AND a.kpi_day = f.kpi_day"
    if "p." in key:
        joins += " LEFT JOIN people p ON p.id = coalesce(f.person, a.owner)"
    return f"SELECT f.*, {key} AS kpi_key FROM ({facts}) f{joins}"


def needs_traits(grouping: str) -> bool:
    """Whether the key of a group depends on traits of accounts (``keep_account_traits``)."""
    key = BY_TRAIT.get(grouping, "")
    return "a." in key or "p." in key


def there_sql(grouping: str, where: str) -> str:
    """Each day (``kpi_day``) with the keys (``kpi_key``) of the groups that the accounts belong to which are there
    on it; null without a grouping. Nothing for groupings that are no account's."""
    there = f"SELECT * FROM (SELECT kpi_day, account FROM {ACCOUNTS} WHERE is_there) f{where}"
    if not grouping:
        return f"SELECT DISTINCT kpi_day, NULL AS kpi_key FROM ({there})"
    belongs = grouping in BY_TRAIT
    facts = f"SELECT *, CAST(NULL AS VARCHAR) AS person, CAST(NULL AS DATE) AS at FROM ({there})"
    keyed = keyed_sql(facts, grouping) if belongs else f"SELECT *, NULL AS kpi_key FROM ({facts})"
    return f"SELECT DISTINCT kpi_day, kpi_key FROM ({keyed}) WHERE kpi_key IS NOT NULL"


def keep_account_traits(tables: Tables, days: Iterable[date]) -> None:
    """Keep in ``ACCOUNTS`` for each day and account its traits, owner, tier and lifecycle in force on the day, and
    whether it ``is_there``: begun by then, and not closed."""
    tables.keep_by_day("kpi accounts", days, lambda missing: _traits_sql(tables, missing))


def _traits_sql(tables: Tables, days: list[date]) -> str:
    columns = set(tables.columns_of("accounts"))
    if not columns:
        names = ("account", *TRAITS, "owner", "tier", "lifecycle")
        nothing = ", ".join(f"CAST(NULL AS VARCHAR) AS {n}" for n in names)
        return f"SELECT CAST(NULL AS DATE) AS kpi_day, {nothing}, false AS is_there WHERE false"
    picked = ["d.kpi_day", "t.account", *(_own(columns, name) + f" AS {name}" for name in TRAITS)]
    source = f"(VALUES {', '.join(f'({literal(day)})' for day in days)}) d(kpi_day) CROSS JOIN accounts t"
    for field, history, value in (("owner", "accounts_owners", "person"), ("tier", "accounts_tiers", "tier")):
        current = _own(columns, field)
        if {"from", "to", value} <= set(tables.columns_of(history)):
            source += _in_force(field, history, value)
            current = f"CASE WHEN {field}s.record IS NULL THEN {current} ELSE {field}s.value END"
        picked.append(f"{current} AS {field}")
    begun = "coalesce(t.since <= d.kpi_day, true)" if "since" in columns else "true"
    if any(plan.name == "accounts" and plan.rtype.states for plan in tables.plans):
        picked += ["s.state_then AS lifecycle", f"{begun} AND coalesce(s.open_then, false) AS is_there"]
        source += " LEFT JOIN LATERAL (SELECT id, state_then, open_then FROM accounts_on(d.kpi_day)) s ON s.id = t.id"
    else:
        picked += ["CAST(NULL AS VARCHAR) AS lifecycle", f"{begun} AS is_there"]
    return f"SELECT {', '.join(picked)} FROM {source}"


def _own(columns: set[str], name: str) -> str:
    return f"t.{name}" if name in columns else "CAST(NULL AS VARCHAR)"


def _in_force(field: str, history: str, value: str) -> str:
    """A join to the entry of a from–to history in force on the day; without a history there is no row."""
    inside = 'coalesce(h."from" <= kpi_day, true) AND coalesce(h."to" >= kpi_day, true)'
    latest = f"arg_max(h.{value}, (coalesce(h.\"from\", DATE '0001-01-01'), h.idx))"
    return (
        f" LEFT JOIN LATERAL (SELECT h.record, {latest} FILTER ({inside.replace('kpi_day', 'd.kpi_day')}) AS value"
        f" FROM {history} h GROUP BY h.record) {field}s ON {field}s.record = t.id"
    )
