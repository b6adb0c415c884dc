"""Recommended fields that are empty."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from kam.model.completeness import filled_test
from kam.model.per_type import per_type
from kam.model.problem import Finding, Level
from kam.model.record import Record, Value
from kam.model.schema import RecordType
from kam.rules.quick import Test, has_recommended
from kam.rules.values import text_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "incomplete"
LEVEL = Level.WARNING

OWN_RULE = {("profile", "owner")}
"""Fields whose absence another rule tells."""

AT_THE_END = {("opportunity", "lost"): "lost_reason"}
"""Type and state → a field that is recommended once a record is in that state."""


def _top(rtype: RecordType) -> tuple[str, ...]:
    """Recommended fields of the record itself."""
    return tuple(field.name for field in rtype.fields if field.recommended and (rtype.name, field.name) not in OWN_RULE)


def _inner(rtype: RecordType) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Recommended fields of its maps, by the maps' names."""
    found = ((field.name, tuple(each.name for each in field.fields if each.recommended)) for field in rtype.fields)
    return tuple((outer, names) for outer, names in found if names)


top_of, inner_of = per_type(_top), per_type(_inner)
has_all_of = per_type(lambda rtype: filled_test(_top(rtype)))


def quick(rtype: RecordType, names: Collection[str], settings: Settings) -> Test | None:
    """All that should be there is there; None in states that want more."""
    test = has_recommended(rtype, names, settings)
    wanted = [state for (name, state), field in AT_THE_END.items() if name == rtype.name and field not in names]
    if test is None or not wanted or rtype.states is None:
        return test
    field = rtype.states.field
    return lambda data: data.get(field) not in wanted and test(data)


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterable[Finding]:
    """One finding for all recommended fields that the record lacks; a map that is absent lacks only itself."""
    data = record.data
    missing = [] if has_all_of(rtype)(data) else [name for name in top_of(rtype) if _is_empty(data, name)]
    for outer, names in inner_of(rtype):
        inner = data.get(outer)
        if isinstance(inner, dict):
            missing += [f"{outer}.{name}" for name in names if _is_empty(inner, name)]
    if rtype.states:
        last = AT_THE_END.get((rtype.name, text_of(data, rtype.states.field)))
        if last and last in rtype.by_name and last not in data:
            missing.append(last)
    if not missing or record.faulty:
        return ()
    return [Finding(key="default" if len(missing) > 1 else "one", args={"fields": ", ".join(missing)})]


def _is_empty(data: Mapping[str, Value], name: str) -> bool:
    return data.get(name) in (None, "", [])
