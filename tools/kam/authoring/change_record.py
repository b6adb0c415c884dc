"""Values of a record that is there, changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kam.authoring.assign import Assigner
from kam.authoring.assignment import Assignment
from kam.authoring.carry_out import Plan
from kam.authoring.desk import Desk
from kam.authoring.sheet import FileSheet, spell
from kam.model.record import Record
from kam.write import Change

LONGEST = 60


def plan_change(desk: Desk, record: Record, assignments: Sequence[Assignment], why: str = "") -> Plan:
    """The record's file with the assignments made; everything else in it stays as it is. Raises Refusal."""
    rtype = desk.settings.types[record.type]
    raw = (desk.root / record.path).read_bytes()
    sheet = FileSheet(record.path, raw, rtype, record.id.partition("#")[2])
    assigner = Assigner(desk, rtype, sheet, record.account, why)
    assigner.run(assignments)
    plan = Plan(record=record.id)
    if assigner.changed:
        plan.changes.append(Change(record.path, sheet.text.encode(), raw))
    for place, old, new in assigner.changed:
        line = f"{place} {_show(new)}" if place.endswith(" +") else f"{place}: {_show(old)} → {_show(new)}"
        plan.said.append((line, line))
    if not assigner.changed:
        plan.said.append((f"{record.id} says so already; nothing was written", f"{record.id} 已是如此，无需写入"))
    return plan


def _show(value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, dict):
        text = ", ".join(f"{name}: {_show(inner)}" for name, inner in value.items())
    elif isinstance(value, list):
        text = ", ".join(map(_show, value)) or "–"
    else:
        text = spell(value)
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
