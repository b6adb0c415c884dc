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
            yield Finding((place,) if place in record.data else (), key, _words(found, record, rtype))


def _key(demand: Demand) -> str:
    is_sponsor = demand.kind is Wanted.CONTACT and demand.name == SPONSOR
    return "sponsor" if is_sponsor else demand.kind.value


def _words(found: list[Demand], record: Record, rtype: RecordType) -> dict[str, str]:
    return {
        "fields": ", ".join(each.name for each in found),
        "fields_en": ", ".join(_called(each, rtype, "en") for each in found),
        "fields_zh": "、".join(_called(each, rtype, "zh") for each in found),
        "first": found[0].name,
        "tier": text_of(record.data, "tier") or "–",
        "rule": found[0].rule,
        "account": record.account,
    }


def _called(demand: Demand, rtype: RecordType, lang: str) -> str:
    """What people call a wanted field or kind of contact, in one language; else its name."""
    if demand.kind is Wanted.CONTACT:
        influence = rtype.by_name["contacts"].by_name.get("influence") if "contacts" in rtype.by_name else None
        return (
            (influence.choices if influence and influence.choices else {}).get(demand.name, {}).get(lang, demand.name)
        )
    fields, called = rtype.by_name, demand.name
    for part in demand.name.split(".") if demand.kind is Wanted.FIELD else ():
        if part not in fields:
            return demand.name
        called, fields = fields[part].label.get(lang, demand.name), fields[part].by_name
    return called
