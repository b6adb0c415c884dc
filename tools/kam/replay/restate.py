"""Compares the figures of a commit with those of today, day by day, and finds what made the difference.

What was is turned into what is in up to three steps: first the records (with their history) of now take the place of
those of then, still read by the settings and definitions of then; then the settings; then the definitions. What a step
moves is its effect, so effects sum to the difference.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from kam.kpi import compute
from kam.kpi.opening import open_tables
from kam.kpi.result import FactRow, Figure, KpiResult
from kam.model.schema import Label
from kam.replay.definitions import SettingsDifference, compare_settings, find_former_names
from kam.replay.facts import by_record, is_same
from kam.replay.past import with_definitions, with_settings
from kam.replay.reasons import Reasons
from kam.replay.restatement import CAUSES, RestatedFigure, RestatedKpi, Restatement
from kam.replay.revision import Revision

if TYPE_CHECKING:
    from kam.git import Repository
    from kam.portfolio import Portfolio
    from kam.tables import Tables

NOTHING = Figure(None, 0)
Place = tuple[date, str, str | None]
"""Day, grouping (empty for the whole) and key of a figure."""


@dataclass(frozen=True, slots=True)
class Question:
    """Which figures to compare: the KPIs named (all, where none is) but those ``without``, on ``as_of`` and other
    ``days``."""

    as_of: date
    days: tuple[date, ...] = ()
    kpis: tuple[str, ...] = ()
    account: str | None = None
    by: str | None = None
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Sides:
    """The two portfolios, and where they stand; ``now`` without a revision is the folder as it is."""

    repository: Repository
    then: Portfolio
    then_revision: Revision
    now: Portfolio
    now_revision: Revision | None = None


def restate(sides: Sides, question: Question) -> Restatement:
    """The figures that are not what they were, each with its causes. Raises GitError where history cannot be read."""
    with ExitStack() as stack:
        return _Comparison(sides, question, stack).run()


@dataclass(frozen=True, slots=True)
class _State:
    """A portfolio on the way from then to now. ``cause`` is what it has from now that the one before has not."""

    cause: str
    portfolio: Portfolio
    tables: Tables
    has_former_ids: bool


class _Comparison:
    def __init__(self, sides: Sides, question: Question, stack: ExitStack) -> None:
        self.sides, self.question, self._stack = sides, question, stack
        roots = [side.settings.root for side in (sides.then, sides.now)]
        self.by_now = roots[0] == roots[1]
        self.settings = SettingsDifference() if self.by_now else compare_settings(roots[0], roots[1])
        self.former = self._former_names()
        self.reasons = Reasons(sides.repository, sides.then, sides.now, sides.then_revision, sides.now_revision)
        self._facts: dict[tuple[int, date, str], dict[str, list[FactRow]]] = {}

    def run(self) -> Restatement:
        """Compare all figures, then look into those that differ."""
        ids = {side: _ids(root) for side, root in (("then", self.sides.then), ("now", self.sides.now))}
        asked = [name for name in self.question.kpis or sorted(ids["now"]) if name not in self.question.without]
        both = [name for name in asked if self.former.get(name, name) in ids["then"]]
        former = set(self.former.values())
        gone = () if self.question.kpis else tuple(sorted(ids["then"] - ids["now"] - former))
        states = [self._state("", self.sides.then, has_former_ids=True)]
        states.append(self._state(CAUSES[-1], self.sides.now, has_former_ids=False))
        then, now = (self._compute(state, both) for state in states)
        changed = [name for name in both if _differ(*_places([then[name], now[name]]))]
        kpis = self._explain(states, changed, then, now) if changed else []
        return Restatement(
            then=self.sides.then_revision,
            now=self.sides.now_revision,
            days=tuple(sorted({*self.question.days, self.question.as_of})),
            kpis=kpis,
            same=tuple(name for name in both if name not in changed),
            added=tuple(name for name in asked if name not in both),
            removed=gone,
            failed={name: result.reason or {} for name, result in now.items() if result.failed},
            records=self.reasons.describe_records(name for kpi in kpis for name in _records_of(kpi)),
            settings=self.reasons.describe_settings(self._relevant_files(kpis)),
            by_definitions_of_now=self.by_now,
        )

    def _explain(
        self, ends: Sequence[_State], names: Sequence[str], then: Mapping[str, KpiResult], now: Mapping[str, KpiResult]
    ) -> list[RestatedKpi]:
        states = [ends[0], *self._between(), ends[1]]
        states = states if self._is_last_needed(states) else [*states[:-2], _as_last(states[-2], ends[1])]
        figures = [then, *(self._compute(state, names) for state in states[1:-1]), now]
        return [self._restated(name, states, [each[name] for each in figures]) for name in names]

    def _restated(self, name: str, states: Sequence[_State], results: Sequence[KpiResult]) -> RestatedKpi:
        by_place = _places(results)
        labels = {**_labels(results[0]), **_labels(results[-1])}
        is_comparable = results[0].unit == results[-1].unit
        found = []
        for place in sorted(by_place[0].keys() | by_place[-1].keys(), key=_order):
            chain = [each.get(place, NOTHING) for each in by_place]
            if not is_same(chain[0], chain[-1]):
                steps = {state.cause: figure for state, figure in zip(states[1:], chain[1:], strict=True)}
                day, grouping, key = place
                label = labels.get((grouping, key), {})
                found.append(RestatedFigure(day, grouping, key, label, chain[0], chain[-1], steps, is_comparable))
        kpi, was = results[-1].kpi, self.former.get(name, "")
        facts = []
        for at, state in enumerate(states[1:], 1):
            days = sorted({each.as_of for each in found if state.cause in each.causes})
            pairs = {
                day: (self._facts_of(states, at - 1, day, name), self._facts_of(states, at, day, name)) for day in days
            }
            facts += self.reasons.compare_facts(state.cause, kpi, pairs)
        own = self.settings.definitions.get(name) or self.settings.definitions.get(was)
        regrouped = self.reasons.find_regrouped(found)
        units = results[-1].unit, results[0].unit
        return RestatedKpi(kpi, units[0], results[0].kpi, units[1], was, found, facts, own, regrouped)

    def _between(self) -> list[_State]:
        """The states between then and now, as far as they differ from what they follow."""
        then, now = self.sides.then, self.sides.now
        found = []
        if not self.reasons.has_same_records():
            if self.settings.others:
                read = self._stack.enter_context(with_settings(now, then.settings))
                found.append(self._state("records", read, has_former_ids=True, cache=False))
            else:
                found.append(self._state("records", self._with_definitions_of_then(), has_former_ids=True))
        if self.settings.others:
            found.append(self._state("settings", self._with_definitions_of_then(), has_former_ids=True))
        return found

    def _with_definitions_of_then(self) -> Portfolio:
        """Today's records and settings with the definitions of then; it shares the open store."""
        found = copy.copy(self.sides.now)
        found.settings = with_definitions(self.sides.now.settings, self.sides.then.settings.root)
        return found

    def _is_last_needed(self, states: Sequence[_State]) -> bool:
        return bool(self.settings.definitions) or len(states) == 2

    def _state(self, cause: str, portfolio: Portfolio, *, has_former_ids: bool, cache: bool = True) -> _State:
        tables = self._stack.enter_context(open_tables(portfolio, self.question.as_of, cache=cache))
        return _State(cause, portfolio, tables, has_former_ids)

    def _compute(self, state: _State, names: Iterable[str]) -> dict[str, KpiResult]:
        question, ids = self.question, {self._id(state, name): name for name in names}
        results = compute(
            state.portfolio, question.as_of, list(ids), account=question.account, by=question.by, days=question.days,
            tables=state.tables,
        )  # fmt: skip
        return {ids[result.id]: result for result in results}

    def _facts_of(self, states: Sequence[_State], at: int, day: date, name: str) -> dict[str, list[FactRow]]:
        """Record, by the name that it has now → its facts on a day."""
        key = (at, day, name)
        if key not in self._facts:
            state = states[at]
            (result,) = compute(
                state.portfolio, day, [self._id(state, name)], account=self.question.account, facts=True,
                tables=state.tables,
            )  # fmt: skip
            self._facts[key] = by_record(result.facts, self.reasons.names)
        return self._facts[key]

    def _id(self, state: _State, name: str) -> str:
        return self.former.get(name, name) if state.has_former_ids else name

    def _former_names(self) -> dict[str, str]:
        sides = self.sides
        if not any(each.kind == "added" for each in self.settings.definitions.values()):
            return {}
        until = sides.now_revision.commit.sha if sides.now_revision else "HEAD"
        found = find_former_names(sides.repository, sides.then_revision.commit.sha, until)
        ids = _ids(sides.then)
        return {now: was for now, was in found.items() if was in ids}

    def _relevant_files(self, kpis: Sequence[RestatedKpi]) -> list[str]:
        """The paths of settings files that a restated figure may follow from."""
        found = [kpi.definition.path for kpi in kpis if kpi.definition and "definition" in kpi.causes]
        if any("definition" in kpi.causes and not kpi.definition for kpi in kpis):
            found += [each.path for each in self.settings.definitions.values()]
        if any("settings" in kpi.causes for kpi in kpis):
            found += [each.path for each in self.settings.others]
        return found


