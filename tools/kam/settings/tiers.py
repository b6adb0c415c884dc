"""Section ``tiers`` of ``policy.yml``: what makes a key account, in points, and which tier follows from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from kam.model.schema import NOTHING, Field, Kind, Label, RecordType
from kam.settings.parts import Known
from kam.settings.section import Section, nearest, shown

RULE = "settings-tiers"
ZERO, LEAVE_OUT = "zero", "leave_out"
MISSING = (ZERO, LEAVE_OUT)
"""What a missing value does: it earns no points, or the criterion is left out and the others count for more."""
NUMBERS = (Kind.INTEGER, Kind.NUMBER)
CHOICES = (Kind.CHOICE, Kind.BOOLEAN)
PROFILE = "profile"
FLAGS = ("true", "false")


class Band(NamedTuple):
    """Points for values from ``from_`` (included) to ``below`` (not included); None is without end."""

    from_: Decimal | None
    below: Decimal | None
    points: Decimal


class Criterion(NamedTuple):
    """One thing that earns points: a KPI of the account (in ``window``, else its own) or a field of the profile.

    A number has ``bands``, a choice has ``choices`` (value → points). The most it can earn is ``most`` × ``weight``.
    """

    id: str
    title: Label
    kpi: str = ""
    profile_field: str = ""
    window: str = ""
    bands: tuple[Band, ...] = ()
    choices: Mapping[str, Decimal] = NOTHING
    weight: Decimal = Decimal(1)
    missing: str = ZERO

    @property
    def most(self) -> Decimal:
        """The highest points that a value can have, before the weight."""
        return max([*(band.points for band in self.bands), *self.choices.values()], default=Decimal(0))


class Threshold(NamedTuple):
    """A tier and the score from which it begins."""

    tier: str
    from_: Decimal


class Tiers(NamedTuple):
    """Criteria and thresholds, the highest first. Without criteria no tier follows from anything."""

    criteria: tuple[Criterion, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    out_of: Decimal = Decimal(100)


def read_tiers(section: Section, known: Known) -> Tiers:
    """The section as a value; criteria with a mistake in them are left out."""
    top = Section(section.file, section.path, ("out_of", "thresholds", "criteria"))
    profile = known.types.get(PROFILE)
    out_of = top.number("out_of", least=1, most=1_000_000)
    tiers = Tiers(
        criteria=tuple(_criteria(top, known, profile)),
        thresholds=_thresholds(top.inner("thresholds"), out_of or Decimal(100), profile),
        out_of=out_of or Decimal(100),
    )
    if tiers.criteria and not tiers.thresholds and not top.inner("thresholds").value:
        top.complain((), "no-thresholds", RULE)
    _check_sum(top, tiers)
    return tiers


def _check_sum(top: Section, tiers: Tiers) -> None:
    """Together the criteria must be able to earn exactly what the thresholds are out of."""
    listed = top.value.get("criteria")
    if not tiers.criteria or not isinstance(listed, list) or len(listed) != len(tiers.criteria):
        return
    most = [each.most * each.weight for each in tiers.criteria]
    if sum(most) != tiers.out_of:
        words = {
            "found": plain(sum(most, Decimal(0))),
            "wanted": plain(tiers.out_of),
            "sum": " + ".join(map(plain, most)),
        }
        top.complain(("criteria",), "sum", RULE, **words)


def plain(number: Decimal) -> str:
    """A number without exponent and idle zeros."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _thresholds(section: Section, out_of: Decimal, profile: RecordType | None) -> tuple[Threshold, ...]:
    """The thresholds, the highest first. The tiers' order is that of the profile's choices."""
    field_ = profile.by_name.get("tier") if profile else None
    choices = list(field_.choices or ()) if field_ else []
    found = []
    for tier in section.value:
        if choices and tier not in choices:
            words = {"found": tier, "near": nearest(tier, choices), "known": ", ".join(choices)}
            section.file.report(
                (*section.path, tier), RULE, "tier-near" if words["near"] else "tier", words, of_key=True
            )
            continue
        number = section.number(tier, least=None)
        if number is None:
            continue
        if not 0 <= number < out_of:
            section.complain((tier,), "threshold", RULE, found=plain(number), most=plain(out_of))
            continue
        found.append(Threshold(tier, number))
    found.sort(key=lambda each: choices.index(each.tier) if choices else 0)
    for above, below in pairwise(found):
        if below.from_ >= above.from_:
            words = {"tier": below.tier, "from": plain(below.from_), "above": above.tier, "limit": plain(above.from_)}
            section.complain((below.tier,), "order", RULE, **words)
    return tuple(sorted(found, key=lambda each: -each.from_))


CRITERION_KEYS = ("id", "title", "kpi", "field", "window", "points", "weight", "missing")


