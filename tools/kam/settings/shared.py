"""Pieces of schemas that several fields share: ``$ref`` is replaced by what it points at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kam.settings.yaml_reader import LocatedYaml

SHARED_FILE = "_shared.yml"
SHARED_PREFIX = f"{SHARED_FILE}#/$defs/"
LOCAL_PREFIX = "#/$defs/"

Node = dict[str, Any]


class RefError(Exception):
    """A ``$ref`` that cannot be followed; ``key`` names the message."""

    def __init__(self, key: str, ref: str) -> None:
        super().__init__(ref)
        self.key, self.ref = key, ref


class Pieces:
    """The ``$defs`` of one schema file and of the shared file."""

    def __init__(self, own: LocatedYaml, shared: LocatedYaml | None) -> None:
        self.own = _defs(own)
        self.shared = _defs(shared) if shared is not None else {}
        self.is_shared_file = shared is own

    def names(self) -> list[str]:
        """All references that lead somewhere, as an author would write them."""
        return [LOCAL_PREFIX + name for name in self.own] + [SHARED_PREFIX + name for name in self.shared]

    def find(self, ref: str, *, in_shared: bool = False) -> tuple[Node, bool]:
        """The piece ``ref`` names, and whether it lies in the shared file. Raises RefError."""
        if ref.startswith(SHARED_PREFIX):
            defs, name, is_shared = self.shared, ref[len(SHARED_PREFIX) :], True
        elif ref.startswith(LOCAL_PREFIX):
            defs, name = (self.shared if in_shared else self.own), ref[len(LOCAL_PREFIX) :]
            is_shared = in_shared
        else:
            raise RefError("form", ref)
        found = defs.get(name)
        if not isinstance(found, dict):
            raise RefError("default", ref)
        return found, is_shared

    def inline(self, node: Any, *, in_shared: bool = False, seen: tuple[str, ...] = ()) -> Any:
        """A copy of a field's node with every ``$ref`` replaced; keywords beside it win. Raises RefError."""
        if not isinstance(node, dict):
            return node
        ref = node.get("$ref")
        if isinstance(ref, str):
            if ref in seen:
                raise RefError("cycle", ref)
            piece, is_shared = self.find(ref, in_shared=in_shared)
            base = self.inline(piece, in_shared=is_shared, seen=(*seen, ref))
            rest = self.inline({k: v for k, v in node.items() if k != "$ref"}, in_shared=in_shared, seen=seen)
            return {**base, **rest}
        copy = dict(node)
        if isinstance(copy.get("properties"), dict):
            copy["properties"] = {
                name: self.inline(inner, in_shared=in_shared, seen=seen) for name, inner in copy["properties"].items()
            }
        if "items" in copy:
            copy["items"] = self.inline(copy["items"], in_shared=in_shared, seen=seen)
        return copy


def _defs(file: LocatedYaml) -> Mapping[str, Any]:
    found = file.get("$defs")
    return found if isinstance(found, dict) else {}
