"""An issue that has run out of time and that nobody has handed up yet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.policy.escalation import find_due_step, find_in_charge
from kam.rules.contract import AccountRecords
from kam.rules.service_clocks import ISSUE, AccountClocks, find_open_issues
from kam.settings.service_levels import ServiceLevels

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "escalation-due"
LEVEL = Level.WARNING


def check_account(records: AccountRecords, settings: Settings, as_of: date) -> Iterator[Finding]:
    """One finding for each open issue: the highest step of the escalation that is due and not recorded."""
    issues = find_open_issues(records, settings) if settings.part(ServiceLevels).escalation else ()
    if not issues:
        return
    field = settings.types[ISSUE].by_name.get("escalations")
    level = field.by_name.get("level") if field else None
    names = (level.choices if level else None) or {}
    clocks = AccountClocks(records, settings, as_of)
    for record in issues:
        step = find_due_step(clocks.levels, clocks.clock, clocks.terms, record.data, clocks.moment, list(names))
        if step is None:
            continue
        person = find_in_charge(step.escalation.role, record.data, clocks.profile, settings.people, as_of)
        level_name = step.escalation.level
        args = {
            "due": clocks.shown(step.due),
            "since": clocks.shown(step.since),
            "role": step.escalation.role,
            "person": person,
            "level": level_name,
            "day": as_of.isoformat(),
            **clocks.words(person),
            **{f"level_{lang}": names[level_name].get(lang, level_name) for lang in ("en", "zh")},
        }
        path = ("escalations",) if record.data.get("escalations") else ("status",)
        yield Finding(path, "default" if person else "nobody", args, record.id)
