"""A person's objective score: KPIs that the policy names, of that person only and in that period only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from kam.kpi.compute import find_mistakes
from kam.kpi.definition import load_kpis
from kam.kpi.evaluate import Evaluator
from kam.kpi.facts import literal
from kam.kpi.labels import Labels
from kam.kpi.opening import open_tables
from kam.kpi.result import Figure
from kam.model.schema import Label
from kam.people.holdings import Change, Holding, find_changes, find_holdings, owned_spans, profiles_of
from kam.people.quotas import base_quota
from kam.people.scoring import Scale, Score, add_up, make_scale
from kam.settings.appraisal import GROUPINGS, Appraisal, Goal, Scheme

if TYPE_CHECKING:
    from decimal import Decimal

    from kam.kpi import FactRow, Kpi
    from kam.people.period import Period
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
NO_QUOTA: Label = {"en": "people.yml has no quota for the period", "zh": "people.yml 中没有本期的销售指标"}
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
    """Compute all goals of the scheme; a period that is not over yet is looked at up to ``as_of``.

    A record counts for the person it names, and one that names nobody for whoever owned its account on its day: what
    happened before an account was taken over is not held against the new owner.
    """
    settings, day = portfolio.settings, min(period.last, as_of)
    profiles = profiles_of(portfolio)
    known = {kpi.id: kpi for kpi in load_kpis(settings.root)}
    spans = {each.account: found for each in profiles if (found := owned_spans(each, person.id))}
    with open_tables(portfolio, day) as tables:
        quota = base_quota(settings.currencies, person.quotas, period.first, day)
        start = settings.site.fiscal_year_start_month
        asked = [known[name] for name in sorted({goal.kpi for goal in scheme.goals} & known.keys())]
        mistakes = find_mistakes(portfolio, asked, tables)
        scorer = _Scorer(tables, Labels(settings, tables), start, person.id, spans, quota, mistakes)
        parts = tuple(
            scorer.part(goal, known[goal.kpi], period.first, day)
            if goal.kpi in known
            else Part(goal, None, "", Figure(None, 0), "", None, None, MISSING)
            for goal in scheme.goals
        )
    score = add_up(((part.goal.weight, part.points) for part in parts), settings.part(Appraisal).least_weight)
    holding = find_holdings(profiles, settings.types, day).get(person.id, Holding())
    return Scored(
        person, period, day, score, parts, holding, tuple(find_changes(profiles, person.id, period.first, day))
    )


@dataclass(frozen=True)
class _Scorer:
    """Figures of one person; ``spans`` are the days on which they owned accounts, ``quota`` is theirs up to the day.
    ``mistakes`` say why single KPIs must not be computed."""

    tables: Tables
    labels: Labels
    fiscal_start: int
    person: str
    spans: Mapping[str, Sequence[tuple[str, str]]]
    quota: Decimal | None
    mistakes: Mapping[str, Label]

    def part(self, goal: Goal, kpi: Kpi, first: date, day: date) -> Part:
        """What a goal came to in the period that began on ``first``."""
        unit, grouping = self.labels.unit(kpi), grouping_of(goal.by, kpi)
        mistake = self.mistakes.get(kpi.id) or self._find_gap(goal, grouping)
        if mistake:
            return Part(goal, kpi, unit, Figure(None, 0), grouping, None, None, mistake)
        evaluator = Evaluator(self.tables, self.fiscal_start)
        window = kpi.window if kpi.window == NOW else f"{(day - first).days + 1} days"
        own = replace(kpi, sql=self._sql_of_person(kpi, grouping, day), window=window)
        figure = evaluator.answer(own, [day]).figure(day)
        scale = make_scale(goal, self.quota if goal.is_quota else kpi.target.good, kpi.better)
        points = scale.points(figure.value) if scale and figure.value is not None else None
        if points is not None:
            return Part(goal, kpi, unit, figure, grouping, scale, points, {}, evaluator.facts(own, day))
        reason = NO_SCALE if figure.value is not None else figure.reason or NOTHING
        return Part(goal, kpi, unit, figure, grouping, scale, None, reason)

    def _find_gap(self, goal: Goal, grouping: str) -> Label | None:
        if not grouping:
            return NO_GROUPING
        return NO_QUOTA if goal.is_quota and not self.quota else None

    def _sql_of_person(self, kpi: Kpi, grouping: str, day: date) -> str:
        """The KPI's facts that count for the person."""
        at = f'coalesce(CAST(f."at" AS DATE), {literal(day)})'
        owned = " OR ".join(
            f"(f.account = {_text(account)} AND {at} BETWEEN DATE '{begun}' AND DATE '{ended}')"
            for account, spans in self.spans.items()
            for begun, ended in spans
        )
        named, owned = f"f.person = {_text(self.person)}", f"({owned or 'false'})"
        kept = {"person": named, "account_owner": owned, "owner": f"({named} OR (f.person IS NULL AND {owned}))"}
        return f"SELECT f.* FROM (\n{kpi.sql.strip().rstrip(';')}\n) f WHERE {kept[grouping]}"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def grouping_of(asked: str, kpi: Kpi) -> str:
    """Which grouping makes the figure that of one person; empty where the KPI has none, or is a share of all."""
    wanted = (asked,) if asked else GROUPINGS
    return "" if kpi.aggregation == "share" else next((name for name in wanted if name in kpi.groupings), "")


def is_with_us(person: Person, period: Period) -> bool:
    """Whether the person works here on any day of the period."""
    begun = not person.from_ or person.from_ <= period.last.isoformat()
    return begun and (not person.to or person.to >= period.first.isoformat())
