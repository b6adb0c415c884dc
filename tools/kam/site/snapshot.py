"""Everything the pages are made from, gathered once: records, problems, KPIs. What may not be seen is not in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from kam.alerts import Alert, Evidence, add_figures, find_alerts, is_alert_shown, read_evidence
from kam.due import Due, is_shown, iter_accounts, join_same, sort_due
from kam.due.care import Care
from kam.due.find import find_decisions
from kam.model.problem import Problem
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.portfolio import Portfolio
from kam.portfolio.waiting import Waiting, find_waiting
from kam.rules.contract import AccountRecords
from kam.settings import Settings
from kam.settings.audience import Audience
from kam.site.audience import shown_record, shown_types
from kam.site.behind import Behind, find_behind
from kam.site.cards import date_of
from kam.site.places import Places
from kam.site.withhold import open_folders, withhold, without_people

if TYPE_CHECKING:
    from kam.kpi import Group, KpiResult
    from kam.kpi.health import Healths
    from kam.kpi.tiers import Assessed, Assessment
    from kam.people.results import Results

TREND = 12
"""So many months a KPI's trend goes back."""

ByAccount = Mapping[str, Mapping[str, Sequence[Record]]]


@dataclass
class Snapshot:
    """A portfolio on one day, as the default audience may see it.

    ``types`` lacks confidential types and fields, and so do the records in ``by_account`` (account →
    type → records, newest first; ledgers' entries are records of their own). ``profiles`` holds the
    profile of each account that has one. ``assessed`` (points and tiers), ``care`` (contacts due, by account),
    ``waiting`` (for approvals), ``due``, ``alerts`` and ``healths`` come from all records; what tells of hidden fields
    is not in ``due`` and ``alerts``. ``behind`` counts, by KPI, the records that make its value.
    """

    root: Path
    as_of: date
    settings: Settings
    types: Mapping[str, RecordType]
    profiles: Mapping[str, Record]
    by_account: ByAccount
    problems: Sequence[Problem]
    kpis: Sequence[KpiResult] = ()
    assessed: Assessed | None = None
    care: Mapping[str, Sequence[Care]] = field(default_factory=dict)
    waiting: Sequence[Waiting] = ()
    due: Sequence[Due] = ()
    results: Results | None = None
    alerts: Sequence[Alert] = ()
    healths: Healths | None = None
    behind: Mapping[str, Behind] = field(default_factory=dict)

    @cached_property
    def accounts(self) -> list[str]:
        """The folders of the accounts, sorted by their short names."""
        slugs = {slug for slug in (*self.profiles, *self.by_account) if not slug.startswith("_")}
        return sorted(slugs, key=lambda slug: (str(self.profile(slug).get("name", slug)).casefold(), slug))

    @cached_property
    def places(self) -> Places:
        """Where each record is shown."""
        return Places(self.by_account, {name: rtype.folder for name, rtype in self.types.items()})

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """The title of each record by id."""
        titles = {}
        for by_type in self.by_account.values():
            for name, records in by_type.items():
                wanted = self.types[name].title_field
                titles.update({r.id: str(r.data[wanted]) for r in records if wanted in r.data})
        return titles

    @cached_property
    def kpi_parts(self) -> Mapping[str, Mapping[str, Sequence[Group]]]:
        """Account → KPI id → the KPI's figures for that account."""
        parts: dict[str, dict[str, list[Group]]] = defaultdict(lambda: defaultdict(list))
        for result in self.kpis:
            for part in result.by:
                parts[part.key or ""][result.id].append(part)
        return parts

    @cached_property
    def due_by_account(self) -> Mapping[str, Sequence[Due]]:
        """What is due, by account."""
        found: dict[str, list[Due]] = defaultdict(list)
        for item in self.due:
            found[item.account].append(item)
        return found

    @cached_property
    def assessments(self) -> Mapping[str, Assessment]:
        """The points and tier of each account."""
        return {each.account: each for each in self.assessed.accounts} if self.assessed else {}

    def profile(self, account: str) -> Mapping[str, object]:
        """The fields of an account's profile; empty where there is none."""
        found = self.profiles.get(account)
        return found.data if found else {}

    def records(self, account: str, rtype: str) -> Sequence[Record]:
        """The records of one type of an account, newest first."""
        return self.by_account.get(account, {}).get(rtype, ())

    def all_records(self, rtype: str) -> list[Record]:
        """The records of one type of all accounts, newest first."""
        found = [r for by_type in self.by_account.values() for r in by_type.get(rtype, ())]
        return _newest_first(found, self.types[rtype])


