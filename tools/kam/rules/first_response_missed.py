"""An open issue to which nobody has answered within the time promised."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.policy.escalation import find_in_charge
from kam.policy.service_level import FIRST_RESPONSE, State, stage_at
from kam.rules.contract import AccountRecords
from kam.rules.service_clocks import AccountClocks, find_open_issues

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "first-response-missed"
LEVEL = Level.WARNING


def check_account(records: AccountRecords, settings: Settings, as_of: date) -> Iterator[Finding]:
    """Open issues without a first response whose time for it is over."""
    issues = find_open_issues(records, settings)
    if not issues:
        return
    clocks = AccountClocks(records, settings, as_of)
    for record in issues:
        stage = stage_at(clocks.clock.follow(FIRST_RESPONSE, record.data, clocks.terms), clocks.moment)
        if stage is None or stage.ended is not None or stage.state(clocks.moment) is not State.MISSED or not stage.due:
            continue
        person = find_in_charge("handler", record.data, clocks.profile, settings.people, as_of)
        args = {"due": clocks.shown(stage.due), "person": person, **clocks.words(person)}
        yield Finding(("reported_at",), "default" if person else "nobody", args, record.id)
