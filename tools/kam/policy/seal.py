"""The hash of what was approved or verified: the same as long as the covered fields say the same.

The canonical form is JSON with sorted names. Texts are in NFC without spaces at line ends and without empty lines at
the end, numbers without needless zeros (100.0 is 100), and what is empty is as what is absent. The order of a list
counts. The hash begins with the two digits of the form's version; neither the record's id nor its path goes in, so that
a record may be renamed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any
from unicodedata import normalize

from kam.model.per_type import per_type
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.settings.approvals import BODY

VERSION = "01"
DIGITS = 32
"""All digits of a hash: 120 bits of SHA-256 behind the version, so that nobody can make two contents of one hash."""

NOTES = frozenset({"approval", "verification", "log", "transition", "action"})
"""Shapes of lists that tell what became of a record, not what it says."""
NOTE_FIELDS = frozenset({"reviewed", "tags", "source", "files", "archived"})


def _content(rtype: RecordType) -> tuple[str, ...]:
    state = {rtype.states.field, rtype.states.history} if rtype.states else set()
    left_out = NOTE_FIELDS | state
    return tuple(each.name for each in rtype.fields if each.shape not in NOTES and each.name not in left_out)


content_fields = per_type(_content)
"""The fields of a type that an approval covers where nothing else is said: all that are no notes."""


def seal(record: Record, rtype: RecordType, fields: Iterable[str] = ()) -> str:
    """The hash of these fields of a record (of all that are no notes where none is named)."""
    covered = _covered(record, tuple(fields) or content_fields(rtype))
    text = json.dumps([rtype.name, _plain(covered)], ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return VERSION + sha256(text.encode("ascii")).hexdigest()[: DIGITS - len(VERSION)]


def is_seal(text: object) -> bool:
    """Whether that is a hash of this kind, and not a note of another one."""
    return isinstance(text, str) and len(text) == DIGITS and text.startswith(VERSION)


def changed_fields(old: Record, new: Record, rtype: RecordType, fields: Iterable[str] = ()) -> tuple[str, ...]:
    """The covered fields that say something else, in the order of the schema."""
    names = tuple(fields) or content_fields(rtype)
    return tuple(name for name in names if _plain(_covered(old, (name,))) != _plain(_covered(new, (name,))))


def _covered(record: Record, names: tuple[str, ...]) -> dict[str, Any]:
    """The values of those fields; of maps and lists only what is named of them (``lines.discount``)."""
    tree: dict[str, Any] = {}
    for name in names:
        *outer, last = name.split(".")
        if any(".".join(outer[:count]) in names for count in range(1, len(outer) + 1)):
            continue  # the whole of it is named too
        below = tree
        for part in outer:
            below = below.setdefault(part, {})
        below[last] = {}
    below = {name: inner for name, inner in tree.items() if name != BODY}
    covered = _project(record.data, below) if below else {}
    return {**covered, BODY: record.body} if BODY in names else covered


def _project(value: Any, tree: Mapping[str, Any]) -> Any:
    if isinstance(value, list) and tree:
        return [_project(item, tree) for item in value]
    if isinstance(value, Mapping) and tree:
        return {name: _project(value[name], below) for name, below in tree.items() if name in value}
    return value


def _plain(value: object) -> Any:
    if isinstance(value, str):
        return "\n".join(line.rstrip(" \t\r") for line in normalize("NFC", value).split("\n")).rstrip("\n") or None
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | Decimal):
        return {"number": _spell(Decimal(value))}
    if isinstance(value, Mapping):
        return {name: inner for name, each in value.items() if (inner := _plain(each)) is not None} or None
    if isinstance(value, list):
        return [_plain(each) for each in value] or None
    raise TypeError(type(value).__name__)


def _spell(number: Decimal) -> str:
    """Digits and exponent, exact whatever the size."""
    sign, digits, exponent = number.as_tuple()
    text = "".join(map(str, digits)).lstrip("0")
    short = text.rstrip("0")
    if not short or not isinstance(exponent, int):
        return "0"
    return f"{'-' * sign}{short}e{exponent + len(text) - len(short)}"