def _criteria(top: Section, known: Known, profile: RecordType | None) -> Iterator[Criterion]:
    ids: set[str] = set()
    for section in top.sections("criteria", CRITERION_KEYS):
        before = len(section.file.problems)
        found = _criterion(section, known, profile)
        if found.id in ids:
            section.complain(("id",), "repeated", found=found.id)
        ids.add(found.id)
        if len(section.file.problems) == before:
            yield found


def _criterion(section: Section, known: Known, profile: RecordType | None) -> Criterion:
    kpi, path = section.text("kpi"), section.text("field")
    if bool(kpi) == bool(path):
        section.complain((), "source", RULE)
    section.require("points")
    if kpi and kpi not in known.kpis:
        near = nearest(kpi, known.kpis)
        section.complain(("kpi",), "kpi-near" if near else "kpi", RULE, found=kpi, near=near)
    if path and "window" in section.value:
        section.complain(("window",), "window", RULE)
    found = _find_field(section, path, profile) if path else None
    bands, choices = _points(section, found) if kpi or found else ((), {})
    weight = section.number("weight", least=0)
    return Criterion(
        id=section.text("id") or kpi or path,
        title=section.label("title") if "title" in section.value else dict(found.label) if found else {},
        kpi=kpi,
        profile_field=path,
        window=section.text("window"),
        bands=bands,
        choices=choices,
        weight=Decimal(1) if weight is None else weight,
        missing=section.choice("missing", MISSING, ZERO),
    )


def _find_field(section: Section, path: str, profile: RecordType | None) -> Field | None:
    """The field of the profile at a path with dots (``credit.rating``); one that earns no points is a problem."""
    if profile is None:
        return None
    fields: Mapping[str, Field] = profile.by_name
    known, found = {".".join(names): each for names, each in profile.iter_fields()}, None
    for name in path.split("."):
        found = fields.get(name)
        if found is None:
            break
        fields = {} if found.kind is Kind.LIST else found.by_name
    if found is None:
        near = nearest(path, known)
        section.complain(("field",), "field-near" if near else "field", RULE, found=path, near=near)
    elif found.kind not in (*NUMBERS, *CHOICES):
        section.complain(("field",), "kind", RULE, found=path)
        return None
    return found


def _points(section: Section, found: Field | None) -> tuple[tuple[Band, ...], Mapping[str, Decimal]]:
    """Bands for a number, points by value for a choice."""
    value = section.value.get("points")
    if value is None:
        return (), {}
    is_choice = found is not None and found.kind in CHOICES
    if is_choice != isinstance(value, dict) or not isinstance(value, dict | list) or not value:
        section.complain(("points",), "points-choice" if is_choice else "points-bands", RULE, found=shown(value))
        return (), {}
    if found is not None and is_choice:
        return (), _choice_points(section.inner("points"), found)
    return _bands(section), {}


def _choice_points(section: Section, found: Field) -> Mapping[str, Decimal]:
    known = list(found.choices or FLAGS)
    for name in section.value:
        if name not in known:
            words = {"found": name, "near": nearest(name, known), "field": found.name, "known": ", ".join(known)}
            key = "choice-near" if words["near"] else "choice"
            section.file.report((*section.path, name), RULE, key, words, of_key=True)
    lacking = [name for name in known if name not in section.value]
    if lacking:
        section.complain((), "choices-lacking", RULE, lacking=", ".join(lacking))
    given = {name: section.number(name) for name in section.value if name in known}
    return {name: points for name, points in given.items() if points is not None}


def _bands(section: Section) -> tuple[Band, ...]:
    """The bands from low to high. Between them there may be neither gap nor overlap; the last has no end."""
    bands: list[Band] = []
    for each in section.sections("points", ("from", "below", "points")):
        each.require("points")
        bands.append(
            Band(each.number("from", least=None), each.number("below", least=None), each.number("points") or Decimal(0))
        )
    for at, (lower, upper) in enumerate(pairwise(bands), 1):
        key = _fault(lower, upper)
        if key:
            words = {"end": _edge(lower.below), "start": _edge(upper.from_), "first": _edge(lower.from_)}
            section.complain(("points", at), key, RULE, **words)
            return ()
    if bands and bands[-1].below is not None:
        section.complain(("points", len(bands) - 1, "below"), "open-end", RULE, end=_edge(bands[-1].below))
        return ()
    return _joined(bands)


def _fault(lower: Band, upper: Band) -> str:
    """What is wrong between two neighbours, empty where they fit together."""
    if upper.from_ is None:
        return "no-from"
    if lower.from_ is not None and upper.from_ <= lower.from_:
        return "band-order"
    if lower.below is None or lower.below == upper.from_:
        return ""
    return "gap" if lower.below < upper.from_ else "overlap"


def _joined(bands: Sequence[Band]) -> tuple[Band, ...]:
    """The bands with the ends that follow from the next one's beginning."""
    ends = [band.from_ for band in bands[1:]] + [None]
    return tuple(Band(band.from_, end, band.points) for band, end in zip(bands, ends, strict=True))


def _edge(number: Decimal | None) -> str:
    return "–" if number is None else plain(number)
