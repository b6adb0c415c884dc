"""Records in a state that needs approvals which nobody has given yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.policy.approval import Judged, Standing
from kam.rules.contract import AccountRecords
from kam.rules.judged import iter_judged, state_path

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "approval-missing"
LEVEL = Level.ERROR


def check_account(records: AccountRecords, settings: Settings) -> Iterator[Finding]:
    """What is lacking of the approvals; one that was given and does not count any more is told by approval-void."""
    for judged in iter_judged(records, settings):
        due = [standing for standing in judged.standings if standing.is_due]
        yield from _find_idle(judged, due)
        lacking = [(standing, tuple(_lacking(standing))) for standing in due]
        path, record = state_path(judged, settings), judged.record.id
        every = [(standing, roles) for standing, roles in lacking if roles and standing.rule.all_of]
        if every:
            args = {
                "roles": ", ".join(dict.fromkeys(role for _, roles in every for role in roles)),
                "record": record,
                "rule": ", ".join(standing.rule.name for standing, _ in every),
            }
            yield Finding(path, "all", args, record)
        for standing, roles in lacking:
            if roles and standing.rule.any_of:
                args = {"roles": ", ".join(roles), "record": record, "rule": standing.rule.name}
                yield Finding(path, "any" if len(roles) > 1 else "all", args, record)


def _find_idle(judged: Judged, due: Sequence[Standing]) -> Iterator[Finding]:
    """Decisions that help nothing: rejections, and those of people without the role."""
    told: set[int] = set()
    for standing in due if any(standing.open_roles for standing in due) else ():
        for key, entries in (("rejected", standing.rejected), ("stranger", standing.strangers)):
            for each in entries:
                if standing.open_roles and each.at not in told:
                    told.add(each.at)
                    args = {"person": each.person, "on": each.on or "–", "role": each.role, "record": judged.record.id}
                    yield Finding((judged.field, each.at), key, args, judged.record.id)


def _lacking(standing: Standing) -> Iterator[str]:
    """The roles of which nobody has decided; a void approval and a rejection are told at their entries."""
    if standing.rule.any_of and (standing.stale or standing.rejected):
        return
    decided = {*standing.stale, *(role for role, each in standing.valid.items() if each in standing.rejected)}
    yield from (role for role in standing.open_roles if role not in decided)
