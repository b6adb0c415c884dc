"""Approvals of something that was changed afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.policy.approval import APPROVED, Approval, approval_list, judge_approvals, read_entries
from kam.policy.seal import is_seal, seal
from kam.rules.contract import AccountRecords
from kam.settings.approvals import Approvals

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "approval-void"
LEVEL = Level.ERROR


def check_account(records: AccountRecords, settings: Settings) -> Iterator[Finding]:
    """The newest approval of each role that is needed and no more holds. Where the change itself did away with the need
    (a lower amount), an approval of what was there before is told too."""
    policy = settings.part(Approvals)
    for name in dict.fromkeys(rule.type for rule in policy.rules):
        for record in records.of(name):
            if record.data.get(approval_list(settings.types[name])):
                yield from _look(record, records.profile, settings)


def _look(record: Record, profile: Record | None, settings: Settings) -> Iterator[Finding]:
    field = approval_list(settings.types[record.type])
    judged = judge_approvals(record, profile, settings)
    standings = judged.standings if judged else ()
    told: set[int] = set()
    known: set[int] = set()
    for standing in standings:
        known |= {each.at for each in (*standing.valid.values(), *standing.stale.values(), *standing.strangers)}
        void = [standing.stale[role] for role in standing.open_roles if role in standing.stale]
        for each in void if standing.is_due else ():
            if each.at not in told:
                told.add(each.at)
                yield _finding(field, each, record)
    if not judged and _is_settled(record, settings):
        rtype = settings.types[record.type]
        mark = seal(record, rtype, settings.part(Approvals).covers.get(rtype.name, ()))
        entries = read_entries(record, field)
        if not any(each.hash == mark for each in entries):
            for each in entries:
                if each.decision == APPROVED and is_seal(each.hash):
                    yield _finding(field, each, record)


def _is_settled(record: Record, settings: Settings) -> bool:
    """Whether the record is in a state in which some rule for its type wants approvals."""
    states = settings.types[record.type].states
    rules = settings.part(Approvals).rules_of(record.type)
    return any(not states or not rule.states or record.data.get(states.field) in rule.states for rule in rules)


def _finding(field: str, each: Approval, record: Record) -> Finding:
    args = {"person": each.person, "on": each.on or "–", "role": each.role, "record": record.id}
    if not is_seal(each.hash):
        return Finding((field, each.at), "unsealed", args, record.id)
    return Finding((field, each.at, "hash"), "default", {**args, "what": ""}, record.id)
