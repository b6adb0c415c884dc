"""Open records with a day by which they are to be done with: opportunities, risks, projects, plans and others."""

from __future__ import annotations

from collections.abc import Iterator

from kam.due.item import Due
from kam.due.look import Look, person_of
from kam.due.words import say
from kam.model.schema import RecordType
from kam.policy.duty import DUE_FIELDS, HOLDERS, is_open

KIND = "deadline"
OF_THEIR_OWN = ("contract", "invoice", "issue", "order", "profile")
"""Types with kinds of their own."""
TOLD = ("expected_close", "review_on", "period_end")


def find(look: Look) -> Iterator[Due]:
    """The first of the due fields that a record has, by whoever holds the record."""
    for record in look.records:
        rtype = look.rtype(record)
        if record.type in OF_THEIR_OWN or not is_open(record, rtype):
            continue
        field = next((name for name in DUE_FIELDS if record.data.get(name) and _is_deadline(name, rtype)), "")
        if field:
            yield Due(
                KIND,
                record.id,
                record.type,
                record.account,
                due=str(record.data[field])[:10],
                people=person_of(record.data, *HOLDERS) or look.owner,
                what=say(KIND, field if field in TOLD else "default"),
                title=look.title(record),
                key=field,
                reads=((field,), *(((rtype.title_field,),) if rtype.title_field else ())),
            )


def _is_deadline(name: str, rtype: RecordType) -> bool:
    """The end of a period is one only where the record is the plan for it, and not a look back at it."""
    return name != "period_end" or rtype.date_field == "period_start"
