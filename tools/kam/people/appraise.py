"""A person's objective score: KPIs that the policy names, of that person only and in that period only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from kam.kpi import compute, load_kpis
from kam.kpi.result import Figure
from kam.model.schema import Label
from kam.people.holdings import Change, Holding, find_changes, find_holdings, owner_on, profiles_of
from kam.people.period import Period
from kam.people.scoring import Scale, Score, add_up, make_scale
from kam.settings.appraisal import GROUPINGS, Appraisal, Goal, Scheme
from kam.tables import open_tables

if TYPE_CHECKING:
    from kam.kpi import FactRow, Kpi, KpiResult
    from kam.settings.values import Person
    from kam.tables import Tables
    from kam.tables.source import RecordSource

NOW = "now"
"""The window of KPIs that tell of a day: they are taken on the period's last day."""
NO_GROUPING: Label = {
    "en": "the KPI has no figure for one person: add owner or person to its groupings",
    "zh": "该指标没有按人员的数值，请在其 groupings 中加入 owner 或 person",
}
NO_SCALE: Label = {
    "en": "no points follow from it: name a target (and zero) or points in appraisal.yml",
    "zh": "无法换算得分，请在 appraisal.yml 中填写 target（及 zero）或 points",
}
NOTHING: Label = {"en": "nothing of this person in the period", "zh": "该员工本期没有相关记录"}
MISSING: Label = {
    "en": "its file has a mistake (see kam check --settings)",
    "zh": "指标文件有误（详见 kam check --settings）",
}


@dataclass(frozen=True)
class Part:
    """What one goal came to. ``points`` is None where it was left out; ``reason`` then says why. ``grouping`` says
    whose figure it is; ``facts`` are the records behind it."""

    goal: Goal
    kpi: Kpi | None
    unit: str
    figure: Figure
    grouping: str
    scale: Scale | None
    points: Decimal | None
    reason: Label = field(default_factory=dict)
    facts: Sequence[FactRow] = ()

    @property
    def title(self) -> Label:
        """The KPI's title."""
        return self.kpi.title if self.kpi else {"en": self.goal.kpi, "zh": self.goal.kpi}


@dataclass(frozen=True)
class Scored:
    """A person's score in a period as of ``day``, with what it is made of and the accounts it was earned with."""

    person: Person
    period: Period
    day: date
    score: Score
    parts: tuple[Part, ...]
    holding: Holding
    changes: tuple[Change, ...]

    @property
    def counted(self) -> list[Part]:
        """The parts with points."""
        return [part for part in self.parts if part.points is not None]

    @property
    def left_out(self) -> list[Part]:
        """The parts without."""
        return [part for part in self.parts if part.points is None]


def score_person(portfolio: RecordSource, person: Person, scheme: Scheme, period: Period, as_of: date) -> Scored:
    """Compute all goals of the scheme; a period that is not over yet is looked at up to ``as_of``."""
    day = min(period.last, as_of)
    profiles = profiles_of(portfolio)
    kpis = {kpi.id: kpi for kpi in load_kpis(portfolio.root)}
    with open_tables(portfolio, day) as tables:
        results = _compute(portfolio, tables, scheme, kpis, period.first, day)
    owners = {profile.account: owner_on(profile, day) for profile in profiles}
    parts = tuple(_part(goal, kpis.get(goal.kpi), results.get(goal.kpi), person.id, owners) for goal in scheme.goals)
    policy = portfolio.settings.part(Appraisal)
    score = add_up(((part.goal.weight, part.points) for part in parts), policy.least_weight)
    holding = find_holdings(profiles, portfolio.settings.types, day).get(person.id, Holding())
    changes = tuple(find_changes(profiles, person.id, period.first, day))
    return Scored(person, period, day, score, parts, holding, changes)


def grouping_of(goal_by: str, kpi: Kpi) -> str:
    """Which grouping gives the figure of one person; empty where the KPI has none."""
    wanted = (goal_by,) if goal_by else GROUPINGS
    return next((name for name in wanted if name in kpi.groupings), "")


def _compute(
    portfolio: RecordSource, tables: Tables, scheme: Scheme, kpis: Mapping[str, Kpi], first: date, day: date
) -> dict[str, KpiResult]:
    """KPI → result with groups and facts; those of one window and grouping in one pass."""
    wanted: dict[tuple[str, str], list[str]] = defaultdict(list)
    for goal in scheme.goals:
        kpi = kpis.get(goal.kpi)
        grouping = grouping_of(goal.by, kpi) if kpi else ""
        if kpi and grouping:
            window = "" if kpi.window == NOW else f"{(day - first).days + 1} days"
            wanted[window, grouping].append(kpi.id)
    found: dict[str, KpiResult] = {}
    for (window, grouping), ids in wanted.items():
        for each in compute(portfolio, day, sorted(ids), by=grouping, facts=True, window=window, tables=tables):
            found[each.id] = each
    return found


def _part(goal: Goal, kpi: Kpi | None, result: KpiResult | None, person: str, owners: Mapping[str, str]) -> Part:
    if kpi is None or result is None:
        reason = MISSING if kpi is None else NO_GROUPING
        return Part(goal, kpi, "", Figure(None, 0), "", None, None, reason)
    group = next((each for each in result.by if each.key == person), None)
    figure = group.figure if group else Figure(None, 0, reason=result.reason if result.failed else NOTHING)
    target = goal.target if goal.target is not None else (group.target.good if group else result.target.good)
    scale = make_scale(goal, target, kpi.better)
    points = scale.points(figure.value) if scale and figure.value is not None else None
    reason = {} if points is not None else NO_SCALE if figure.value is not None else figure.reason or NOTHING
    facts = [fact for fact in result.facts if _is_of(fact, result.grouping, person, owners)] if group else []
    return Part(goal, kpi, result.unit, figure, result.grouping, scale, points, reason, facts)


def _is_of(fact: FactRow, grouping: str, person: str, owners: Mapping[str, str]) -> bool:
    """Whether a fact counts for the person under a grouping."""
    owner = owners.get(fact.account or "", "")
    if grouping == "account_owner":
        return owner == person
    return (fact.person or (owner if grouping == "owner" else "")) == person


def is_with_us(person: Person, period: Period) -> bool:
    """Whether the person works here on any day of the period."""
    begun = not person.from_ or person.from_ <= period.last.isoformat()
    return begun and (not person.to or person.to >= period.first.isoformat())