def load_snapshot(portfolio: Portfolio, as_of: date) -> Snapshot:
    """Check the portfolio, compute its KPIs and keep what the default audience may see."""
    settings = portfolio.settings
    types = shown_types(settings.types)
    profiles: dict[str, Record] = {}
    by_account: dict[str, dict[str, list[Record]]] = defaultdict(lambda: defaultdict(list))

    def iter_kept() -> Iterator[AccountRecords]:
        for records in iter_accounts(portfolio, as_of):
            for record in records:
                _keep(record, types, profiles, by_account)
            yield records

    evidence = read_evidence(settings, as_of, iter_kept())
    problems = portfolio.check(as_of).problems
    sorted_records = {
        account: {name: _newest_first(records, types[name]) for name, records in by_type.items()}
        for account, by_type in by_account.items()
    }
    shown_ids = {r.id for by_type in sorted_records.values() for records in by_type.values() for r in records}
    shown_ids |= {profile.id for profile in profiles.values()}
    kpis, behind, assessed, results, evidence = _kpis(portfolio, evidence, shown_ids, types)
    all_waiting = find_waiting(portfolio, as_of)
    waiting = [each for each in all_waiting if each.type in types]
    due = [item for item in (*evidence.due, *find_decisions(portfolio, all_waiting)) if is_shown(item, types)]
    told = {(each.id, part.key) for each in kpis for part in each.by if part.figure.value is not None}
    alerts = [
        alert
        for alert in find_alerts(evidence)
        if is_alert_shown(alert, types) and all((kpi, alert.account) in told for kpi in alert.figures)
    ]
    return Snapshot(
        portfolio.root, as_of, settings, types, profiles, sorted_records, problems, kpis, assessed, evidence.care,
        waiting, join_same(sort_due(due)), results, alerts, evidence.healths, behind,
    )  # fmt: skip


def _keep(
    record: Record,
    types: Mapping[str, RecordType],
    profiles: dict[str, Record],
    by_account: dict[str, dict[str, list[Record]]],
) -> None:
    """Put a record where the pages look for it, without what may not be seen."""
    rtype = types.get(record.type)
    if rtype is None:
        return
    shown = shown_record(record, rtype)
    if rtype.folder == "profile":
        profiles[record.account] = shown
    else:
        by_account[record.account][record.type].append(shown)


def _kpis(
    portfolio: Portfolio, evidence: Evidence, shown: set[str], types: Mapping[str, RecordType]
) -> tuple[Sequence[KpiResult], Mapping[str, Behind], Assessed, Results | None, Evidence]:
    """All KPIs with what stands behind them, the tiers that follow, and the results of people or teams.

    Their values count every record; what would tell a single record's confidential value is left out of the KPIs, and
    so are groups too small for the audience.
    """
    from kam.kpi import compute, open_tables
    from kam.kpi.tiers import assess_tiers
    from kam.kpi.withhold import limit_of
    from kam.kpi.withhold import withhold as withhold_small
    from kam.people.results import results_for_site

    as_of = evidence.as_of
    open_types = open_folders(portfolio.settings.types.values(), types)
    least = portfolio.settings.part(Audience).min_n

    def seen(each: KpiResult) -> KpiResult:
        return withhold_small(withhold(each, shown, open_types), limit_of(each.kpi, None, least))

    with open_tables(portfolio, as_of) as tables:
        computed = compute(portfolio, as_of, by="account", trend=TREND, facts=True, tables=tables)
        assessed = assess_tiers(portfolio, as_of, tables=tables, results=computed)
        results = results_for_site(portfolio, as_of, tables, seen)
        evidence = add_figures(evidence, portfolio, tables, results=computed)
    kpis = [without_people(seen(each), portfolio.settings) for each in computed]
    return kpis, {each.id: find_behind(each) for each in computed}, assessed, results, evidence


def _newest_first(records: list[Record], rtype: RecordType) -> list[Record]:
    return sorted(sorted(records, key=lambda r: r.id), key=lambda r: date_of(r, rtype), reverse=True)
