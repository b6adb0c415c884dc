"""``policy.yml``, section ``requirements``: what accounts of a tier must or should have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kam.model.schema import NOTHING, Kind, RecordType
from kam.settings.parts import Known
from kam.settings.section import BAD, Section, nearest, shown

SPONSOR = "executive_sponsor"
"""The word that asks for a contact with that mark, besides the choices of influence."""
LEVELS = ("required", "recommended")
KEYS = ("tiers", "lifecycle", "level", "fields", "contacts", "team", "stand_in", "records")
RECORD_KEYS = ("type", "states", "covers_today", "within_months")


class WantedRecord(NamedTuple):
    """A record that an account must have: of a type, in one of the states (any where none is named), whose span of
    days covers the day looked from, or whose date lies within so many months before it (0: whenever)."""

    type: str
    states: tuple[str, ...] = ()
    covers_today: bool = False
    within_months: int = 0


class Requirement(NamedTuple):
    """What holds for accounts of some tiers in some phases of the lifecycle (empty: all).

    ``fields`` names fields of the profile (``purchasing.budget_month`` inside a map), ``contacts`` kinds of
    influence or ``executive_sponsor``, ``team`` roles in the account team. ``is_recommended`` requirements count in
    the completeness only.
    """

    tiers: tuple[str, ...] = ()
    lifecycle: tuple[str, ...] = ()
    is_recommended: bool = False
    fields: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    team: tuple[str, ...] = ()
    stand_in: bool = False
    records: tuple[WantedRecord, ...] = ()


class Requirements(NamedTuple):
    """All of them by name, in the order of the file."""

    by_name: Mapping[str, Requirement] = NOTHING


def read_requirements(section: Section, known: Known) -> Requirements:
    """The section; names of tiers, fields, roles and record types must be known."""
    return Requirements({name: _requirement(section.inner(name, KEYS), known) for name in section.value})


def _requirement(entry: Section, known: Known) -> Requirement:
    return Requirement(
        tiers=entry.choices("tiers", choices_of(known, "tier")),
        lifecycle=entry.choices("lifecycle", choices_of(known, "lifecycle")),
        is_recommended=entry.choice("level", LEVELS, LEVELS[0]) == LEVELS[1],
        fields=entry.choices("fields", tuple(_profile_fields(known))),
        contacts=entry.choices("contacts", _influences(known)),
        team=entry.texts("team"),
        stand_in=entry.flag("stand_in", False),
        records=tuple(_record(each, known) for each in entry.sections("records", RECORD_KEYS)),
    )


def _record(entry: Section, known: Known) -> WantedRecord:
    entry.require("type")
    name = entry.choice("type", [each for each, rtype in known.types.items() if rtype.scope == "account"])
    rtype = known.types.get(name)
    states = rtype.by_name.get(rtype.states.field) if rtype and rtype.states else None
    wanted = WantedRecord(
        name,
        entry.choices("states", tuple(states.choices or ()) if states else ()),
        entry.flag("covers_today", False),
        entry.whole("within_months", 0, least=0, most=240),
    )
    if rtype:
        _check_dates(wanted, rtype, entry)
    return wanted


def _check_dates(wanted: WantedRecord, rtype: RecordType, entry: Section) -> None:
    """A type without a span of days covers no day, one without a date never lies within some months."""
    key = "covers_today" if wanted.covers_today and not rtype.order else ""
    key = "within_months" if wanted.within_months and not rtype.date_field else key
    if key:
        entry.complain((key,), "no-span", name=rtype.name)


def choices_of(known: Known, name: str) -> tuple[str, ...]:
    """The choices of a field of the profile; empty where the profile has no such field."""
    profile = known.types.get("profile")
    found = profile.by_name.get(name) if profile else None
    return tuple(found.choices or ()) if found else ()


def read_by_tier(section: Section, known: Known, every: str) -> Iterator[tuple[str, Section]]:
    """The entries of a map from tier (or the word for every tier) to something; other keys are complained of."""
    tiers = (*choices_of(known, "tier"), every)
    for name in section.value:
        if name in tiers:
            yield name, section.inner(name)
            continue
        near = nearest(name, tiers)
        words = {"found": shown(name), "near": near, "known": ", ".join(tiers)}
        section.file.report((*section.path, name), BAD, "choice-near" if near else "choice", words, of_key=True)


def _profile_fields(known: Known) -> Iterator[str]:
    profile = known.types.get("profile")
    for each in profile.fields if profile else ():
        yield each.name
        if each.kind is Kind.MAP:
            yield from (f"{each.name}.{inner.name}" for inner in each.fields)


def _influences(known: Known) -> tuple[str, ...]:
    profile = known.types.get("profile")
    contacts = profile.by_name.get("contacts") if profile else None
    inner = contacts.by_name if contacts else {}
    found = tuple(inner["influence"].choices or ()) if "influence" in inner else ()
    return (*found, SPONSOR) if SPONSOR in inner else found
