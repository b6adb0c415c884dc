"""Takes references out of drafts that would lead nowhere or in a circle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from kam.importers.drafts import Draft
from kam.importers.plan import Note, Plan
from kam.importers.surroundings import Surroundings
from kam.model.schema import Field, RecordType

PARENT = "parent"


def loosen(drafts: Sequence[Draft], gone: AbstractSet[str], around: Surroundings, plan: Plan) -> None:
    """Leave out references to accounts that are not to be, and parents that make a circle; note each."""
    for draft in drafts if gone else ():
        for name, is_list in _account_fields(around.types[draft.make]):
            value: Any = draft.data.get(name)
            if is_list and isinstance(value, list):
                draft.data[name] = [each for each in value if each not in gone]
            elif value in gone:
                del draft.data[name]
                plan.notes.append(
                    Note("left-out", {"record": draft.id or draft.key, "field": name, "value": str(value)})
                )
    profiles = [draft for draft in drafts if draft.make == "profile"]
    parents = {slug: str(record.data.get(PARENT, "")) for slug, record in around.existing.profiles.items()}
    parents.update({draft.id: str(draft.data.get(PARENT, "")) for draft in profiles})
    for draft in profiles:
        if _is_in_circle(draft.id, parents):
            parents[draft.id] = ""
            value = str(draft.data.pop(PARENT))
            plan.notes.append(Note("circle", {"record": draft.id, "value": value}))


def _account_fields(rtype: RecordType) -> list[tuple[str, bool]]:
    return [(f.name, f.items is not None) for f in rtype.fields if _refers(f) or (f.items and _refers(f.items))]


def _refers(field: Field) -> bool:
    return "account" in field.targets


def _is_in_circle(start: str, parents: Mapping[str, str]) -> bool:
    seen: set[str] = set()
    at = parents.get(start, "")
    while at and at != start and at not in seen:
        seen.add(at)
        at = parents.get(at, "")
    return at == start
