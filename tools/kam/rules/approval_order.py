"""Approvals that were given before it was their turn."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.policy.approval import APPROVED, Approval, Standing
from kam.rules.contract import AccountRecords
from kam.rules.judged import iter_judged

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "approval-order"
LEVEL = Level.ERROR


def check_account(records: AccountRecords, settings: Settings) -> Iterator[Finding]:
    """Each approval that lies before one which the policy wants first; by day, on the same day by place."""
    for judged in iter_judged(records, settings):
        for standing in judged.standings:
            for early, role in _find_early(standing):
                args = {"person": early.person, "role": early.role, "first": role, "record": judged.record.id}
                yield Finding((judged.field, early.at), "default", args, judged.record.id)


def _find_early(standing: Standing) -> Iterator[tuple[Approval, str]]:
    roles = standing.rule.all_of if standing.rule.in_order else ()
    given = {role: each for role, each in standing.valid.items() if each.decision == APPROVED}
    for role, following in pairwise(roles):
        first, then = given.get(role), given.get(following)
        if then is None:
            continue
        if first is None:
            if role not in standing.stale:
                yield then, role
        elif (first.on, first.at) > (then.on, then.at) and first.on and then.on:
            yield then, role
