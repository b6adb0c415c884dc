"""Records that the policy demands of an account and that are not there on a day, and owners without a stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.policy.requirement import Demand, Wanted, account_demands
from kam.rules.contract import AccountRecords
from kam.rules.values import text_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "due-for-tier"
LEVEL = Level.WARNING


def check_account(records: AccountRecords, settings: Settings, as_of: date) -> Iterator[Finding]:
    """A finding for each record that is lacking, and for an owner for whom nobody would act."""
    profile = records.profile
    if profile is None:
        return
    for each in account_demands(profile.data, records.by_type, settings, as_of):
        if each.is_met or each.is_recommended:
            continue
        path = ("owner",) if each.kind is Wanted.STAND_IN else ("tier",)
        words = {
            "tier": text_of(profile.data, "tier") or "–",
            "type": each.name,
            **_labels(each, settings),
            "person": each.name,
            "account": records.account,
            "day": as_of.isoformat(),
            "months": str(each.record.within_months if each.record else 0),
            "rule": each.rule,
        }
        yield Finding(path if path[0] in profile.data else (), _key(each), words, profile.id)


def _labels(demand: Demand, settings: Settings) -> dict[str, str]:
    """What the wanted record and its states are called in each language."""
    rtype, states = settings.types.get(demand.name), demand.record.states if demand.record else ()
    found = {}
    for lang in ("en", "zh"):
        field = rtype.by_name.get(rtype.states.field) if rtype and rtype.states else None
        labels = field.choices if field and field.choices else {}
        found[f"type_{lang}"] = rtype.label.get(lang, rtype.name) if rtype else demand.name
        found[f"states_{lang}"] = " / ".join(labels.get(each, {}).get(lang, each) for each in states)
    return found


def _key(demand: Demand) -> str:
    if demand.record is None:
        return "stand-in"
    if demand.record.within_months:
        return "recent"
    if demand.record.covers_today:
        return "covers-states" if demand.record.states else "covers"
    return "states" if demand.record.states else "none"
