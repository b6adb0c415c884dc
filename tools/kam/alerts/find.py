"""Finds the alerts of a day: each kind is a module of ``kam.alerts.kinds`` with ``find(evidence)``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import TYPE_CHECKING, Protocol

from kam.alerts.item import BAD, Alert
from kam.alerts.look import Decline, Evidence
from kam.due import Due, find_in_account
from kam.due.care import Care, find_care
from kam.kpi.compute import compute
from kam.kpi.definition import load_kpis
from kam.kpi.health import assess_health
from kam.model.record import Record
from kam.rules.contract import AccountRecords
from kam.settings.alerts import Alerts
from kam.settings.health import PROFILE

if TYPE_CHECKING:
    from kam.kpi.result import KpiResult
    from kam.settings import Settings
    from kam.tables import Tables
    from kam.tables.source import RecordSource

LOOKED_AT = ("issue", "risk", "feedback")
"""Types of the records that alerts are told from."""


class Kind(Protocol):
    """Finds the alerts of one kind."""

    def __call__(self, evidence: Evidence) -> Iterator[Alert]: ...


@cache
def load_kinds() -> Mapping[str, Kind]:
    """The kinds by their ids."""
    names = sorted(
        entry.name[:-3]
        for entry in files("kam.alerts.kinds").iterdir()
        if entry.name.endswith(".py") and not entry.name.startswith("_")
    )
    modules = [import_module(f"kam.alerts.kinds.{name}") for name in names]
    return {module.KIND: module.find for module in modules}


def find_alerts(evidence: Evidence) -> list[Alert]:
    """All alerts of the kinds that are wanted, what is wrong before what is to be watched.

    What an alert covers is left out: an account that may leave, also because its orders fall off, is one alert.
    """
    off = evidence.policy.off
    found = [alert for kind, find in load_kinds().items() if kind not in off for alert in find(evidence)]
    covered = {each for alert in found for each in alert.covers}
    by_id = {alert.id: alert for alert in found if alert.id not in covered}
    return sorted(by_id.values(), key=lambda a: (a.level != BAD, a.since or "9999", a.account, a.kind, a.id))


def gather_evidence(
    portfolio: RecordSource, as_of: date, accounts: Iterable[AccountRecords], tables: Tables
) -> Evidence:
    """What is known of the accounts on a day."""
    return add_figures(read_evidence(portfolio.settings, as_of, accounts), portfolio, tables)


def read_evidence(settings: Settings, as_of: date, accounts: Iterable[AccountRecords]) -> Evidence:
    """What the records tell, without any figures."""
    due: list[Due] = []
    care: dict[str, Sequence[Care]] = {}
    profiles: dict[str, Record] = {}
    records: dict[str, Sequence[Record]] = {}
    for each in accounts:
        due += find_in_account(each, settings, as_of)
        if found := find_care(each, settings, as_of):
            care[each.account] = found
        records[each.account] = [record for name in LOOKED_AT for record in each.of(name)]
        if each.profile is not None:
            profiles[each.account] = each.profile
    return Evidence(settings, as_of, due, care, profiles, records)


def add_figures(
    evidence: Evidence, portfolio: RecordSource, tables: Tables, *, results: Sequence[KpiResult] = ()
) -> Evidence:
    """The same with health, declines and shares. ``results`` are KPIs by account with facts that are there already."""
    policy, as_of = evidence.policy, evidence.as_of
    known = _compute(portfolio, as_of, policy, tables, results)
    return replace(
        evidence,
        healths=assess_health(portfolio, as_of, tables=tables),
        declines=_declines(portfolio, as_of, known.get(policy.decline_kpi), tables),
        shares=_shares(known.get(policy.share_kpi)),
    )


def _compute(
    portfolio: RecordSource, as_of: date, policy: Alerts, tables: Tables, results: Sequence[KpiResult]
) -> dict[str, KpiResult]:
    """The KPIs that alerts go by, by account with their facts; those that cannot be computed are left out."""
    known = {each.id: each for each in results if each.grouping == "account"}
    readable = {kpi.id for kpi in load_kpis(portfolio.settings.root)}
    wanted = {policy.decline_kpi, policy.share_kpi} & readable - known.keys()
    if wanted:
        found = compute(portfolio, as_of, sorted(wanted), by="account", facts=True, tables=tables)
        known |= {each.id: each for each in found}
    return {name: result for name, result in known.items() if not result.failed}


def _declines(portfolio: RecordSource, as_of: date, result: KpiResult | None, tables: Tables) -> dict[str, Decline]:
    found: dict[str, Decline] = {}
    for group in result.by if result else ():
        if group.key is None or not group.figure.value:
            continue
        assert result is not None
        facts = [each for each in result.facts if each.account == group.key and each.numerator]
        last = max(facts, key=lambda each: (each.at or date.min, each.record), default=None)
        record, day = (last.record, last.at) if last else (f"{group.key}/{PROFILE}", None)
        sign = _sign(portfolio, as_of, result, group.key, tables)
        found[group.key] = Decline(record, day.isoformat() if day else "", sign)
    return found


def _sign(portfolio: RecordSource, as_of: date, result: KpiResult, account: str, tables: Tables) -> str:
    """By which sign the KPI found the account, where it tells."""
    if "sign" not in result.kpi.groupings:
        return ""
    (by_sign,) = compute(portfolio, as_of, [result.id], by="sign", account=account, tables=tables)
    return next((each.key for each in by_sign.by if each.key in ("late", "falling", "both")), "")


def _shares(result: KpiResult | None) -> dict[str, Decimal]:
    groups = result.by if result else ()
    return {each.key: each.figure.value for each in groups if each.key and each.figure.value is not None}
