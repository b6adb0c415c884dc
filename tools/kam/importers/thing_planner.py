"""Plans new and changed people and products in their settings files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kam.importers.drafts import Draft
from kam.importers.merge import merge, names_to_merge
from kam.importers.plan import Note, Plan, Write, note_known, note_new
from kam.importers.state import Remembered
from kam.importers.surroundings import Surroundings
from kam.importers.thing_files import SpliceError, add_things, set_thing_field
from kam.importers.things import FILES, THINGS
from kam.model.problem import Level, Problem
from kam.model.record import Data
from kam.settings.read_values import read_people, read_products
from kam.settings.yaml_reader import load_yaml_with_lines


def plan_things(around: Surroundings, plan: Plan, make: str, drafts: Sequence[Draft]) -> list[Draft]:
    """Plan one settings file; drafts that the settings would not take are rejected, the others returned."""
    path, top = FILES[make]
    place = around.root / path
    raw = place.read_bytes() if place.exists() else None
    accepted = list(drafts)
    while True:
        made = Plan()
        planner = _ThingPlanner(around, made, top, (raw or b"").decode("utf-8-sig"))
        for draft in accepted:
            planner.plan(draft)
        planner.add_new()
        wrong = _problems_by_entry(path, planner.text, make)
        refused = [draft for draft in accepted if draft.id in wrong]
        if not refused:
            break
        for draft in refused:
            around.reject(draft, "invalid", {}, wrong[draft.id])
        accepted = [draft for draft in accepted if draft.id not in wrong]
    plan.take(made)
    if planner.text.encode() != (raw or b"").removeprefix(b"\xef\xbb\xbf"):
        plan.writes.append(Write(path, planner.text, raw))
    return accepted


def _problems_by_entry(path: str, text: str, make: str) -> dict[str, Problem]:
    """What the settings would complain of, by person or product."""
    file = load_yaml_with_lines(path, text.encode(), empty_ok=True)
    if make == "person":
        read_people(file)
    else:
        read_products(file)
    found: dict[str, Problem] = {}
    for problem in file.problems:
        parts = problem.field.split(".")
        if problem.level is Level.ERROR and len(parts) > 1:
            found.setdefault(parts[1].partition("[")[0], problem)
    return found


class _ThingPlanner:
    def __init__(self, around: Surroundings, made: Plan, top: str, text: str) -> None:
        self.around, self.made, self.top, self.text = around, made, top, text
        found: Any = load_yaml_with_lines(top, text.encode(), empty_ok=True).get(top)
        self.there: dict[str, Any] = found if isinstance(found, dict) else {}
        self.new: dict[str, Draft] = {}

    def plan(self, draft: Draft) -> None:
        """Note a new entry, or change the fields of one that is there."""
        draft.data["source"] = {"system": self.around.system, "id": draft.key}
        draft.names = (*draft.names, "source")
        last = self.around.state.get((draft.make, draft.key))
        if draft.id not in self.there:
            self.new[draft.id] = draft
            if last is not None:
                self.made.notes.append(Note("thing-again", {"id": draft.id}))
            return
        current = _comparable(self.there[draft.id], draft.data)
        merged = merge(f"{self.top}.{draft.id}", names_to_merge(draft, current), draft.data, current, last)
        self.made.conflicts += merged.conflicts
        try:
            for change in merged.changes:
                self.text = set_thing_field(self.text, self.top, draft.id, change.name, change.value)
        except SpliceError:
            self.around.reject(draft, "no-splice", {"record": f"{self.top}.{draft.id}"})
            return
        note_known(self.made, draft, draft.id, changed=bool(merged.changes))
        self.made.state[draft.make, draft.key] = Remembered(draft.id, merged.fields)

    def add_new(self) -> None:
        """Splice in all new entries."""
        order = [field.name for make in THINGS.values() for field in make]
        things = {name: _in_order(draft.data, order) for name, draft in self.new.items()}
        try:
            self.text = add_things(self.text, self.top, things)
        except SpliceError:
            for draft in self.new.values():
                self.around.reject(draft, "no-splice", {"record": self.top})
            return
        for name, draft in self.new.items():
            note_new(self.made, draft, name, name)


def _comparable(current: Any, incoming: Data) -> Data:
    """The entry as the source would say it: a name in several languages counts as the one the source knows."""
    found: Data = dict(current) if isinstance(current, dict) else {}
    name = found.get("name")
    if isinstance(name, dict) and incoming.get("name") in name.values():
        found["name"] = incoming["name"]
    return found


def _in_order(data: Data, order: list[str]) -> Data:
    known = [name for name in order if name in data]
    return {name: data[name] for name in dict.fromkeys((*known, *data))}
