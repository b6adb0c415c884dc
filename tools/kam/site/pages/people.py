"""Our people: what they can do, who acts for them, and how much they have to do."""

from __future__ import annotations

from collections.abc import Iterator

from kam.model.record import Record
from kam.policy.workload import Workload, collect_duties, measure_workload
from kam.site.page import Page
from kam.site.places import account_page
from kam.site.view import View

PAGE = "people"


def render(view: View) -> Iterator[Page]:
    """The one page ``people``, where the settings name anybody. Reasons of absences are nobody's business."""
    snapshot = view.snapshot
    if not snapshot.settings.people:
        return
    duties = collect_duties(_records(view), snapshot.types, snapshot.as_of)
    found = measure_workload(duties, snapshot.settings.people, snapshot.as_of)
    yield view.page(
        PAGE,
        "people.html",
        view.word("our_people"),
        hide=("navigation", "toc"),
        rows=[_row(view, each) for each in found],
    )


def _records(view: View) -> Iterator[Record]:
    yield from view.snapshot.profiles.values()
    for by_type in view.snapshot.by_account.values():
        for records in by_type.values():
            yield from records


def _row(view: View, each: Workload) -> dict[str, object]:
    person, as_of = each.person, view.snapshot.as_of
    absence = person.absence(as_of)
    if person.has_left(as_of):
        away = view.word("left_on", day=person.to)
    else:
        away = view.word("away_until", day=absence.to) if absence else ""
    return {
        "name": view.shower.person(person.id),
        "away": away,
        "role": person.role,
        "team": person.team,
        "skills": person.skills,
        "stand_in": view.shower.person(person.stand_in) if person.stand_in else "",
        "accounts": [(view.shower.account(slug), account_page(slug)) for slug in each.accounts],
        "open": each.open,
        "overdue": each.overdue,
        "capacity": person.capacity,
        "load": None if each.load is None else f"{each.load:.1f}",
    }
