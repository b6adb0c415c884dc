"""Section ``cadence`` of ``policy.yml``: how often accounts of a tier are contacted, and what counts as a contact."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from kam.model.problem import Level
from kam.model.schema import NOTHING, Field, Kind, Label, RecordType
from kam.model.span import Span, parse_span
from kam.settings.parts import Known
from kam.settings.section import Section, nearest

RULE = "settings-cadence"
PROFILE = "profile"
NO_TIME = Span()
OWNER = "owner"
"""The role of whoever owns the account."""


class Counted(NamedTuple):
    """Records of a type that are contacts: with one of these values in each field of ``where``, none of ``unless``."""

    type: str
    where: Mapping[str, tuple[str, ...]] = NOTHING
    unless: Mapping[str, tuple[str, ...]] = NOTHING


class ContactKind(NamedTuple):
    """A kind of contact and the records that count as one."""

    id: str
    label: Label
    counts: tuple[Counted, ...]


class Rhythm(NamedTuple):
    """One contact of a kind in every span, at the latest so long after its end; ``role`` says who should make it."""

    kind: str
    every: Span
    grace: Span = NO_TIME
    role: str = OWNER


class Cadence(NamedTuple):
    """The rhythms of each tier. Accounts in other phases than ``lifecycle`` are not counted (empty: all are).

    ``from_`` is the ISO day from which anything is counted, empty for always. ``grace`` is that of contacts
    promised in a profile.
    """

    kinds: tuple[ContactKind, ...] = ()
    tiers: Mapping[str, tuple[Rhythm, ...]] = NOTHING
    lifecycle: tuple[str, ...] = ()
    from_: str = ""
    grace: Span = NO_TIME


def read_cadence(section: Section, known: Known) -> Cadence:
    """The section as a value; what is wrong with it is left out."""
    top = Section(section.file, section.path, ("from", "lifecycle", "grace", "kinds", "tiers"))
    profile = known.types.get(PROFILE)
    grace = _span(top, "grace") or NO_TIME
    kinds = tuple(_kinds(top.inner("kinds"), known, _choices(profile, "care", "kind")))
    lifecycle = top.texts("lifecycle")
    phases = _choices(profile, "lifecycle")
    for at, name in enumerate(lifecycle):
        if phases and name not in phases:
            _unknown(top, ("lifecycle", at), "phase", name, phases)
    listed = top.inner("tiers")
    named = [str(each) for each in top.inner("kinds").value]
    tiers = {name: tuple(_rhythms(listed, name, named, grace, known)) for name in _tiers(listed, profile)}
    return Cadence(kinds, tiers, lifecycle, top.day("from"), grace)


def _choices(profile: RecordType | None, name: str, inner: str = "") -> Mapping[str, Label]:
    found: Field | None = profile.by_name.get(name) if profile else None
    if found is not None and inner:
        found = found.by_name.get(inner)
    return (found.choices if found else None) or {}


def _unknown(section: Section, path: tuple[str | int, ...], key: str, found: str, known: Collection[str]) -> None:
    near = nearest(found, known)
    words = {"found": found, "near": near, "known": ", ".join(known)}
    level = Level.WARNING if key == "role" else Level.ERROR  # the last one with a role may leave: that stops no work
    section.file.report((*section.path, *path), RULE, f"{key}-near" if near else key, words, level=level)


def _span(section: Section, key: str) -> Span | None:
    text = section.text(key)
    found = parse_span(text) if text else None
    if found is not None and found.is_empty and key == "every":
        found = None
    if text and found is None:
        section.complain((key,), "span", RULE, found=text)
    return found


def _kinds(section: Section, known: Known, labels: Mapping[str, Label]) -> Iterator[ContactKind]:
    for name in section.value:
        if labels and name not in labels:
            words = {"found": name, "near": nearest(name, labels), "known": ", ".join(labels)}
            key = "kind-near" if words["near"] else "kind"
            section.file.report((*section.path, name), RULE, key, words, of_key=True)
            continue
        inner = section.inner(name, ("counts",))
        inner.require("counts")
        counts = [
            each for one in inner.sections("counts", ("type", "where", "unless")) for each in _counted(one, known)
        ]
        yield ContactKind(name, labels.get(name) or {"en": name, "zh": name}, tuple(counts))


def _counted(section: Section, known: Known) -> Iterator[Counted]:
    section.require("type")
    name = section.text("type")
    rtype = known.types.get(name)
    if rtype is None:
        if name:
            _unknown(section, ("type",), "type", name, known.types)
        return
    if not rtype.date_field or rtype.scope != "account":
        section.complain(("type",), "no-date", RULE, found=name)
        return
    yield Counted(name, _conditions(section.inner("where"), rtype), _conditions(section.inner("unless"), rtype))


def _conditions(section: Section, rtype: RecordType) -> Mapping[str, tuple[str, ...]]:
    """Field → values, each a choice of that field."""
    found: dict[str, tuple[str, ...]] = {}
    for name in section.value:
        each = rtype.by_name.get(name)
        if each is None or each.kind is not Kind.CHOICE:
            possible = [f.name for f in rtype.fields if f.kind is Kind.CHOICE]
            _unknown(section, (name,), "field", name, possible)
            continue
        values = section.texts(name)
        for value in values:
            if value not in (each.choices or {}):
                _unknown(section, (name,), "value", value, each.choices or {})
        found[name] = values
    return found


def _tiers(section: Section, profile: RecordType | None) -> Iterator[str]:
    known = _choices(profile, "tier")
    for name in section.value:
        if known and name not in known:
            words = {"found": name, "near": nearest(name, known), "known": ", ".join(known)}
            key = "tier-near" if words["near"] else "tier"
            section.file.report((*section.path, name), RULE, key, words, of_key=True)
        else:
            yield name


def _rhythms(section: Section, tier: str, kinds: Collection[str], grace: Span, known: Known) -> Iterator[Rhythm]:
    roles = {person.role for person in known.people.values() if person.role}
    seen: set[str] = set()
    for each in section.sections(tier, ("kind", "every", "grace", "role")):
        each.require("kind", "every")
        kind, every, role = each.text("kind"), _span(each, "every"), each.text("role", OWNER)
        own = _span(each, "grace") if "grace" in each.value else grace
        if kind and kind not in kinds:
            _unknown(each, ("kind",), "no-kind", kind, kinds)
            continue
        if kind in seen:
            each.complain(("kind",), "repeated", found=kind)
            continue
        seen.add(kind)
        near = nearest(role, roles) if role != OWNER and role not in roles else ""
        if near:
            words = {"found": role, "near": near}
            each.file.report((*each.path, "role"), RULE, "role", words, level=Level.WARNING)
        if kind and every is not None:
            yield Rhythm(kind, every, own or NO_TIME, role)