def _as_last(state: _State, last: _State) -> _State:
    """The last state, for the cause of one that does not differ from it."""
    return _State(state.cause, last.portfolio, last.tables, last.has_former_ids)


def _ids(portfolio: Portfolio) -> set[str]:
    from kam.kpi import load_kpis

    return {kpi.id for kpi in load_kpis(Path(portfolio.settings.root))}


def _places(results: Sequence[KpiResult]) -> list[dict[Place, Figure]]:
    """The figures of each result; those of groups only where all of them could be grouped so."""
    is_grouped = all(result.grouping for result in results if not result.failed)
    return [
        {place: figure for place, figure in _figures(result).items() if is_grouped or not place[1]}
        for result in results
    ]  # fmt: skip


def _figures(result: KpiResult) -> dict[Place, Figure]:
    day = result.window.to
    found: dict[Place, Figure] = {(point.as_of, "", None): point.figure for point in result.trend}
    found[day, "", None] = result.figure
    for group in result.by:
        found |= {(point.as_of, result.grouping, group.key): point.figure for point in group.trend}
        found[day, result.grouping, group.key] = group.figure
    return found


def _labels(result: KpiResult) -> dict[tuple[str, str | None], Label]:
    return {(result.grouping, group.key): group.label for group in result.by}


def _differ(then: Mapping[Place, Figure], now: Mapping[Place, Figure]) -> bool:
    return any(not is_same(then.get(at, NOTHING), now.get(at, NOTHING)) for at in then.keys() | now.keys())


def _order(place: Place) -> tuple[bool, str, date]:
    day, grouping, key = place
    return bool(grouping), key or "", day


def _records_of(kpi: RestatedKpi) -> Iterable[str]:
    yield from kpi.regrouped
    for fact in kpi.facts:
        yield from fact.records
