"""Contacts due, as pages show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kam.policy.cadence import MISSED, every_words

if TYPE_CHECKING:
    from kam.site.view import View


def show_care(view: View, account: str, page: str) -> list[dict[str, object]]:
    """The contacts due next with an account, as its page shows them."""
    rows: list[dict[str, object]] = []
    for due in view.snapshot.care.get(account, ()):
        last, period = due.next.last, due.next.period
        rows.append(
            {
                "kind": view.label(due.kind.label),
                "every": view.label(every_words(due.next.promise.every)),
                "last": last.day.isoformat() if last else "",
                "href": (view.snapshot.places.href(page, last.record) or "") if last else "",
                "due": period.due.isoformat(),
                "person": view.shower.person(due.person) if due.person else "",
                "state": due.state,
                "is_late": due.state == MISSED,
            }
        )
    return rows
