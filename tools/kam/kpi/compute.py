"""Computes KPIs: facts first, then every figure from the same facts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from kam.kpi.check import check_kpi
from kam.kpi.definition import Kpi, load_kpis, read_kpis
from kam.kpi.evaluate import Answer, Evaluator
from kam.kpi.grouping import ACCOUNTS, keep_account_traits
from kam.kpi.labels import Labels
from kam.kpi.opening import open_tables
from kam.kpi.refusals import find_refusals, recall_refusals
from kam.kpi.result import FactRow, Group, KpiResult, Point, judge
from kam.kpi.standing import sort_by_effort
from kam.kpi.trial_records import TrialRecords
from kam.kpi.window import month_ends, window_on
from kam.model.problem import Level, Problem
from kam.model.schema import Label
from kam.model.texts import render_message
from kam.portfolio.workers import without_collector
from kam.tables import Tables, TablesError

if TYPE_CHECKING:
    from kam.settings import Settings
    from kam.tables.source import RecordSource


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to compute beside the figure itself; see ``compute``. ``days`` are those of the trend."""

    as_of: date
    account: str | None = None
    by: str | None = None
    days: tuple[date, ...] = ()
    facts: bool = False

    @property
    def all_days(self) -> list[date]:
        """Every day that a figure is wanted of."""
        return sorted({*self.days, self.as_of})


def compute(
    portfolio: RecordSource,
    as_of: date,
    kpis: Iterable[str] | None = None,
    *,
    account: str | None = None,
    by: str | None = None,
    trend: int = 0,
    days: Iterable[date] | None = None,
    facts: bool = False,
    window: str = "",
    tables: Tables | None = None,
) -> list[KpiResult]:
    """Figures of the KPIs named (all, where none is), for the portfolio or one account, as of a day.

    ``by`` adds a figure for each group, computed anew from the group's facts; a KPI without that grouping gets none.
    ``trend`` adds the same figure at that many points: ends of months, the last one on the day itself; ``days`` gives
    the days of the points instead. With both groups and a trend, each group has its trend, and a group of earlier days
    that has no facts any more is there without a value. A count is 0 for an account that is there on the day and has
    no facts, and so for every group of accounts.
    ``facts`` lists the contributing records. ``window`` takes the place of the KPIs' own windows. An unknown KPI
    raises KeyError with its id. A KPI that ``kam check --settings`` refuses has failed, with what is wrong as the
    reason; where the file cannot even be read as a KPI, it is unknown.
    """
    chosen = choose_kpis(portfolio.settings, kpis, window)
    points = month_ends(as_of, trend) if trend else ()
    wanted = Wanted(as_of, account, by, tuple(sorted(set(points if days is None else days))), facts)
    if tables is not None:
        return _compute_all(portfolio, tables, chosen, wanted)
    with open_tables(portfolio, as_of) as opened:
        return _compute_all(portfolio, opened, chosen, wanted)


_met: dict[Path, dict[str, Label]] = {}
"""What ``find_mistakes`` found last, by folder."""


def choose_kpis(settings: Settings, kpis: Iterable[str] | None, window: str = "") -> list[Kpi]:
    """The KPIs named, or all; raises KeyError for one that there is not."""
    known = {kpi.id: kpi for kpi in load_kpis(settings.root)}
    chosen = [known[name] for name in (sorted(known) if kpis is None else kpis)]
    return [replace(kpi, window=window) for kpi in chosen] if window else chosen


def find_mistakes(portfolio: RecordSource, kpis: Iterable[Kpi], tables: Tables) -> dict[str, Label]:
    """KPI → what is wrong with its definition, with its place and what to do, where it must not be computed: all that
    ``kam check --settings`` refuses."""
    settings, names = portfolio.settings, {kpi.id for kpi in kpis}
    is_trial = isinstance(portfolio, TrialRecords)  # what is tried asks for KPIs itself, and does not wait for its end
    tried = {} if is_trial else recall_refusals(settings)
    wrong = {name: problem for name, problem in tried.items() if problem is not None and name in names}
    unchecked = names - tried.keys()
    if unchecked:
        wrong |= _check(settings, unchecked, tables)
    if not is_trial and unchecked - wrong.keys():
        wrong |= find_refusals(settings, unchecked - wrong.keys())
    told = {name: _told(problem) for name, problem in wrong.items()}
    if is_trial:
        return told
    met = _met.setdefault(settings.root, {})
    for name in names:
        met.pop(name, None)
    met |= told
    return told


def list_mistakes(settings: Settings) -> Mapping[str, Label]:
    """The KPIs that this run was asked for and did not compute, with what is wrong with their definitions, be it for
    figures that were made from them."""
    return _met.get(settings.root, {})


