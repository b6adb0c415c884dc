"""Writes field changes into the text of a record, leaving everything else byte for byte."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kam.importers.merge import FieldChange
from kam.model.problem import FieldPath

if TYPE_CHECKING:
    from kam.model.schema import RecordType


def apply_changes(
    raw: bytes, rtype: RecordType, prefix: FieldPath, changes: Iterable[FieldChange], *, by_index: bool = False
) -> str | None:
    """The text with the changes made, or None where a change cannot be spliced in.

    With ``by_index`` the names of the changes are places in the list at ``prefix``.
    """
    from kam.write import EditError, remove_value, set_value

    try:
        text = raw.decode("utf-8")
        for change in changes:
            path: FieldPath = (*prefix, int(change.name) if by_index else change.name)
            if change.value is None:
                text = remove_value(text, rtype, path)
            else:
                text = set_value(text, rtype, path, change.value)
    except (EditError, UnicodeDecodeError):
        return None
    return text
