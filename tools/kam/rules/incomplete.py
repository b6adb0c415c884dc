"""Recommended fields that are empty."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kam.model.per_type import per_type
from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.rules.values import text_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "incomplete"
LEVEL = Level.WARNING

OWN_RULE = {("profile", "owner")}
"""Fields whose absence another rule tells."""

AT_THE_END = {("opportunity", "lost"): "lost_reason"}
"""Type and state → a field that is recommended once a record is in that state."""


def _recommended(rtype: RecordType) -> tuple[tuple[str, str], ...]:
    """Recommended fields: of the record itself, and of its maps (``""`` or the map's name, then the field)."""
    top = [("", field.name) for field in rtype.fields if field.recommended and (rtype.name, field.name) not in OWN_RULE]
    inner = [(field.name, each.name) for field in rtype.fields for each in field.fields if each.recommended]
    return (*top, *inner)


recommended_of = per_type(_recommended)


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """One finding for all recommended fields that the record lacks; a map that is absent lacks only itself."""
    missing = []
    for outer, name in recommended_of(rtype):
        data = record.data.get(outer) if outer else record.data
        if isinstance(data, dict) and data.get(name) in (None, "", []):
            missing.append(f"{outer}.{name}" if outer else name)
    last = AT_THE_END.get((rtype.name, text_of(record.data, rtype.states.field))) if rtype.states else None
    if last and last in rtype.by_name and last not in record.data:
        missing.append(last)
    if missing and not record.faulty:
        yield Finding(key="default" if len(missing) > 1 else "one", args={"fields": ", ".join(missing)})
