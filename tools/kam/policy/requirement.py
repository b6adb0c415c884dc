"""What the policy demands of an account, and which of it is lacking."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from kam.model.completeness import Completeness, Made, made_complete, measure_completeness
from kam.model.problem import FieldPath
from kam.model.record import Data, Record, Value
from kam.model.schema import RecordType
from kam.policy.people import find_stand_in
from kam.settings.requirements import SPONSOR, Requirement, Requirements, WantedRecord

if TYPE_CHECKING:
    from kam.settings import Settings

REQUIRED_WEIGHT, RECOMMENDED_WEIGHT = 2, 1
"""What a demand counts in the completeness of a profile."""
PROFILE = "profile"
_EMPTY: tuple[object, ...] = (None, "", [], {})


class Wanted(StrEnum):
    """What kind of thing is demanded."""

    FIELD = "field"
    CONTACT = "contact"
    TEAM = "team"
    STAND_IN = "stand_in"
    RECORD = "record"


class Demand(NamedTuple):
    """One thing that the policy wants of an account, and whether it is there.

    ``name`` is the field's path, the influence or role of the one wanted, the owner without stand-in, or the record
    type; ``rule`` the name of the requirement in the policy.
    """

    kind: Wanted
    name: str
    is_met: bool
    is_recommended: bool
    rule: str
    record: WantedRecord | None = None


def applies(requirement: Requirement, profile: Mapping[str, Value], rtype: RecordType) -> bool:
    """Whether a requirement holds for that account. One that names no phase leaves closed accounts alone."""
    if requirement.tiers and profile.get("tier") not in requirement.tiers:
        return False
    states = rtype.states
    phase = profile.get(states.field) if states else None
    if requirement.lifecycle:
        return phase in requirement.lifecycle
    return states is None or phase not in states.terminal


def profile_demands(profile: Data, settings: Settings) -> list[Demand]:
    """What the profile alone shows: fields, contacts and team. Who has a last day there counts no more."""
    found: dict[tuple[Wanted, str], Demand] = {}
    for rule, each in _applying(profile, settings):
        wanted = [(Wanted.FIELD, name, value_at(profile, name) not in _EMPTY) for name in each.fields]
        wanted += [(Wanted.CONTACT, name, _has_contact(profile, name)) for name in each.contacts]
        wanted += [(Wanted.TEAM, name, _has_role(profile, name)) for name in each.team]
        for kind, name, is_met in wanted:
            _add(found, Demand(kind, name, is_met, each.is_recommended, rule))
    return list(found.values())


def account_demands(
    profile: Data, records: Mapping[str, Sequence[Record]], settings: Settings, as_of: date
) -> list[Demand]:
    """What depends on the day: records that must be there, and the owner's stand-in. ``records`` are the account's,
    by type."""
    found: dict[tuple[Wanted, str], Demand] = {}
    for rule, each in _applying(profile, settings):
        for wanted in each.records:
            rtype = settings.types.get(wanted.type)
            is_met = rtype is None or any(_fits(r, wanted, rtype, as_of) for r in records.get(wanted.type, ()))
            _add(found, Demand(Wanted.RECORD, wanted.type, is_met, each.is_recommended, rule, wanted))
        owner = profile.get("owner")
        if each.stand_in and isinstance(owner, str) and owner in settings.people:
            is_met = bool(find_stand_in(owner, settings.people, as_of))
            _add(found, Demand(Wanted.STAND_IN, owner, is_met, each.is_recommended, rule))
    return list(found.values())


def measure_record(data: Data, rtype: RecordType, settings: Settings) -> Completeness:
    """How complete a record is: by its schema and, for a profile, by what the policy demands of it besides."""
    measured = measure_completeness(data, rtype)
    if rtype.name != PROFILE or not settings.part(Requirements).by_name:
        return measured
    filled, total, missing = measured
    lacking = list(missing)
    for demand in profile_demands(data, settings):
        if demand.kind is Wanted.FIELD and _is_measured(demand.name, data, rtype):
            continue
        weight = RECOMMENDED_WEIGHT if demand.is_recommended else REQUIRED_WEIGHT
        total += weight
        if demand.is_met:
            filled += weight
        else:
            lacking.append(_path_of(demand))
    return Completeness(filled, total, tuple(lacking))


def made_record(rtype: RecordType, names: Collection[str], settings: Settings) -> Made | None:
    """The same for all records with exactly these fields, where the policy demands nothing besides."""
    if rtype.name == PROFILE and settings.part(Requirements).by_name:
        return None
    return made_complete(rtype, names)


def value_at(data: Mapping[str, Value], name: str) -> Value | None:
    """A field of a record, or of a map in it (``purchasing.budget_month``)."""
    outer, _, inner = name.partition(".")
    value = data.get(outer)
    if not inner:
        return value
    return value.get(inner) if isinstance(value, dict) else None


def _applying(profile: Data, settings: Settings) -> Iterator[tuple[str, Requirement]]:
    rtype = settings.types.get(PROFILE)
    if rtype is not None:
        for name, each in settings.part(Requirements).by_name.items():
            if applies(each, profile, rtype):
                yield name, each


def _add(found: dict[tuple[Wanted, str], Demand], demand: Demand) -> None:
    """Keep one of several demands for the same: the one that is required, and one that is lacking before one met."""
    key = (demand.kind, demand.name)
    known = found.get(key)
    if known is None or (demand.is_recommended, demand.is_met) < (known.is_recommended, known.is_met):
        found[key] = demand


def _has_contact(profile: Data, wanted: str) -> bool:
    """Whether somebody at the customer has that influence, or the mark of an executive sponsor."""
    return any(
        not row.get("to") and (row.get(SPONSOR) is True if wanted == SPONSOR else row.get("influence") == wanted)
        for row in _maps(profile, "contacts")
    )


def _has_role(profile: Data, wanted: str) -> bool:
    return any(
        not row.get("to") and str(row.get("role", "")).casefold() == wanted.casefold() for row in _maps(profile, "team")
    )


def _maps(data: Data, name: str) -> list[dict[str, Value]]:
    value = data.get(name)
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _fits(record: Record, wanted: WantedRecord, rtype: RecordType, as_of: date) -> bool:
    day = as_of.isoformat()
    if wanted.states and (rtype.states is None or record.data.get(rtype.states.field) not in wanted.states):
        return False
    if wanted.covers_today and rtype.order:
        first, last = (str(record.data.get(name) or "") for name in rtype.order[0])
        if not first or not first[:10] <= day <= (last[:10] or day):
            return False
    if wanted.within_months:
        on = str(record.data.get(rtype.date_field) or "")[:10]
        return _months_before(as_of, wanted.within_months) <= on <= day
    return True


def _months_before(day: date, months: int) -> str:
    """The same day so many months earlier, or the last of that month where it is shorter."""
    number = day.year * 12 + day.month - 1 - months
    for last in (day.day, 30, 29, 28):
        try:
            return date(number // 12, number % 12 + 1, last).isoformat()
        except ValueError:
            continue
    return ""


def _is_measured(name: str, data: Data, rtype: RecordType) -> bool:
    """Whether the schema's own scale counts that field already."""
    outer, _, inner = name.partition(".")
    field = rtype.by_name.get(outer)
    if field is not None and inner:
        field = field.by_name.get(inner) if data.get(outer) else None
    return field is not None and (field.required or field.recommended)


def _path_of(demand: Demand) -> FieldPath:
    if demand.kind is Wanted.FIELD:
        return tuple(demand.name.split("."))
    return ("contacts" if demand.kind is Wanted.CONTACT else "team", demand.name)
