"""What is due, as lists and tables on pages show it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from markupsafe import Markup

from kam.due.item import Due, find_acting
from kam.due.words import kind_label
from kam.site.places import account_page, relative

if TYPE_CHECKING:
    from kam.alerts import Alert
    from kam.site.view import View

SOON = timedelta(days=7)
STATES = ("overdue", "today", "week", "later", "undated")
SEPARATOR = "¦"
"""Between the values of a row that fits several choices of a filter."""
DECISIONS = ("approval", "verification")
ALERTED = {"contract": "contract", "service": "service", "contact": "cadence"}
"""Kinds of due work that may be alerts at the same time, with the kind of alert."""


@dataclass(frozen=True, slots=True)
class DueLine:
    """One line. ``people`` are those who do it on the day, by id, joined; ``who`` names them."""

    due: str
    distance: str
    state: str
    is_late: bool
    kind: str
    kind_label: str
    what: str
    record: Markup
    href: str
    account: str
    account_page: str
    who: str
    people: str


def due_lines(view: View, items: Iterable[Due], page: str) -> list[DueLine]:
    """The lines of some items, in their order."""
    return [_line(view, item, page) for item in items]


def count_states(view: View, items: Iterable[Due]) -> list[tuple[str, str, int]]:
    """State, its word, and how many are in it; states without any are left out."""
    states = [state_of(view, item) for item in items]
    return [(state, view.word(f"due_{state}"), states.count(state)) for state in STATES if state in states]


def not_alerted(view: View, items: Iterable[Due], alerts: Iterable[Alert]) -> list[Due]:
    """What no alert tells of, and what does not only wait for a decision: that has a list of its own."""
    told = {(alert.kind, alert.record, alert.key if alert.kind == "cadence" else "") for alert in alerts}
    return [
        item
        for item in items
        if item.kind not in DECISIONS
        and (ALERTED.get(item.kind, ""), item.record, item.key if item.kind == "contact" else "") not in told
    ]


def state_of(view: View, item: Due) -> str:
    """``overdue``, ``today``, ``week``, ``later`` or ``undated``."""
    as_of = view.snapshot.as_of
    if not item.due:
        return "undated"
    if item.is_overdue(as_of):
        return "overdue"
    if item.due == as_of.isoformat():
        return "today"
    return "week" if item.due <= (as_of + SOON).isoformat() else "later"


def _line(view: View, item: Due, page: str) -> DueLine:
    people, as_of = view.snapshot.settings.people, view.snapshot.as_of
    acting = [find_acting(each, people, as_of) for each in item.people]
    state = state_of(view, item)
    return DueLine(
        due=item.due,
        distance=_distance(view, item),
        state=state,
        is_late=state == "overdue",
        kind=item.kind,
        kind_label=view.label(kind_label(item.kind)),
        what=view.label(item.what),
        record=record_links(view, item, page),
        href=record_href(view, item.record, page),
        account=view.shower.account(item.account),
        account_page=account_page(item.account),
        who=view.word("comma").join(_who(view, each, other) for each, other in zip(item.people, acting, strict=True)),
        people=SEPARATOR.join(dict.fromkeys((*acting, *item.people))),
    )


def record_href(view: View, record: str, page: str) -> str:
    """The way to a record; to its account where it has no place of its own, as the profile."""
    account = record.partition("/")[0]
    return view.snapshot.places.href(page, record) or relative(page, account_page(account))


def record_link(view: View, record: str, title: str, page: str) -> Markup:
    """The title of a record with the way to it."""
    return Markup('<a href="{}">{}</a>').format(record_href(view, record, page), title or record)


def record_links(view: View, item: Due, page: str) -> Markup:
    """The records in which it stands, each with the way to it."""
    links = dict.fromkeys(record_link(view, each.record, each.title, page) for each in item.places)
    return Markup(view.word("semicolon")).join(links)


def _who(view: View, person: str, acting: str) -> str:
    name = view.shower.person(person)
    return name if acting == person else view.word("acting_for", acting=view.shower.person(acting), person=name)


def _distance(view: View, item: Due) -> str:
    if not item.due:
        return ""
    days = item.days(view.snapshot.as_of)
    if days == 0:
        return view.word("due_today")
    return view.word("days_overdue" if days < 0 else "days_left", n=abs(days))
