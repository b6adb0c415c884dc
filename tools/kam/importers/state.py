"""What was imported last: for each record of a source, hashes of the values it brought, field by field.

The file ``import-state/<source>.jsonl`` stands in the portfolio's root and is kept in Git: a later import knows from it
what the source changed since and what people changed. A line for each record, sorted, so that it merges well.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from kam.importers.steps import plain
from kam.model.record import Value

FOLDER = "import-state"


@dataclass(slots=True)
class Remembered:
    """One record as it was after the last import: its id in the portfolio and its hashes by field."""

    record: str
    fields: dict[str, str] = field(default_factory=dict)


State = dict[tuple[str, str], Remembered]
"""By type and key in the source."""


def fingerprint(value: Value | None) -> str:
    """Short hash of a value; empty for none. Numbers count by their worth, not their spelling."""
    if value is None:
        return ""
    text = json.dumps(_canonical(value), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _canonical(value: Any) -> Any:
    if isinstance(value, Decimal):
        number = plain(value)
        return number if isinstance(number, int) else {"": format(number, "f")}
    if isinstance(value, dict):
        return {name: _canonical(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_canonical(inner) for inner in value]
    return value


def state_path(root: Path, source: str) -> Path:
    """Where the state of a source is kept."""
    return root / FOLDER / f"{source}.jsonl"


def parse_state(raw: bytes) -> State:
    """Read a state file; a line that cannot be read (a merge gone wrong, say) is as if it were not there."""
    state: State = {}
    for line in raw.decode("utf-8", "replace").splitlines():
        try:
            found = json.loads(line)
            key = (str(found["type"]), str(found["id"]))
            state[key] = Remembered(str(found["record"]), {str(n): str(h) for n, h in found["fields"].items()})
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
    return state


def render_state(state: State) -> str:
    """The text of a state file, the same for the same state."""
    lines = []
    for (make, key), kept in sorted(state.items()):
        fields = {name: kept.fields[name] for name in sorted(kept.fields) if kept.fields[name]}
        found = {"type": make, "id": key, "record": kept.record, "fields": fields}
        lines.append(json.dumps(found, ensure_ascii=False, separators=(", ", ": ")))
    return "".join(f"{line}\n" for line in lines)
