"""A record in the folder of another type: told by the fields it has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from kam.load.tree import Node
from kam.load.way import ENTRIES
from kam.model.record import PORTFOLIO
from kam.model.schema import RecordType

Types = Mapping[str, RecordType]
NO_TYPES: Types = MappingProxyType({})
MIN_UNKNOWN = 3
"""So many fields must be strange before another type is thought of."""


def find_misplaced(rtype: RecordType, root: Node, types: Types) -> dict[str, str] | None:
    """The words for the one type among ``types`` that the fields belong to, where they do not belong to ``rtype``.

    ``root`` is the map at the top of the file.
    """
    is_ledger = [key.text for key, _ in root.pairs] == [ENTRIES]
    fields = _names_of(root.pairs[0][1].items if is_ledger else [root])
    unknown = fields - rtype.by_name.keys()
    if is_ledger == (rtype.layout == "ledger") and len(unknown) < MIN_UNKNOWN:
        return None
    rest = {
        each.name: len(fields - each.by_name.keys())
        for each in types.values()
        if each.name != rtype.name and (each.layout == "ledger") == is_ledger
    }
    if not rest or len(fields) < MIN_UNKNOWN:
        return None
    best = min(rest, key=lambda name: rest[name])
    rivals = [name for name, count in rest.items() if count == rest[best]]
    if len(rivals) > 1 or rest[best] * 4 > len(fields):
        return None
    if rest[best] and (len(unknown) - rest[best]) * 3 < len(fields):
        return None
    found = types[best]
    return {
        "folder": _folder_of(found, rtype), "here": f"{rtype.folder}/", "type": best,
        "label_en": found.label.get("en", best), "label_zh": found.label.get("zh", best),
        "names": ", ".join(sorted(unknown)[:4]),
    }  # fmt: skip


def _names_of(nodes: Iterable[Node]) -> set[str]:
    return {key.text for node in nodes for key, _ in node.pairs}


def _folder_of(found: RecordType, here: RecordType) -> str:
    if found.name == "profile":
        return "accounts/…/profile.md"
    if found.scope == here.scope:
        return f"{found.folder}/"
    return f"accounts/{PORTFOLIO if found.scope == 'portfolio' else '…'}/{found.folder}/"
