"""Which record types a KPI rests on, and since when there are records of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from kam.kpi.window import window_on
from kam.settings.cadence import Cadence
from kam.settings.health import Health
from kam.settings.tiers import Tiers
from kam.site.cards import date_of
from kam.tables.gathered import ACTIONS, QUOTAS, RECORDS, REVISIONS, TRANSITIONS

if TYPE_CHECKING:
    from kam.kpi import Kpi, KpiResult
    from kam.model.schema import RecordType
    from kam.site.view import View
    from kam.tables.gathered import SharedTable

WORD = re.compile(r"\w+")
PROFILE = "profile"
STANDING = {
    "active_on": ("accounts", "orders", "services", "contracts"),
    "in_force_on": ("contracts", "amendments"),
    "open_work_on": ("issues", "opportunities", "actions"),
    "customer_values": ("orders",),
}
"""The tables of records behind a macro or a made table."""
GATHERED = (RECORDS, ACTIONS, TRANSITIONS, REVISIONS, QUOTAS)
NOT_FULL = 12
"""A window is not full while more than this part of it, a twelfth, lies before the first record."""


def find_sources(kpi: Kpi, view: View) -> list[RecordType]:
    """The record types that a KPI rests on, in the order of the schemas: those whose tables its query names, and those
    behind the macros and made tables that it names. Hidden ones are not told."""
    found = _find_behind(kpi, view, frozenset())
    return [rtype for rtype in view.snapshot.types.values() if rtype.name in found]


def find_gathered(kpi: Kpi) -> list[SharedTable]:
    """The tables of all records, or of settings, that a KPI counts: all records, all actions, sales targets …"""
    words = _words(kpi)
    words |= {table for word in words for table in STANDING.get(word, ())}
    return [table for table in GATHERED if table.name in words]


def find_named(kpi: Kpi, view: View) -> Iterator[RecordType]:
    """The record types whose tables, or tables of their lists, the query names itself."""
    words = _words(kpi)
    for rtype in view.snapshot.types.values():
        table = table_of(rtype)
        if any(word == table or word.startswith(f"{table}_") for word in words):
            yield rtype


def table_of(rtype: RecordType) -> str:
    """The table that a record type is kept in."""
    return rtype.table or rtype.folder.replace("-", "_")


def _words(kpi: Kpi) -> set[str]:
    return set(WORD.findall(kpi.all_sql))


def _find_behind(kpi: Kpi, view: View, seen: frozenset[str]) -> set[str]:
    """The names of the types, through the KPIs that a made table is put together from."""
    settings, words = view.snapshot.settings, _words(kpi)
    found = {rtype.name for rtype in find_named(kpi, view)}
    tables = {table for word in words for table in STANDING.get(word, ())}
    found |= {rtype.name for rtype in view.snapshot.types.values() if table_of(rtype) in tables}
    parts: list[tuple[str, bool]] = []
    if "cadence_due" in words:
        found |= {PROFILE, *(each.type for kind in settings.part(Cadence).kinds for each in kind.counts)}
    if "health_parts" in words:
        parts += [(each.kpi, bool(each.profile_field)) for each in settings.part(Health).parts]
    if "tier_points" in words:
        parts += [(each.kpi, not each.kpi) for each in settings.part(Tiers).criteria]
    by_id = {result.id: result.kpi for result in view.snapshot.kpis}
    for name, is_field in parts:
        found |= {PROFILE} if is_field else set()
        if name in by_id and name not in seen:
            found |= _find_behind(by_id[name], view, seen | {kpi.id, name})
    return found


def count_early(view: View, result: KpiResult) -> int:
    """How many points of the trend, from its beginning, look at a window that was not full of records yet.

    Of several kinds of record that a KPI counts, the one that was kept last decides.
    """
    begun = [
        min(days)
        for rtype in find_named(result.kpi, view)
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
