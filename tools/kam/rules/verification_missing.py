"""Records that nobody but their author has looked at, though the policy asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.policy.approval import owner_of
from kam.policy.verification import Checked
from kam.rules.contract import AccountRecords
from kam.rules.judged import iter_checked

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "verification-missing"
LEVEL = Level.WARNING


def check_account(records: AccountRecords, settings: Settings, as_of: date) -> Iterator[Finding]:
    """Records without any verification so many days after their last change, and verifications by the wrong person."""
    for checked in iter_checked(records, settings):
        found, name = checked.valid, checked.record.id
        if found is not None:
            owner = owner_of(checked.record, settings.types[checked.record.type], records.profile)
            key = "own" if found.by == owner else "" if _may(found.by, checked, settings) else "stranger"
            if key:
                args = {"person": found.by, "roles": ", ".join(checked.demand.by), "record": name}
                yield Finding((checked.field, found.at, "by"), key, args, name)
        elif checked.stale is None and is_late(checked, records, settings, as_of):
            yield Finding((), "default", {"days": str(checked.demand.within_days), "record": name}, name)


def _may(person: str, checked: Checked, settings: Settings) -> bool:
    known = settings.people.get(person)
    return not checked.demand.by or known is None or bool({known.role, *known.former_roles} & {*checked.demand.by})


def is_late(checked: Checked, records: AccountRecords, settings: Settings, as_of: date) -> bool:
    """Whether the days since the last change have passed: by Git, else since the record's date; without any of the
    two nobody can say that there is still time."""
    record = checked.record
    name = settings.types[record.type].date_field
    changed = records.changed_on(record.path) or str(record.data.get(name, ""))[:10]
    return changed < (as_of - timedelta(days=checked.demand.within_days)).isoformat()
