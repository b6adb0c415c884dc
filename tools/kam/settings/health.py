"""``attention.yml``, section ``health``: what makes an account's health score, and from which score it is in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from kam.model.schema import Field, Kind, Label, RecordType
from kam.settings.parts import Known
from kam.settings.section import Section, shown

FILE = "attention.yml"
RULE = "settings-attention"
PROFILE = "profile"
FULL = Decimal(100)
PART_KEYS = ("id", "title", "kpi", "field", "weight", "points", "low", "high")
MARK_KEYS = ("from", "at", "points")


@dataclass(frozen=True)
class Mark:
    """A value and the points, 0 to 100, that belong to it."""

    value: Decimal
    points: Decimal


@dataclass(frozen=True)
class HealthPart:
    """One part of the score: a KPI by account, or a field of the profile with choices.

    A KPI's ``marks`` rise by value. With ``is_linear`` points in between are on the line from mark to mark; otherwise
    each mark's points hold up to the next one. ``low`` and ``high`` say in words what pulls the score down or holds it
    up; ``{value}`` in them is the value with its unit.
    """

    id: str
    title: Label
    kpi: str = ""
    profile_field: str = ""
    weight: Decimal = Decimal(1)
    marks: tuple[Mark, ...] = ()
    is_linear: bool = True
    choices: Mapping[str, Decimal] = field(default_factory=dict)
    low: Label = field(default_factory=dict)
    high: Label = field(default_factory=dict)


@dataclass(frozen=True)
class Health:
    """The parts, and the scores from which an account is well (``good``) or to be watched. Without parts there is no
    score."""

    parts: tuple[HealthPart, ...] = ()
    good: Decimal = Decimal(75)
    watch: Decimal = Decimal(50)


def read_health(section: Section, known: Known) -> Health:
    """The section as a value; parts with a mistake in them are left out."""
    top = Section(section.file, section.path, ("good", "watch", "parts"))
    good, watch = top.number("good", most=100), top.number("watch", most=100)
    found = Health(
        tuple(_parts(top, known)),
        Health.good if good is None else good,
        Health.watch if watch is None else watch,
    )
    if found.watch > found.good:
        top.complain(("watch",), "bands", RULE, good=str(found.good), watch=str(found.watch))
    return found


def _parts(top: Section, known: Known) -> Iterator[HealthPart]:
    ids: set[str] = set()
    for section in top.sections("parts", PART_KEYS):
        before = len(section.file.problems)
        found = _part(section, known)
        if found.id in ids:
            section.complain(("id",), "repeated", found=found.id)
        ids.add(found.id)
        if len(section.file.problems) == before:
            yield found


def _part(section: Section, known: Known) -> HealthPart:
    section.require("points", "weight")
    fields = _choice_fields(known.types.get(PROFILE))
    kpi, name = section.choice("kpi", known.kpis), section.choice("field", fields)
    if ("kpi" in section.value) == ("field" in section.value):
        section.complain((), "source", RULE)
    marks, is_linear = _marks(section) if kpi else ((), True)
    return HealthPart(
        id=section.text("id") or kpi or name,
        title=section.label("title"),
        kpi=kpi,
        profile_field=name,
        weight=section.number("weight", least=0) or Decimal(0),
        marks=marks,
        is_linear=is_linear,
        choices=_choices(section, fields[name]) if name else {},
        low=_said(section, "low"),
        high=_said(section, "high"),
    )


def _said(section: Section, key: str) -> Label:
    """A text of a part, whose only gap is the value."""
    found = section.label(key) if key in section.value else {}
    for lang, text in found.items():
        try:
            text.format(value="")
        except (KeyError, IndexError, ValueError):
            section.complain((key, lang), "gap", RULE, found=shown(text))
            return {}
    return found


def _choice_fields(profile: RecordType | None) -> dict[str, Field]:
    return {each.name: each for each in (profile.fields if profile else ()) if each.kind is Kind.CHOICE}


def _choices(section: Section, of: Field) -> Mapping[str, Decimal]:
    points = Section(section.file, (*section.path, "points"), tuple(of.choices or ()))
    found = {name: points.number(name, most=100) for name in points.value if name in (of.choices or ())}
    return {name: value for name, value in found.items() if value is not None}


def _marks(section: Section) -> tuple[tuple[Mark, ...], bool]:
    """The marks by value, and whether points lie on lines between them."""
    found: list[Mark] = []
    keys = set()
    for each in section.sections("points", MARK_KEYS):
        each.require("points")
        here = [key for key in MARK_KEYS[:2] if key in each.value]
        keys.update(here)
        value = each.number(here[0], least=None) if here else None
        points = each.number("points", most=100)
        if not here:
            each.complain((), "mark", RULE)
        elif value is not None and points is not None:
            found.append(Mark(value, points))
    if len(keys) > 1:
        section.complain(("points",), "mixed", RULE)
    at = next((at for at, (a, b) in enumerate(pairwise(found), 1) if a.value >= b.value), 0)
    if at:
        section.complain(("points", at), "order", RULE, found=str(found[at].value), above=str(found[at - 1].value))
    if keys == {"at"} and len(found) == 1:
        section.complain(("points",), "one-mark", RULE)
    return tuple(found), keys != {"from"}