def _check(settings: Settings, names: Collection[str], tables: Tables) -> dict[str, Problem]:
    found = {}
    for kpi, file in read_kpis(settings.root):
        problems = check_kpi(kpi, file, tables) if kpi.id in names else []
        errors = [each for each in problems if each.level is Level.ERROR]
        if errors:
            found[kpi.id] = errors[0]
    return found


def _told(problem: Problem) -> Label:
    place = f"{problem.path}:{problem.line}:{problem.column}"
    (en, remedy), (zh, way) = (render_message(problem, lang) for lang in ("en", "zh"))
    return {"en": f"{place}: {en}. {remedy}".rstrip(), "zh": f"{place}：{zh}。{way}"}


def _compute_all(portfolio: RecordSource, tables: Tables, kpis: Sequence[Kpi], wanted: Wanted) -> list[KpiResult]:
    settings = portfolio.settings
    fiscal_start = settings.site.fiscal_year_start_month
    asked = _Asked(Evaluator(tables, fiscal_start, wanted.account), Labels(settings, tables), wanted)
    mistakes = find_mistakes(portfolio, kpis, tables)
    with without_collector():
        failed = [asked.failed(kpi, mistakes[kpi.id]) for kpi in kpis if kpi.id in mistakes]
        sound = sort_by_effort({kpi.id: kpi for kpi in kpis if kpi.id not in mistakes}.values(), tables)
        found = {answer.kpi.id: asked.result(answer) for answer in chain(failed, asked.answers(sound))}
        return [found[kpi.id] for kpi in kpis]


@dataclass
class _Asked:
    """Makes results of what the tables answer."""

    evaluator: Evaluator
    labels: Labels
    wanted: Wanted

    def answers(self, kpis: Sequence[Kpi]) -> Iterator[Answer]:
        """What the tables answer, KPI by KPI."""
        return self.evaluator.answers([(kpi, self._grouping(kpi)) for kpi in kpis], self.wanted.all_days)

    def failed(self, kpi: Kpi, mistake: Label) -> Answer:
        """The answer of a KPI that must not be computed."""
        return Answer(kpi, failures=dict.fromkeys(self.wanted.all_days, mistake))

    def result(self, answer: Answer) -> KpiResult:
        """Everything that is wanted of a KPI."""
        kpi, wanted, day = answer.kpi, self.wanted, self.wanted.as_of
        window = window_on(kpi.window, day, self.evaluator.fiscal_start)
        unit, target = self.labels.unit(kpi), kpi.target_for(self._tier(kpi, wanted.account))
        grouping = self._grouping(kpi)
        rows = self._facts(answer) if wanted.facts else []
        trend = [Point(each, answer.figure(each)) for each in wanted.days]
        if day in answer.failures:
            return KpiResult(kpi, unit, window, answer.figure(day), target, "none", trend=trend, failed=True)
        figure, status = judge(answer.figure(day), target, kpi.better)
        groups = [self._group(answer, grouping, key) for key in answer.list_keys()] if grouping else []
        asked = wanted.by or ""
        return KpiResult(kpi, unit, window, figure, target, status, grouping, groups, trend, rows, asked_by=asked)

    def _grouping(self, kpi: Kpi) -> str:
        return self.wanted.by or "" if self.wanted.by in kpi.groupings else ""

    def _facts(self, answer: Answer) -> list[FactRow]:
        day = self.wanted.as_of
        if day in answer.failures:
            return []
        try:
            return self.evaluator.facts(answer.kpi, day)
        except TablesError as error:
            answer.failures[day] = error.words
            return []

    def _group(self, answer: Answer, grouping: str, key: str | None) -> Group:
        kpi, wanted = answer.kpi, self.wanted
        target = kpi.target_for(key if grouping == "tier" else self._tier(kpi, key if grouping == "account" else None))
        figure, status = judge(answer.of_group(wanted.as_of, key), target, kpi.better)
        trend = [Point(day, answer.of_group(day, key)) for day in wanted.days]
        return Group(key, self.labels.of(grouping, key), figure, target, status, trend)

    def _tier(self, kpi: Kpi, account: str | None) -> str | None:
        return self._tiers.get(account) if account and kpi.tier_targets else None

    @cached_property
    def _tiers(self) -> Mapping[str, str | None]:
        tables, day = self.evaluator.tables, self.wanted.as_of
        keep_account_traits(tables, [day])
        return dict(tables.read(f"SELECT account, tier FROM {ACCOUNTS} WHERE kpi_day = $day", {"day": day}))
