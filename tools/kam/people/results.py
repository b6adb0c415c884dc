"""Results of people and teams: the KPIs that the policy names, beside the accounts they were reached with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from kam.kpi import compute, load_kpis
from kam.kpi.result import Figure
from kam.model.schema import Label
from kam.people.holdings import Holding, find_holdings, join_holdings, profiles_of
from kam.settings.appraisal import GROUPINGS, NOBODY, TEAMS, PeopleResults
from kam.settings.dialect import LANGUAGES
from kam.settings.people_labels import PeopleLabels

if TYPE_CHECKING:
    from kam.kpi import Group, Kpi, KpiResult
    from kam.settings import Settings
    from kam.settings.values import Person
    from kam.tables import Tables
    from kam.tables.source import RecordSource

PERSON, TEAM = "person", "team"
FEW: Label = {
    "en": "not shown: too few people have this figure, or would be left when it is taken from the total",
    "zh": "不显示：有此数据的人数太少，或从总数中减去后所剩人数太少",
}


@dataclass(frozen=True)
class ResultLine:
    """A person or team with what they own and, by KPI, figure and status against the target.

    A KPI that has no figure for them is not in ``groups``. ``people`` are the ids of those in it who are with us.
    """

    key: str
    name: Label
    people: tuple[str, ...]
    holding: Holding
    groups: Mapping[str, Group]


@dataclass(frozen=True)
class Results:
    """The lines in the order of the people file; ``kpis`` are those of which at least one line has a figure, with
    their units, in the order of the policy."""

    by: str
    lines: tuple[ResultLine, ...] = ()
    kpis: tuple[tuple[Kpi, str], ...] = ()


def measure_results(
    portfolio: RecordSource,
    as_of: date,
    by: str,
    *,
    tables: Tables | None = None,
    seen: Callable[[KpiResult], KpiResult] | None = None,
) -> Results:
    """The results of everybody who owns accounts or has a figure, or of every team. ``seen`` leaves out of each KPI
    (with its facts) what may not be seen."""
    settings = portfolio.settings
    known = {kpi.id: kpi for kpi in load_kpis(settings.root)}
    wanted = [known[name] for name in settings.part(PeopleResults).kpis if name in known]
    computed = _compute(portfolio, as_of, by, wanted, tables, seen)
    held = find_holdings(profiles_of(portfolio), settings.types, as_of)
    parts: dict[str, dict[str, Group]] = defaultdict(dict)
    for name, result in computed.items():
        for group in result.by:
            parts[group.key or ""][name] = group
    lines = [
        ResultLine(key, name, people, join_holdings(held.get(each, Holding()) for each in people), parts.get(key, {}))
        for key, name, people in _who(settings, by, as_of)
    ]
    kept = tuple(each for each in lines if each.holding.accounts or each.groups)
    return Results(by, kept, _with_figures(wanted, computed, kept))


def _compute(
    portfolio: RecordSource,
    as_of: date,
    by: str,
    kpis: Iterable[Kpi],
    tables: Tables | None,
    seen: Callable[[KpiResult], KpiResult] | None,
) -> dict[str, KpiResult]:
    """KPI → its figures by person or team; those of one grouping in one pass."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for kpi in kpis:
        names = (TEAM,) if by == TEAM else GROUPINGS
        grouping = next((name for name in names if name in kpi.groupings), "")
        if grouping:
            wanted[grouping].append(kpi.id)
    return {
        each.id: seen(each) if seen else each
        for grouping, ids in wanted.items()
        for each in compute(portfolio, as_of, ids, by=grouping, facts=seen is not None, tables=tables)
    }


def _who(settings: Settings, by: str, as_of: date) -> list[tuple[str, Label, tuple[str, ...]]]:
    """Key, name and people with us of each line."""
    people = [person for person in settings.people.values() if is_with_us(person, as_of)]
    if by == PERSON:
        return [(person.id, person.names, (person.id,)) for person in people]
    teams: dict[str, list[str]] = {}
    for person in people:
        if person.team:
            teams.setdefault(person.team, []).append(person.id)
    labels = settings.part(PeopleLabels)
    return [
        (team, {lang: labels.team(team, lang) for lang in LANGUAGES}, tuple(members)) for team, members in teams.items()
    ]


