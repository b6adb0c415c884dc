"""The records of an account that the policy has approved or verified, with how far they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kam.model.problem import FieldPath
from kam.policy.approval import Judged, judge_approvals
from kam.policy.verification import Checked, judge_verification
from kam.rules.contract import AccountRecords
from kam.settings.approvals import Approvals

if TYPE_CHECKING:
    from kam.settings import Settings


def iter_judged(records: AccountRecords, settings: Settings) -> Iterator[Judged]:
    """Each record that somebody has to approve."""
    for name in dict.fromkeys(rule.type for rule in settings.part(Approvals).rules):
        for record in records.of(name):
            found = judge_approvals(record, records.profile, settings)
            if found:
                yield found


def iter_checked(records: AccountRecords, settings: Settings) -> Iterator[Checked]:
    """Each record that a second person has to look at."""
    for name in settings.part(Approvals).verification:
        for record in records.of(name):
            found = judge_verification(record, records.profile, settings)
            if found:
                yield found


def state_path(judged: Judged, settings: Settings) -> FieldPath:
    """Where a missing approval is told: at the state that needs it, else at the list of approvals."""
    states, data = settings.types[judged.record.type].states, judged.record.data
    name = states.field if states and states.field in data else judged.field
    return (name,) if name in data else ()
