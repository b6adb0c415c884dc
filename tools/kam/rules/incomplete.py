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


def _recommended(rtype: RecordType) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Recommended fields: those of the record itself under an empty name, those of its maps under the maps' names."""
    top = tuple(field.name for field in rtype.fields if field.recommended and (rtype.name, field.name) not in OWN_RULE)
    inner = [(field.name, tuple(each.name for each in field.fields if each.recommended)) for field in rtype.fields]
    return tuple((outer, names) for outer, names in [("", top), *inner] if names)


recommended_of = per_type(_recommended)


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """One finding for all recommended fields that the record lacks; a map that is absent lacks only itself."""
    missing = []
    for outer, names in recommended_of(rtype):
        data = record.data.get(outer) if outer else record.data
        if isinstance(data, dict) and not all(map(data.get, names)):
            lacking = [name for name in names if data.get(name) in (None, "", [])]
            missing += [f"{outer}.{name}" if outer else name for name in lacking]
    last = AT_THE_END.get((rtype.name, text_of(record.data, rtype.states.field))) if rtype.states else None
    if last and last in rtype.by_name and last not in record.data:
        missing.append(last)
    if missing and not record.faulty:
        yield Finding(key="default" if len(missing) > 1 else "one", args={"fields": ", ".join(missing)})
