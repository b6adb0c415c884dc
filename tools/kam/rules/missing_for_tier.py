"""What the policy demands of a profile and the profile does not show: fields, contacts, roles in the team."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.policy.requirement import Demand, Wanted, profile_demands
from kam.rules.values import text_of
from kam.settings.requirements import SPONSOR

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "missing-for-tier"
LEVEL = Level.WARNING
TYPES = ("profile",)
PLACES = {"field": "tier", "contact": "contacts", "sponsor": "contacts", "team": "team"}
"""Message → the field of the profile beside which it stands."""


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """One finding for each kind of thing that is lacking; what is only recommended counts in the completeness."""
    lacking = [d for d in profile_demands(record.data, settings) if not d.is_met and not d.is_recommended]
    for key, place in PLACES.items():
        found = [each for each in lacking if _key(each) == key]
        if found:
            yield Finding((place,) if place in record.data else (), key, _words(found, record))


def _key(demand: Demand) -> str:
    is_sponsor = demand.kind is Wanted.CONTACT and demand.name == SPONSOR
    return "sponsor" if is_sponsor else demand.kind.value


def _words(found: list[Demand], record: Record) -> dict[str, str]:
    return {
        "fields": ", ".join(each.name for each in found),
        "first": found[0].name,
        "tier": text_of(record.data, "tier") or "–",
        "rule": found[0].rule,
        "account": record.account,
    }
