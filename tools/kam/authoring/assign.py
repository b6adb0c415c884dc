"""Assignments made on a record, with what follows from them: a history entry, the day on which an action was done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from kam.authoring.assignment import Assignment, find_place, spell_path
from kam.authoring.desk import Desk
from kam.authoring.items import read_item
from kam.authoring.refusal import Refusal
from kam.authoring.sheet import Sheet, is_equal, value_at
from kam.authoring.spelling import is_same
from kam.authoring.values import read_value
from kam.model.problem import FieldPath
from kam.model.record import Data
from kam.model.schema import Field, Kind, RecordType
from kam.rules.owner_history import HISTORIES
from kam.rules.reopened import COUNT, count_of, is_reopening
from kam.write.splice import GONE


class Assigner:
    """Makes assignments on a sheet. ``changed`` lists what came of them: place (``tags +`` for
    what a list gained), old value, new value."""

    def __init__(
        self, desk: Desk, rtype: RecordType, sheet: Sheet, account: str, why: str = "", *, is_new: bool = False
    ) -> None:
        self.desk, self.rtype, self.sheet, self.account, self.why = desk, rtype, sheet, account, why
        self.is_new = is_new
        self.changed: list[tuple[str, Any, Any]] = []

    def run(self, assignments: Iterable[Assignment]) -> None:
        """Make them one after the other. Raises Refusal."""
        said: dict[str, Assignment] = {}
        for each in assignments:
            path, field = find_place(self.rtype, each.name, self.sheet.data)
            if not each.sign:
                first = said.setdefault(spell_path(path, self.sheet.data), each)
                if first is not each:
                    raise _said_twice(first, each)
            if each.sign == "+":
                self._add(path, field, each)
            elif each.sign == "-":
                self._take_out(path, field, each)
            elif not each.text:
                self._put(path, GONE)
            else:
                self._set(path, field, each)

    def _put(self, path: FieldPath, value: Any) -> None:
        old = value_at(self.sheet.data, path)
        if (old is None and value is GONE) or is_equal(value, old):
            return
        name = spell_path(path, self.sheet.data)
        self.sheet.put(path, value)
        name = spell_path(path, self.sheet.data) if value is not GONE else name
        if old is None and isinstance(path[-1], int):
            name = f"{spell_path(path[:-1], self.sheet.data)} +"
        self.changed.append((name, old, None if value is GONE else value))

    def _set(self, path: FieldPath, field: Field, each: Assignment) -> None:
        if field.kind is Kind.MAP or (field.kind is Kind.LIST and field.by_name):
            inner = next(iter(field.by_name), "")
            example = f"{each.name}+=…" if field.kind is Kind.LIST else f"{each.name}.{inner}=…"
            raise Refusal(
                f"{each.name} holds fields of its own. Write {example}", f"{each.name} 含有下级字段，请写 {example}"
            )
        self.assign(path, read_value(each.text, field, self.desk, self.account))

    def assign(self, path: FieldPath, value: Any) -> None:
        """Put a value, and what follows from it. Raises Refusal."""
        states = self.rtype.states
        was = value_at(self.sheet.data, path)
        self._put(path, value)
        if self.is_new:
            return
        if states and path == (states.field,) and not is_equal(value, was):
            self._note_state(str(value))
            self._note_return(str(was), str(value))
        if not is_equal(value, was):
            self._note_span(path, value)
        self._complete_action(path, value)

    def _note_state(self, state: str) -> None:
        """The history grows with each change of state."""
        states = self.rtype.states
        assert states is not None
        history = self.rtype.by_name.get(states.history)
        if history is None or state not in states.transitions:
            return
        entries = self.sheet.data.get(states.history) or []
        last = entries[-1] if isinstance(entries, list) and entries else {}
        if isinstance(last, Mapping) and last.get("to") == state:
            return
        self._put((states.history, len(entries)), self.history_entry(state, history, entries))

    def _note_return(self, was: str, state: str) -> None:
        """What was over and is open again needs a reason, and counts how often it came back."""
        states = self.rtype.states
        assert states is not None
        if not is_reopening(states, was, state) or state not in states.transitions[was] or not states.history:
            return
        if not self.why:
            raise Refusal(
                f'it was {was}. Say why it is opened again: --why "…"',
                f'状态原为 {was}，请说明重新打开的理由：--why "…"',
            )
        if COUNT in self.rtype.by_name and not any(name == COUNT for name, _, _ in self.changed):
            self._put((COUNT,), count_of(self.sheet.data) + 1)

    def _note_span(self, path: FieldPath, value: Any) -> None:
        """Where a from–to history says who or what holds, its open entry ends yesterday and another begins."""
        for field, name, held in HISTORIES:
            history, entries = self.rtype.by_name.get(name), self.sheet.data.get(name)
            last = entries[-1] if isinstance(entries, list) and entries else None
            if path != (field,) or history is None or not isinstance(last, dict) or last.get("to"):
                continue
            assert isinstance(entries, list)
            today = self.desk.today
            if str(last.get("from", "")) >= today.isoformat():
                self._put((name, len(entries) - 1, held), value)
                continue
            self._put((name, len(entries) - 1, "to"), (today - timedelta(days=1)).isoformat())
            entry: Data = {held: value, "from": today.isoformat(), "why": self.why, "by": self.desk.me}
            self._put((name, len(entries)), {k: v for k, v in entry.items() if v and k in history.by_name})

    def history_entry(self, state: str, history: Field, entries: list[Any]) -> Data:
        """Who brought the record into a state, when and why: with the time where the record keeps times."""
        times = [str(entry.get("at", "")) for entry in entries if isinstance(entry, Mapping)]
        exact = any("T" in at for at in times) or (not times and keeps_times(self.rtype))
        at = self.desk.moment if exact else self.desk.today.isoformat()
        entry: Data = {"at": at, "to": state, "by": self.desk.me, "why": self.why}
        return {name: value for name, value in entry.items() if value and name in history.by_name}

    def _complete_action(self, path: FieldPath, value: Any) -> None:
        """An action that is done has a day on which it was."""
        if len(path) < 3 or path[-1] != "status" or value != "done":
            return
        action = value_at(self.sheet.data, path[:-1])
        field = self.rtype.by_name.get(str(path[0]))
        if field is not None and field.shape == "action" and isinstance(action, Mapping) and not action.get("done_on"):
            self._put((*path[:-1], "done_on"), self.desk.today.isoformat())

    def _add(self, path: FieldPath, field: Field, each: Assignment) -> None:
        if field.kind is not Kind.LIST:
            raise _no_list(each, field)
        there = list(value_at(self.sheet.data, path) or [])
        if field.by_name:
            self._put((*path, len(there)), read_item(each.text, field, self.desk, self.account, there))
            return
        found = read_value(each.text, field, self.desk, self.account)
        for value in found if isinstance(found, list) else [found]:
            if not any(is_equal(value, item) for item in there):
                self._put((*path, len(there)), value)
                there.append(value)

    def _take_out(self, path: FieldPath, field: Field, each: Assignment) -> None:
        if field.kind is not Kind.LIST:
            raise _no_list(each, field)
        if field.by_name:
            found, _ = find_place(self.rtype, f"{each.name}[{each.text}]", self.sheet.data)
            self._put(found, GONE)
            return
        values = read_value(each.text, field, self.desk, self.account)
        for value in values if isinstance(values, list) else [values]:
            there = value_at(self.sheet.data, path) or []
            at = next(
                (i for i, item in enumerate(there) if is_equal(value, item) or is_same(str(value), str(item))), None
            )
            if at is None:
                raise Refusal(
                    f"{each.name} does not hold {value}. It holds: {', '.join(map(str, there)) or '–'}",
                    f"{each.name} 中没有 {value}。现有：{'、'.join(map(str, there)) or '无'}",
                )
            self._put((*path, at) if len(there) > 1 else path, GONE)


def _said_twice(first: Assignment, second: Assignment) -> Refusal:
    both, both_zh = (word.join(f"{each.name}={each.text}" for each in (first, second)) for word in (" and ", " 和 "))
    return Refusal(f"a field is given twice: {both}. Keep one of them", f"同一字段写了两次：{both_zh}。请只保留一个")


def _no_list(each: Assignment, field: Field) -> Refusal:
    return Refusal(
        f"{each.name} holds one value, so nothing can be added to it or taken out. Write {field.name}=VALUE",
        f"{each.name} 只有一个值，不能增减，请写 {field.name}=值",
    )


def keeps_times(rtype: RecordType) -> bool:
    """Whether records of the type are about a time of day, not only about a day."""
    dated = rtype.by_name.get(rtype.date_field)
    return dated is not None and dated.format == "date-time"
