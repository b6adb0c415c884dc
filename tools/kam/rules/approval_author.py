"""Approvals that people gave to records of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.policy.approval import APPROVED, owner_of
from kam.rules.contract import AccountRecords
from kam.rules.judged import iter_judged

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "approval-author"
LEVEL = Level.ERROR


def check_account(records: AccountRecords, settings: Settings) -> Iterator[Finding]:
    """Each approval of what the record says now whose person is the record's owner.

    Who else wrote the approved content is known from Git only.
    """
    for judged in iter_judged(records, settings):
        owner = owner_of(judged.record, settings.types[judged.record.type], records.profile)
        for each in judged.entries:
            if owner and each.person == owner and each.decision == APPROVED and each.hash == judged.hash:
                path = (judged.field, each.at, "person")
                yield Finding(path, "default", {"person": owner, "record": judged.record.id}, judged.record.id)
