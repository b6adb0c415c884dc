"""Entries added to the file of a ledger, and taken out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kam.load import locate
from kam.model.record import Data
from kam.model.schema import RecordType
from kam.write.render import render_record


def insert_entries(path: str, text: str, rtype: RecordType, ids: Sequence[str], new: Mapping[str, Data]) -> str | None:
    """The text of a ledger with new entries where the order of ids puts them; ``ids`` are those it has.

    A comment above an entry stays with it. None where the entries are not written as a block list.
    """
    places = locate(path, text.encode(), rtype)
    ends = "\r\n" if "\r\n" in text else "\n"
    lines = text.split(ends)
    fence = next((at for at, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), 0)
    rendered: list[tuple[int, list[str]]] = []
    for name, entry in sorted(new.items()):
        later = next((index for index, other in enumerate(ids) if other > name), None)
        first = places.get(("entries", later if later is not None else 0))
        if first is None or not fence:
            return None
        at = _above(lines, first[0] - 1) if later is not None else fence
        dash = lines[first[0] - 1].find("-")
        if dash < 0 or lines[first[0] - 1][:dash].strip():
            return None
        block = render_record(rtype, {"entries": [entry]}).split("\n")[2:-2]
        rendered.append((at, [" " * dash + line[2:] if line.startswith("  ") else line for line in block]))
    for at, block in reversed(rendered):
        lines[at:at] = block
    return ends.join(lines)


def _above(lines: Sequence[str], at: int) -> int:
    while at > 0 and lines[at - 1].lstrip().startswith("#"):
        at -= 1
    return at
