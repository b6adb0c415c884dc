"""What facts can be grouped by: traits of the account and of the person on the day, the date, and own columns."""

from __future__ import annotations

from datetime import date

from kam.tables import Tables

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
}
"""Grouping → its key. ``owner`` is the fact's person, else the account's owner; ``team``, ``manager`` and ``office``
are that person's; ``region`` is the account's, else that person's.
"""
FACT_COLUMNS = ("account", "person", "at", "record", "numerator", "denominator")
TRAITS = ("name", "industry", "region", "country", "parent")


def key_sql(grouping: str) -> str:
    """The SQL of a grouping's key over facts ``f``, account traits ``a`` and people ``p``."""
    if grouping in BY_TRAIT:
        return BY_TRAIT[grouping]
    quoted = grouping.replace('"', '""')
    return f'CAST(f."{quoted}" AS VARCHAR)'


def grouped_sql(facts: str, grouping: str, where: str, whole: str) -> str:
    """Facts with their key, as a subquery for an aggregation."""
    key = key_sql(grouping) if grouping else "CAST(NULL AS VARCHAR)"
    return (
        f"(SELECT {key} AS key, f.account, f.numerator, f.denominator, {whole} AS whole FROM {facts} f"
        " LEFT JOIN kpi_accounts a ON a.account = f.account"
        f" LEFT JOIN people p ON p.id = coalesce(f.person, a.owner){where})"
    )


def keep_account_traits(tables: Tables, day: date) -> None:
    """Make ``kpi_accounts``: for each account its traits, and owner, tier and lifecycle in force on the day."""
    columns = set(tables.columns_of("accounts"))
    traits = [f"t.{c}" if c in columns else f"CAST(NULL AS VARCHAR) AS {c}" for c in TRAITS]
    picked = [
        "t.account",
        *traits,
        f"{_in_force(tables, columns, 'owner', 'accounts_owners', 'person')} AS owner",
        f"{_in_force(tables, columns, 'tier', 'accounts_tiers', 'tier')} AS tier",
    ]
    source = "accounts t"
    if any(plan.name == "accounts" and plan.rtype.states for plan in tables.plans):
        picked.append("s.state_then AS lifecycle")
        source += " LEFT JOIN (SELECT id, state_then FROM accounts_on($as_of)) s ON s.id = t.id"
    else:
        picked.append("CAST(NULL AS VARCHAR) AS lifecycle")
    sql = f"SELECT {', '.join(picked)} FROM {source}"
    if not columns:
        names = ("account", *TRAITS, "owner", "tier", "lifecycle")
        sql = f"SELECT {', '.join(f'CAST(NULL AS VARCHAR) AS {n}' for n in names)} WHERE false"
    tables.materialize("kpi_accounts", sql, {"as_of": day} if "$as_of" in sql else {})


def _in_force(tables: Tables, columns: set[str], field: str, history: str, value: str) -> str:
    """The entry of a from–to history in force on the day; without a history the field of today."""
    current = f"t.{field}" if field in columns else "CAST(NULL AS VARCHAR)"
    if not {"from", "to", value} <= set(tables.columns_of(history)):
        return current
    inside = 'coalesce(h."from" <= $as_of, true) AND coalesce(h."to" >= $as_of, true)'
    return (
        f"CASE WHEN EXISTS (SELECT 1 FROM {history} h WHERE h.record = t.id) THEN"
        f" (SELECT arg_max(h.{value}, (coalesce(h.\"from\", DATE '0001-01-01'), h.idx)) FROM {history} h"
        f" WHERE h.record = t.id AND {inside}) ELSE {current} END"
    )
