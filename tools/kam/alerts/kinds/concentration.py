"""Accounts on which too much of our sales depends."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from kam.alerts.item import WATCH, Alert
from kam.alerts.look import Evidence
from kam.alerts.words import say
from kam.settings.health import PROFILE

KIND, WHOLE = "concentration", Decimal(1)


def find(evidence: Evidence) -> Iterator[Alert]:
    """One for each account whose share of our sales reaches the limit; for the manager of its owner, else the owner."""
    people = evidence.settings.people
    for account, share in sorted(evidence.shares.items()):
        if share < evidence.policy.share_from or account not in evidence.profiles:
            continue
        owner = evidence.owner(account)
        manager = people[owner[0]].manager if owner and owner[0] in people else ""
        yield Alert(
            KIND,
            account,
            f"{account}/{PROFILE}",
            PROFILE,
            (manager,) if manager else owner,
            WATCH,
            what=say(KIND, name=evidence.name(account), share=f"{share.quantize(WHOLE, ROUND_HALF_UP)}"),
            todo=say(KIND, "todo"),
            title=evidence.name(account),
            figures=(evidence.policy.share_kpi,),
            command=f"kam kpi {evidence.policy.share_kpi} --by account",
        )
