"""What waits for an approval or a verification, as lists on pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kam.policy.approval import role_name

if TYPE_CHECKING:
    from markupsafe import Markup

    from kam.portfolio.waiting import Waiting
    from kam.site.view import View


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """One line: since when, the record (a link where it has a page), what is to be done, by whom."""

    since: str
    record: Markup
    what: str
    who: str
    is_late: bool


def waiting_lines(view: View, page: str, account: str = "") -> list[WaitingLine]:
    """Everything that waits, or what waits of one account; the oldest first."""
    found = [each for each in view.snapshot.waiting if not account or each.record.split("/")[0] == account]
    return [_line(view, page, each) for each in found]


def _line(view: View, page: str, each: Waiting) -> WaitingLine:
    key = f"waits_{each.kind.value}" + ("_void" if each.is_void else "")
    return WaitingLine(each.since, view.shower.record(each.record, page), view.word(key), _who(view, each), each.is_due)


def _who(view: View, each: Waiting) -> str:
    comma = view.word("comma")
    people = comma.join(view.shower.person(person) for person in each.people)
    roles = comma.join(role_name(role, view.snapshot.settings, view.lang) for role in each.roles if role != "owner")
    return people or roles or view.word("any_colleague")
