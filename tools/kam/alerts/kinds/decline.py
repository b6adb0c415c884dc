"""Accounts whose orders fall off."""

from __future__ import annotations

from collections.abc import Iterator

from kam.alerts.item import WATCH, Alert
from kam.alerts.look import Evidence
from kam.alerts.words import say

KIND, TYPE = "decline", "order"


def find(evidence: Evidence) -> Iterator[Alert]:
    """One for each account that the KPI on decline finds, about its last order."""
    for account, found in sorted(evidence.declines.items()):
        yield Alert(
            KIND,
            account,
            found.record,
            TYPE,
            evidence.owner(account),
            WATCH,
            what=say(KIND, found.sign or "default", day=found.day),
            todo=say(KIND, "todo"),
            title=evidence.name(account),
            since=found.day,
            command=f'kam log {account} "…"',
            reads=((TYPE, ("date",)),),
            figures=(evidence.policy.decline_kpi,),
        )
