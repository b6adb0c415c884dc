"""Open issues whose time to the answer or to the solution is running."""

from __future__ import annotations

from collections.abc import Iterator

from kam.due.item import Due
from kam.due.look import Look, person_of
from kam.due.words import say
from kam.policy.service_level import find_running
from kam.rules.service_clocks import ISSUE, AccountClocks

KIND = "service"


def find(look: Look) -> Iterator[Due]:
    """The next clock of each open issue; one that stands still, as we wait for the customer, is not due."""
    if ISSUE not in look.settings.types or not look.records.of(ISSUE):
        return
    clocks = AccountClocks(look.records, look.settings, look.as_of)
    for record in clocks.open_issues():
        found = find_running(clocks.clock, record.data, clocks.terms, clocks.moment)
        if found is None or found[1].is_paused or found[1].due is None:
            continue
        name, at = found[0], clocks.shown(found[1].due)
        yield Due(
            KIND,
            record.id,
            record.type,
            record.account,
            due=at[:10],
            people=person_of(record.data, "handler") or look.responsible(ISSUE),
            what=say(KIND, name, at=at),
            title=look.title(record),
            key=name,
            at=at,
            command=f"kam set {record.id} {_DONE[name]}",
            reads=(("reported_at",), ("severity",), ("title",)),
        )


_DONE = {"first_response": "first_response_at=now", "resolution": "status=resolved"}
