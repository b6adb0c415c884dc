"""Contacts that were promised and not made, the grace time included."""

from __future__ import annotations

from collections.abc import Iterator

from kam.alerts.item import WATCH, Alert
from kam.alerts.look import Evidence
from kam.alerts.words import say
from kam.due.care import Care
from kam.policy.cadence import MISSED, log_command
from kam.settings.health import PROFILE

KIND = "cadence"


def find(evidence: Evidence) -> Iterator[Alert]:
    """One for each kind of contact that an account has missed and still lacks."""
    for account, listed in sorted(evidence.care.items()):
        for care in listed:
            if care.state == MISSED:
                yield _alert(evidence, account, care)


def _alert(evidence: Evidence, account: str, care: Care) -> Alert:
    last, due = care.next.last, care.next.period.due.isoformat()
    return Alert(
        KIND,
        account,
        f"{account}/{PROFILE}",
        PROFILE,
        (care.person,) if care.person else (),
        WATCH,
        what=say(
            KIND,
            "since" if last else "never",
            kind=care.kind.label,
            due=due,
            last=last.day.isoformat() if last else "",
        ),
        todo=say(KIND, "todo"),
        title=evidence.name(account),
        key=care.kind.id,
        since=due,
        command=log_command(care.kind, account),
    )
