"""Our people: what they can do, who acts for them, how much they have to do, and what their teams reached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kam.model.record import Record
from kam.people.holdings import Holding, find_holdings
from kam.people.results import figure_of
from kam.policy.workload import Workload, collect_duties, measure_workload
from kam.settings.appraisal import NOBODY, PeopleResults
from kam.settings.people_labels import PeopleLabels
from kam.site.figures import value_text
from kam.site.page import Page
from kam.site.places import account_page
from kam.site.view import View

if TYPE_CHECKING:
    from kam.kpi import Kpi
    from kam.people.results import ResultLine, Results

PAGE = "people"


def render(view: View) -> Iterator[Page]:
    """The one page ``people``, where the settings name anybody. Reasons of absences are nobody's business.

    What ``results.site`` of ``appraisal.yml`` keeps back is not here; with ``nobody``, neither is how much is open.
    """
    snapshot = view.snapshot
    if not snapshot.settings.people:
        return
    duties = collect_duties(_records(view), snapshot.types, snapshot.as_of)
    found = measure_workload(duties, snapshot.settings.people, snapshot.as_of)
    held = find_holdings(snapshot.profiles.values(), snapshot.types, snapshot.as_of)
    yield view.page(
        PAGE,
        "people.html",
        view.word("our_people"),
        hide=("navigation", "toc"),
        rows=[_row(view, each, held.get(each.person.id, Holding())) for each in found],
        has_work=snapshot.settings.part(PeopleResults).site != NOBODY,
        results=_results(view, snapshot.results) if snapshot.results else None,
    )


def _results(view: View, results: Results) -> dict[str, object]:
    """Heads and cells of the table of results."""
    return {
        "by": results.by,
        "kpis": [(view.label(kpi.title) or kpi.id, f"kpis/{kpi.id}") for kpi, _ in results.kpis],
        "lines": [
            {
                "name": view.label(line.name) or line.key,
                "people": len(line.people),
                "accounts": len(line.holding.accounts),
                "tiers": _kept_together(line.holding),
                "figures": [_figure(view, line, kpi) for kpi, _ in results.kpis],
            }
            for line in results.lines
        ],
    }


def _figure(view: View, line: ResultLine, kpi: Kpi) -> dict[str, object]:
    figure, group = figure_of(line, kpi), line.groups.get(kpi.id)
    digits, unit = value_text(view, kpi, figure.value)
    return {
        "value": f"{digits} {unit}".strip(),
        "n": figure.n if figure.value is not None else 0,
        "status": group.status if group else "none",
        "reason": view.label(figure.reason) if figure.reason else "",
    }


def _records(view: View) -> Iterator[Record]:
    yield from view.snapshot.profiles.values()
    for by_type in view.snapshot.by_account.values():
        for records in by_type.values():
            yield from records


def _row(view: View, each: Workload, holding: Holding) -> dict[str, object]:
    person, as_of, labels = each.person, view.snapshot.as_of, view.snapshot.settings.part(PeopleLabels)
    absence = person.absence(as_of)
    if person.has_left(as_of):
        away = view.word("left_on", day=person.to)
    else:
        away = view.word("away_until", day=absence.to) if absence else ""
    return {
        "name": view.shower.person(person.id),
        "away": away,
        "role": labels.role(person.role, view.lang),
        "team": labels.team(person.team, view.lang),
        "skills": [labels.skill(each, view.lang) for each in person.skills],
        "stand_in": view.shower.person(person.stand_in) if person.stand_in else "",
        "accounts": [(view.shower.account(slug), account_page(slug)) for slug in holding.accounts],
        "tiers": _kept_together(holding),
        "open": each.open,
        "overdue": each.overdue,
        "capacity": person.capacity,
        "load": None if each.load is None else f"{each.load:.1f}",
    }


def _kept_together(holding: Holding) -> str:
    """The tiers so that no line ends between a tier and its number."""
    return holding.mix.replace(" ", "\u00a0").replace("\u00a0·\u00a0", " · ")
