"""Records that nobody has looked at for longer than they may go without."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.policy.duty import HOLDERS, is_open
from kam.policy.freshness import REVIEWED, touched_on
from kam.rules.contract import AccountRecords
from kam.rules.values import text_of
from kam.settings.ages import Ages

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "stale-record"
LEVEL = Level.WARNING


def check_account(records: AccountRecords, settings: Settings, as_of: date) -> Iterator[Finding]:
    """Open records whose last review, or else last commit, lies further back than their type and tier allow.

    Those with neither a review nor a commit are left out, as the figure on freshness leaves them out.
    """
    profile = records.profile
    tier = text_of(profile.data, "tier") if profile else ""
    owner = text_of(profile.data, "owner") if profile else ""
    ages, today = settings.part(Ages), as_of.isoformat()
    for type_name, found in records.by_type.items():
        rtype = settings.types[type_name]
        allowed = ages.allowed(rtype, tier)
        if allowed is None:
            continue
        oldest = (as_of - timedelta(days=allowed)).isoformat()
        for record in found:
            if not is_open(record, rtype):
                continue
            # days in ISO form sort as they are: most records are settled without a date made of any
            reviewed = record.data.get(REVIEWED)
            last = records.changed_on(record.path) if reviewed is None else text_of(record.data, REVIEWED)
            if oldest <= last <= today or (reviewed is None and not last):
                continue
            touched = touched_on(record, records.changed_on, as_of)
            age = (as_of - touched).days if touched else 0
            if age > allowed:
                who = next((text_of(record.data, name) for name in HOLDERS if record.data.get(name)), "") or owner
                words = {"age": str(age), "allowed": str(allowed), "tier": tier or "–", "record": record.id}
                words["person"] = who
                path = (REVIEWED,) if REVIEWED in record.data else ()
                yield Finding(path, "default" if who else "nobody", words, record.id)
