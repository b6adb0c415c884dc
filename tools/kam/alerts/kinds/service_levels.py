"""Issues that are late, or will be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from kam.alerts.item import BAD, WATCH, Alert
from kam.alerts.look import Evidence
from kam.alerts.words import say
from kam.due import Due
from kam.model.record import Record
from kam.model.schema import Label
from kam.policy.escalation import find_due_step, find_in_charge
from kam.rules.contract import AccountRecords
from kam.rules.service_clocks import ISSUE, AccountClocks

KIND, DUE = "service", "service"


def find(evidence: Evidence) -> Iterator[Alert]:
    """One for each open issue whose clock has run out, or runs out within the time that the settings name."""
    limit = evidence.policy.service_within.after(evidence.as_of)
    for item in evidence.due:
        if item.kind != DUE or date.fromisoformat(item.due) > limit:
            continue
        is_late = item.is_overdue(evidence.as_of)
        yield Alert(
            KIND,
            item.account,
            item.record,
            item.type,
            item.people,
            BAD if is_late else WATCH,
            what=say(KIND, "missed", at=item.at, what=say(KIND, item.key)) if is_late else item.what,
            todo=_todo(evidence, item),
            title=item.title,
            since=item.due,
            command=item.command,
            reads=tuple((item.type, path) for path in item.reads),
        )


def _todo(evidence: Evidence, item: Due) -> Label:
    """To hand it up, where a step of the escalation is due and not recorded; else to do it."""
    issue = next((each for each in evidence.records.get(item.account, ()) if each.id == item.record), None)
    found = _step(evidence, issue) if issue else None
    if found is None:
        return say(KIND, "todo")
    person, level = found
    return say(KIND, "todo_up", person=person, level=level)


def _step(evidence: Evidence, issue: Record) -> tuple[Label, Label] | None:
    """Whom to tell and on which level, by name."""
    settings, account = evidence.settings, issue.account
    field = settings.types[ISSUE].by_name.get("escalations")
    level = field.by_name.get("level") if field else None
    names = (level.choices if level else None) or {}
    profile = evidence.profiles.get(account)
    records = AccountRecords(account, {"profile": [profile] if profile else [], ISSUE: [issue]})
    clocks = AccountClocks(records, settings, evidence.as_of)
    moment: datetime = clocks.moment
    step = find_due_step(clocks.levels, clocks.clock, clocks.terms, issue.data, moment, list(names))
    if step is None:
        return None
    person = find_in_charge(step.escalation.role, issue.data, clocks.profile, settings.people, evidence.as_of)
    if not person:
        return None
    known = settings.people.get(person)
    return (known.names if known else {"en": person, "zh": person}), names[step.escalation.level]
