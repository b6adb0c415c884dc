"""What is due, for whom: one table that everybody filters by their own name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from kam.site.due_lists import SEPARATOR, STATES, DueLine, count_states, due_lines
from kam.site.page import Page
from kam.site.view import View

PAGE = "due"
AHEAD = timedelta(days=60)
MOST = 2000
"""So many lines a page bears; the longest overdue and the nearest come first."""


def render(view: View) -> Iterator[Page]:
    """The one page ``due``: what is overdue, what is due in the next two months, and what has no day."""
    last = (view.snapshot.as_of + AHEAD).isoformat()
    near = [item for item in view.snapshot.due if item.due and item.due <= last]
    undated = [item for item in view.snapshot.due if not item.due]
    shown = [*near, *undated][:MOST]
    lines = due_lines(view, shown, PAGE)
    yield view.page(
        PAGE,
        "due.html",
        view.word("due_title"),
        hide=("navigation", "toc"),
        lines=lines,
        left_out=len(near) + len(undated) - len(shown),
        last=last,
        people=_people(view, lines),
        accounts=sorted({line.account for line in lines}),
        kinds=sorted({(line.kind, line.kind_label) for line in lines}, key=lambda each: each[1]),
        states=[(state, view.word(f"due_{state}")) for state in STATES if state in {line.state for line in lines}],
        counts=count_states(view, shown),
    )


def _people(view: View, lines: list[DueLine]) -> list[tuple[str, str]]:
    """Everybody who is to do something, by name."""
    known = {person for line in lines for person in line.people.split(SEPARATOR) if person}
    return sorted(((person, view.shower.person(person)) for person in known), key=lambda each: each[1])
