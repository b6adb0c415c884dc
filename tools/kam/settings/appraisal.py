"""``appraisal.yml``: from which KPIs a person's objective score is made, whose results are shown, and teams' quotas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from kam.model.problem import Level
from kam.settings.parts import Known
from kam.settings.read_values import read_quota
from kam.settings.section import Section, nearest
from kam.settings.values import Quota

FILE = "appraisal.yml"
RULE = "settings-appraisal"
QUARTER, HALF_YEAR, YEAR = "quarter", "half-year", "year"
PERIODS = (QUARTER, HALF_YEAR, YEAR)
NOBODY, TEAMS, PEOPLE = "nobody", "teams", "people"
AUDIENCES = (NOBODY, TEAMS, PEOPLE)
"""Whose results the site shows: none, those of teams, those of every person."""
GROUPINGS = ("owner", "person", "account_owner")
"""What makes a KPI's figure that of one person, the first that the KPI has where the policy names none: the person of
the fact, else the account's owner; the person of the fact; the account's owner."""
QUOTA = "quota"
"""As a target: what the person is to sell in the period, by people.yml."""
KEYS = ("kpi", "weight", "target", "zero", "by", "points")


@dataclass(frozen=True)
class Step:
    """So many points (0 to 100) from this value on."""

    from_: Decimal
    points: Decimal


@dataclass(frozen=True)
class Goal:
    """A KPI that counts in the score.

    Without ``steps`` points grow evenly from ``zero`` (0 points) to ``target`` (100); a target left out is the KPI's
    own, a zero left out is 0, or twice the target where lower is better. With ``is_quota`` the target is the person's
    quota of the period. ``by`` is one of ``GROUPINGS`` or empty.
    """

    kpi: str
    weight: Decimal = Decimal(1)
    target: Decimal | None = None
    zero: Decimal | None = None
    by: str = ""
    steps: tuple[Step, ...] = ()
    is_quota: bool = False


@dataclass(frozen=True)
class Scheme:
    """What people in these roles are scored by; without roles everybody for whom there is no other."""

    roles: tuple[str, ...] = ()
    goals: tuple[Goal, ...] = ()


@dataclass(frozen=True)
class Appraisal:
    """``period`` is the usual one. There is no score where KPIs with less than ``least_weight`` percent of the weight
    have a value."""

    period: str = HALF_YEAR
    least_weight: Decimal = Decimal(0)
    schemes: tuple[Scheme, ...] = ()

    def scheme_for(self, role: str) -> Scheme | None:
        """The scheme of a role, else the one without roles."""
        own = next((each for each in self.schemes if role and role in each.roles), None)
        return own or next((each for each in self.schemes if not each.roles), None)


@dataclass(frozen=True)
class PeopleResults:
    """Which KPIs stand for the results of people and teams. ``site`` is one of ``AUDIENCES``; a team's
    figure that fewer than ``least_team`` people have is not shown there, as it would be that of a person."""

    kpis: tuple[str, ...] = ()
    site: str = TEAMS
    least_team: int = 3


@dataclass(frozen=True)
class TeamQuotas:
    """What teams are to sell as such, by name of the team; it stands beside the sum of what is demanded of people."""

    teams: Mapping[str, tuple[Quota, ...]] = field(default_factory=dict)


def read_appraisal(section: Section, known: Known) -> Appraisal:
    """Section ``appraisal``; goals with a mistake in them are left out."""
    top = Section(section.file, section.path, ("period", "least_weight", "schemes"))
    return Appraisal(
        period=top.choice("period", PERIODS, HALF_YEAR),
        least_weight=top.number("least_weight", most=100) or Decimal(0),
        schemes=tuple(_schemes(top, known)),
    )


def read_people_results(section: Section, known: Known) -> PeopleResults:
    """Section ``results``; every KPI must have a file."""
    top = Section(section.file, section.path, ("kpis", "site", "least_team"))
    kpis = top.texts("kpis")
    for at, name in enumerate(kpis):
        if name not in known.kpis:
            _unknown_kpi(top, ("kpis", at), name, known)
    return PeopleResults(
        kpis=tuple(name for name in kpis if name in known.kpis),
        site=top.choice("site", AUDIENCES, TEAMS),
        least_team=top.whole("least_team", 3, least=2, most=1000),
    )


def read_team_quotas(section: Section, known: Known) -> TeamQuotas:
    """Section ``team_quotas``; a team that nobody is in is a warning: somebody may be hired for it."""
    teams = {person.team for person in known.people.values() if person.team}
    found: dict[str, tuple[Quota, ...]] = {}
    for name in section.value:
        near = nearest(name, teams) if name not in teams else ""
        if near:
            words = {"found": name, "near": near}
            section.file.report((*section.path, name), RULE, "team", words, level=Level.WARNING, of_key=True)
        entries = section.sections(name, ("from", "to", "amount", "currency"))
        found[name] = tuple(read_quota(each) for each in entries)
    return TeamQuotas(found)


def _unknown_kpi(section: Section, path: tuple[str | int, ...], name: str, known: Known) -> None:
    near = nearest(name, known.kpis)
    section.complain(path, "kpi-near" if near else "kpi", RULE, found=name, near=near)


def _schemes(top: Section, known: Known) -> Iterator[Scheme]:
    roles = {person.role for person in known.people.values() if person.role}
    taken: set[str] = set()
    for each in top.sections("schemes", ("roles", "goals")):
        named = each.texts("roles")
        for at, role in enumerate(named):
            near = nearest(role, roles) if role not in roles else ""
            if near:
                path = (*each.path, "roles", at)
                each.file.report(path, RULE, "role", {"found": role, "near": near}, level=Level.WARNING)
        repeated = taken & set(named or ("",))
        if repeated:
            role = min(repeated)
            each.complain(("roles",) if role else (), "repeated-role" if role else "repeated-rest", RULE, found=role)
        taken |= set(named or ("",))
        if not each.value.get("goals"):
            each.complain((), "no-goals", RULE)
        yield Scheme(named, tuple(_goals(each, known)))


def _goals(scheme: Section, known: Known) -> Iterator[Goal]:
    seen: set[str] = set()
    for each in scheme.sections("goals", KEYS):
        before = len(each.file.problems)
        each.require("kpi")
        name = each.text("kpi")
        if name and name not in known.kpis:
            _unknown_kpi(each, ("kpi",), name, known)
        elif name in seen:
            each.complain(("kpi",), "repeated", RULE, found=name)
        seen.add(name)
        goal = _goal(each, name)
        if len(each.file.problems) == before:
            yield goal


def _goal(each: Section, name: str) -> Goal:
    weight = each.number("weight", least=0)
    is_quota = each.value.get("target") == QUOTA
    target, zero = None if is_quota else each.number("target", least=None), each.number("zero", least=None)
    if weight == 0:
        each.complain(("weight",), "no-weight", RULE)
    if target is not None and target == zero:
        each.complain(("zero",), "zero", RULE, found=str(zero))
    if "points" in each.value and zero is not None:
        each.complain(("zero",), "zero-and-points", RULE)
    return Goal(
        kpi=name,
        weight=Decimal(1) if weight is None else weight,
        target=target,
        zero=zero,
        by=each.choice("by", GROUPINGS),
        steps=_steps(each),
        is_quota=is_quota,
    )


def _steps(each: Section) -> tuple[Step, ...]:
    """The steps from low to high, each from a higher value on than the one before."""
    found = []
    for at, one in enumerate(each.sections("points", ("from", "points"))):
        one.require("from", "points")
        from_, points = one.number("from", least=None), one.number("points", most=100)
        if from_ is not None and points is not None:
            found.append((at, Step(from_, points)))
    for (_, lower), (at, upper) in pairwise(found):
        if upper.from_ <= lower.from_:
            each.complain(("points", at, "from"), "order", RULE, found=str(upper.from_), before=str(lower.from_))
    return tuple(step for _, step in found)
