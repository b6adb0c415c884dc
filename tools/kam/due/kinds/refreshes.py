"""Records that somebody has to look at again before they are too old."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from kam.due.item import Due
from kam.due.look import Look, person_of, text_of
from kam.due.words import say
from kam.policy.duty import HOLDERS, is_open
from kam.policy.freshness import REVIEWED, touched_on
from kam.settings.ages import Ages

KIND = "refresh"


def find(look: Look) -> Iterator[Due]:
    """Open records of types with an allowed age: due on the last day on which they are fresh enough."""
    ages, tier = look.settings.part(Ages), text_of(look.profile, "tier")
    for type_name, records in look.records.by_type.items():
        rtype = look.settings.types[type_name]
        allowed = ages.allowed(rtype, tier)
        for record in records if allowed is not None else ():
            last = touched_on(record, look.records.changed_on, look.as_of) if is_open(record, rtype) else None
            if last is None:
                continue
            yield Due(
                KIND,
                record.id,
                record.type,
                record.account,
                due=(last + timedelta(days=allowed or 0)).isoformat(),
                people=person_of(record.data, *HOLDERS) or look.owner,
                what=say(KIND, last=last.isoformat()),
                title=look.title(record),
                command=f"kam set {record.id} {REVIEWED}=today",
                reads=((rtype.title_field,),) if rtype.title_field else (),
            )
