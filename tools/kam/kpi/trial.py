"""Looks closely at every fact query, and runs it on made-up records: whether it asks for choices that there are,
whether it ends, and whether it reads what happens after the day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kam.kpi.check import QUERY, check_choices, check_kpi
from kam.kpi.definition import Kpi, read_kpis
from kam.kpi.facts import facts_sql
from kam.kpi.opening import open_tables
from kam.kpi.trial_records import DAY, LATER, make_trial
from kam.model.problem import Problem
from kam.settings.yaml_reader import LocatedYaml
from kam.tables import Tables, TablesError
from kam.tables.gathered import SHARED
from kam.tables.late import WORD

if TYPE_CHECKING:
    from kam.model.schema import RecordType
    from kam.settings import Settings

SECONDS = 5.0
"""How long a query may take on the made-up records; a sound one takes a few hundredths."""
COLUMNS = 'CAST(account AS VARCHAR), CAST(person AS VARCHAR), "at", CAST(record AS VARCHAR), numerator, denominator'
ENDLESS = "endless"
"""The key of the problem of a query that was stopped."""
Facts = Counter[tuple[Any, ...]]


def try_kpis(root: Path, settings: Settings, seconds: float = SECONDS) -> list[Problem]:
    """Problems of fact queries that only show so, sorted. KPIs with other mistakes are left alone, and so
    are queries that fail on made-up texts; ``today_only`` KPIs may read the future."""
    found = find_unsound(root, settings, seconds=seconds)
    return sorted((problem for listed in found.values() for problem in listed), key=lambda p: p.sort_key)


def find_unsound(
    root: Path, settings: Settings, names: Collection[str] | None = None, *, seconds: float = SECONDS
) -> dict[str, list[Problem]]:
    """KPI → the same problems, none of a sound one; of the KPIs named, or of all."""
    files = [(kpi, file) for kpi, file in read_kpis(root) if names is None or kpi.id in names]
    today, later = make_trial(root, settings)
    with open_tables(today, DAY, cache=False) as before, open_tables(later, DAY, cache=False) as after:
        return {kpi.id: _try(kpi, file, before, after, settings, seconds) for kpi, file in files}


def _try(
    kpi: Kpi, file: LocatedYaml, before: Tables, after: Tables, settings: Settings, seconds: float
) -> list[Problem]:
    if file.value is None or not kpi.sql or check_kpi(kpi, file, before):
        return []
    if check_choices(kpi, file, before):
        return file.problems
    try:
        facts = _facts(kpi, before, seconds)
        others = facts if kpi.today_only else _facts(kpi, after, seconds)
    except TablesError as error:
        if error.is_final:
            file.report(("sql",), QUERY, ENDLESS, {"seconds": f"{seconds:g}"})
        return file.problems
    different = (others - facts) + (facts - others)
    if different:
        _report_future(kpi, file, [row[3] for row in different], settings)
    return file.problems


def _facts(kpi: Kpi, tables: Tables, seconds: float) -> Facts:
    return Counter(tables.query(f"SELECT {COLUMNS} FROM ({facts_sql(kpi, [DAY], 1)})", seconds=seconds).rows)


def _report_future(kpi: Kpi, file: LocatedYaml, records: Iterable[str | None], settings: Settings) -> None:
    """Say what the query most likely reads: later records of the type that made the difference, its state of today,
    or later records of another table it asks."""
    ids = sorted(str(each) for each in records)
    later = [each for each in ids if LATER in each]
    own = _type_of((later or ids)[0], settings)
    words = set(WORD.findall(kpi.sql))
    named = [rtype for rtype in settings.types.values() if _table(rtype) in words]
    others = [rtype for rtype in named if rtype is not own and rtype.date_field]
    is_shared = any(table.name in words for table in SHARED)
    if is_shared and not later:
        file.report(("sql",), QUERY, "future")
    elif own and not later and own in named and own.states:
        file.report(("sql",), QUERY, "future-changes", {"table": _table(own)})
    elif own and later:
        file.report(("sql",), QUERY, "future-records", {"table": _table(own), "date": own.date_field or "at"})
    elif others:
        file.report(("sql",), QUERY, "future-records", {"table": _table(others[0]), "date": others[0].date_field})
    else:
        file.report(("sql",), QUERY, "future")


def _type_of(record: str, settings: Settings) -> RecordType | None:
    parts = record.split("/")
    return settings.type_of_folder(parts[1]) if len(parts) > 1 else None


def _table(rtype: RecordType) -> str:
    return rtype.table or rtype.folder.replace("-", "_")
