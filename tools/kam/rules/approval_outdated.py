"""Approvals of something that was changed before everybody had approved it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.policy.approval import approval_list, judge_approvals
from kam.policy.seal import is_seal
from kam.rules.contract import AccountRecords
from kam.settings.approvals import Approvals

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "approval-outdated"
LEVEL = Level.WARNING


def check_account(records: AccountRecords, settings: Settings) -> Iterator[Finding]:
    """The newest approval of each role that no more holds, while the approvals need not be complete yet: once they
    must be, approval-void tells it, as an error."""
    for name in dict.fromkeys(rule.type for rule in settings.part(Approvals).rules):
        field = approval_list(settings.types[name])
        for record in records.of(name):
            if not record.data.get(field):
                continue
            judged = judge_approvals(record, records.profile, settings)
            standings = judged.standings if judged else ()
            told = {role for each in standings if each.is_due for role in each.open_roles}
            for standing in standings:
                for role in standing.open_roles:
                    each = standing.stale.get(role)
                    if each and role not in told and is_seal(each.hash):
                        told.add(role)
                        words = {"person": each.person, "on": each.on or "–", "role": each.role, "record": record.id}
                        yield Finding((field, each.at, "hash"), "default", words, record.id)