def is_with_us(person: Person, on: date) -> bool:
    """Whether the person works here on that day."""
    return (not person.from_ or person.from_ <= on.isoformat()) and not person.has_left(on)


def _with_figures(
    wanted: Iterable[Kpi], computed: Mapping[str, KpiResult], lines: Iterable[ResultLine]
) -> tuple[tuple[Kpi, str], ...]:
    listed = list(lines)
    return tuple(
        (kpi, computed[kpi.id].unit)
        for kpi in wanted
        if any(line.groups[kpi.id].figure.value is not None for line in listed if kpi.id in line.groups)
    )


def figure_of(line: ResultLine, kpi: Kpi) -> Figure:
    """The line's figure of a KPI, without value where it has none."""
    group = line.groups.get(kpi.id)
    return group.figure if group else Figure(None, 0)


def results_for_site(
    portfolio: RecordSource, as_of: date, tables: Tables, seen: Callable[[KpiResult], KpiResult]
) -> Results | None:
    """What readers of the site may see; None where that is nothing.

    A team's figure is shown where at least ``least_team`` people have one. What is left of the total, all teams less
    those shown, must be that of as many too, or of nobody: so the next smallest teams are left out with it.
    """
    policy = portfolio.settings.part(PeopleResults)
    if policy.site == NOBODY or not policy.kpis:
        return None
    results = measure_results(portfolio, as_of, TEAM if policy.site == TEAMS else PERSON, tables=tables, seen=seen)
    if results.by == TEAM:
        behind = _people_behind(portfolio, as_of, [kpi for kpi, _ in results.kpis], tables)
        results = _without_few(results, behind, policy.least_team)
    return results if results.lines else None


def _people_behind(
    portfolio: RecordSource, as_of: date, kpis: Iterable[Kpi], tables: Tables
) -> dict[str, dict[str, int]]:
    """KPI → team (empty: none) → how many people have a figure in it. A KPI that tells of no person is not in it."""
    known, found = portfolio.settings.people, dict[str, dict[str, int]]()
    for name, result in _compute(portfolio, as_of, PERSON, kpis, tables, None).items():
        teams: dict[str, int] = defaultdict(int)
        for group in result.by:
            if group.key and group.figure.n:
                teams[known[group.key].team if group.key in known else ""] += 1
        found[name] = dict(teams)
    return found


def _without_few(results: Results, behind: Mapping[str, Mapping[str, int]], least: int) -> Results:
    lines = list(results.lines)
    for kpi, _ in results.kpis:
        teams = behind.get(kpi.id) or {line.key: len(line.people) for line in lines if kpi.id in line.groups}
        hidden = _too_few(teams, least)
        lines = [_hide(line, kpi.id) if line.key in hidden else line for line in lines]
    kept = tuple(line for line in lines if any(each.figure.value is not None for each in line.groups.values()))
    shown = tuple(each for each in results.kpis if _has_any(kept, each[0].id))
    return replace(results, lines=kept, kpis=shown)


def _too_few(teams: Mapping[str, int], least: int) -> set[str]:
    """The teams to leave out: the few, and the smallest of the others until nobody's figure is the remainder."""
    hidden = {team for team, people in teams.items() if not team or people < least}
    rest = sorted((people, team) for team, people in teams.items() if team not in hidden)
    while rest and 0 < sum(teams[team] for team in hidden) < least:
        hidden.add(rest.pop(0)[1])
    return hidden


def _hide(line: ResultLine, kpi: str) -> ResultLine:
    if kpi not in line.groups:
        return line
    group = replace(line.groups[kpi], figure=Figure(None, 0, reason=FEW), status="none", trend=[])
    return replace(line, groups={**line.groups, kpi: group})


def _has_any(lines: Collection[ResultLine], kpi: str) -> bool:
    return any(line.groups[kpi].figure.value is not None for line in lines if kpi in line.groups)
