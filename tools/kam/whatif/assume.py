"""Assumptions turned into records: written into texts as an author would, loaded and checked as files are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from kam.authoring import Desk, Refusal
from kam.authoring.assign import Assigner
from kam.authoring.new_record import add_entry, iter_defaults
from kam.authoring.sheet import FileSheet, NewSheet
from kam.model.problem import FieldPath, Level, Problem, field_text
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.portfolio.judge import Judge
from kam.portfolio.trial import Trial, try_changes
from kam.settings.figures import Figures
from kam.settings.section import is_day
from kam.settings.yaml_reader import load_yaml_with_lines
from kam.whatif.overlay import AssumedRecords
from kam.whatif.patch import RULE, Added, Changed, Patch, read_patch
from kam.write import render_record
from kam.write.splice import GONE

if TYPE_CHECKING:
    from kam.portfolio import Portfolio
    from kam.settings import Settings

WHY = "what-if"
"""The reason that histories of assumed records give."""
STEPS = ("state-transition", "state-change")
"""The rules on which state may follow which: an assumed state may be any, since how it came to be is not assumed."""


@dataclass
class Assumed:
    """What a ``file`` assumes. ``records`` is None where it has mistakes; ``problems`` then says which, sorted.

    ``changed``, ``added`` and ``removed`` are ids of records; ``figures`` are named as in the table ``parameters``.
    """

    file: str
    problems: list[Problem]
    records: AssumedRecords | None = None
    changed: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    rates: dict[str, str] = field(default_factory=dict)
    figures: dict[str, str] = field(default_factory=dict)


def read_assumptions(portfolio: Portfolio, path: str, raw: bytes, as_of: date) -> Assumed:
    """Read the bytes of a file of assumptions and check what they make of the records; nothing is written.

    ``path`` goes into the problems. Assumed changes of state happen at the end of the day.
    """
    file = load_yaml_with_lines(path, raw, empty_ok=True, list_ok=True)
    patch = read_patch(file, portfolio, as_of)
    end = datetime.combine(as_of, time(23, 59), ZoneInfo(portfolio.settings.site.time_zone))
    desk = Desk(portfolio.root, portfolio.settings, portfolio, as_of, end.isoformat(timespec="minutes"))
    draft = _Draft(desk, patch)
    draft.write()
    records = draft.check(as_of) if draft.files else {}
    if any(problem.level is Level.ERROR for problem in file.problems):
        return Assumed(path, sorted(file.problems, key=lambda each: each.sort_key))
    instead: dict[str, Record | None] = {**records, **dict.fromkeys(patch.removed)}
    settings = _with_figures(_with_rates(portfolio.settings, patch), patch)
    overlay = AssumedRecords(portfolio, instead, settings)
    changed = sorted({each.record.id for each in patch.changed})
    added = sorted(records.keys() - set(changed))
    rates = {code: f"{rate:f}" for code, _, rate in patch.rates}
    before, after = (each.part(Figures).parameters for each in (portfolio.settings, settings))
    figures = {name: f"{value}" for name, value in after.items() if before.get(name) != value}
    return Assumed(path, [], overlay, changed, added, sorted(patch.removed), rates, figures)


class _Draft:
    """The files that the assumptions make, and where in the file of assumptions each of their records comes from."""

    def __init__(self, desk: Desk, patch: Patch) -> None:
        self.desk, self.patch = desk, patch
        self.files: dict[str, bytes] = {}
        self.sources: dict[str, list[FieldPath]] = {}

    def write(self) -> None:
        """Make the texts; what cannot be written becomes a problem of the file of assumptions."""
        for change in self.patch.changed:
            self._try(self._change, change, "set")
        for new in self.patch.added:
            self._try(self._add, new, "fields")

    def _try(self, make: Any, what: Changed | Added, key: str) -> None:
        try:
            make(what)
        except Refusal as refusal:
            self.patch.file.report((what.at, key), RULE, "refused", {"why_en": refusal.en, "why_zh": refusal.zh})

    def _change(self, change: Changed) -> None:
        record = change.record
        rtype = self.desk.settings.types[record.type]
        raw = self.files.get(record.path) or self.desk.portfolio.read_bytes(record.path)
        sheet = FileSheet(record.path, raw, rtype, record.id.partition("#")[2])
        assigner = Assigner(self.desk, rtype, sheet, record.account, WHY)
        for path, value in _iter_leaves(change.values, sheet.data):
            if value is None:
                sheet.put(path, GONE)
            elif _is_end_undone(rtype, sheet.data, path, value):
                _correct_end(rtype, sheet, value)
            else:
                assigner.assign(path, value)
        self.files[record.path] = sheet.text.encode()
        self.sources.setdefault(record.id, []).append((change.at, "set"))

    def _add(self, new: Added) -> None:
        data = {name: value for name, value in new.values.items() if value is not None}
        for name, value in iter_defaults(self.desk, new.rtype, data):
            data.setdefault(name, value)
        self._begin_history(new, data)
        if new.rtype.layout == "ledger":
            data = {"id": data.pop("id", new.id or f"what-if-{new.at + 1}"), **data}
        path = self._place_of(new, data)
        there = self._read(path)
        if new.rtype.layout != "ledger":
            text = render_record(new.rtype, data)
        elif there is None:
            text = render_record(new.rtype, {"entries": [data]})
        else:
            text = add_entry(path, there, new.rtype, data)
        self.files[path] = text.encode()
        stem = path.removeprefix("accounts/").removesuffix(".md")
        record = f"{stem}#{data['id']}" if new.rtype.layout == "ledger" else stem
        self.sources.setdefault(record, []).append((new.at, "fields"))

    def _begin_history(self, new: Added, data: dict[str, Any]) -> None:
        states = new.rtype.states
        history = new.rtype.by_name.get(states.history) if states else None
        if states is None or history is None or states.history in data or states.field not in data:
            return
        entry = Assigner(self.desk, new.rtype, NewSheet(), "", WHY).history_entry(str(data[states.field]), history, [])
        day = data.get(new.rtype.date_field)
        data[states.history] = [{**entry, "at": day} if is_day(day) and str(day) < str(entry["at"]) else entry]

    def _place_of(self, new: Added, data: Mapping[str, Any]) -> str:
        folder = f"accounts/{new.account}"
        if new.rtype.name == "profile":
            return f"{folder}/profile.md"
        day = str(data.get(new.rtype.date_field, ""))[:10]
        day = day if is_day(day) else self.desk.today.isoformat()
        if new.rtype.layout == "ledger":
            return f"{folder}/{new.rtype.folder}/{day[:7]}.md"
        stem = new.id or f"{day}-what-if-{new.at + 1}"
        path = f"{folder}/{new.rtype.folder}/{stem}.md"
        if self._read(path) is not None:
            args = {"record": path.removeprefix("accounts/").removesuffix(".md")}
            self.patch.file.report((new.at, "id"), RULE, "there", args)
        return path

    def _read(self, path: str) -> bytes | None:
        from kam.portfolio.files import read_file_or_none

        return self.files.get(path) or read_file_or_none(f"{self.desk.root}/{path}")

    def check(self, as_of: date) -> dict[str, Record]:
        """The assumed records, as the loader, the schema and all rules find them; their errors become problems."""
        root, settings = Path(self.desk.root), self.desk.settings
        trial = try_changes(root, settings, self.files, as_of)
        judge = Judge(settings, lambda _: "")
        found = [
            each
            for each in _iter_added(trial)
            if judge.is_fault(each) and each.record in self.sources and not self._is_free_step(each)
        ]
        placed = [(each, self._find_value(each)) for each in found]
        own = {_spell(each) for each, path in placed if path is not None}
        for each, path in placed:
            if path is not None or _spell(each) not in own:
                self._report(each, path or self.sources[each.record][-1])
        records = {record.id: record for record in trial.records if record.id in self.sources}
        for name in sorted(self.sources.keys() - records.keys()):
            self.patch.file.report(self.sources[name][0], RULE, "unreadable", {"record": name})
        return records

    def _is_free_step(self, problem: Problem) -> bool:
        """Whether a step is complained of that leads to the state assumed."""
        if problem.rule not in STEPS:
            return False
        types = self.desk.settings.types
        return any(
            each.record.id == problem.record
            and (states := types[each.record.type].states)
            and states.field in each.values
            for each in self.patch.changed
        )

    def _find_value(self, problem: Problem) -> FieldPath | None:
        """Where the value that is wrong is assumed, or what it is in; None where it follows from another one."""
        places = {
            field_text(path[len(source) :]): path
            for source in self.sources[problem.record]
            for path in self.patch.file.value_places
            if path[: len(source)] == source
        }
        name = problem.field
        while name and name not in places:
            name = name[: max(name.rfind("."), name.rfind("["), 0)]
        return places[name] if name else None

    def _report(self, problem: Problem, path: FieldPath) -> None:
        file = self.patch.file
        line, column = file.place(path, of_key=problem.rule == "unknown-field")
        file.problems.append(replace(problem, path=file.path, line=line, column=column))


def _spell(problem: Problem) -> tuple[str, str]:
    return problem.rule, problem.args.get("value") or problem.args.get("text", "")


def _iter_leaves(values: Mapping[str, Any], there: Any, path: FieldPath = ()) -> Iterator[tuple[FieldPath, Any]]:
    """What is to be put where: the fields of a map one by one where the record has the map, all else as a whole."""
    for name, value in values.items():
        old = there.get(name) if isinstance(there, Mapping) else None
        if isinstance(value, Mapping) and isinstance(old, Mapping):
            yield from _iter_leaves(value, old, (*path, name))
        else:
            yield (*path, name), value


def _is_end_undone(rtype: RecordType, data: Mapping[str, Any], path: FieldPath, value: Any) -> bool:
    """Whether a record that has come to its end is assumed in a state that cannot follow: a lost deal as won."""
    states = rtype.states
    if states is None or path != (states.field,):
        return False
    was = data.get(states.field)
    return was in states.terminal and value != was and str(value) not in states.transitions.get(str(was), ())


def _correct_end(rtype: RecordType, sheet: FileSheet, value: Any) -> None:
    """It ended so instead, on the same day: the step that was its end has led to the other state."""
    states = rtype.states
    assert states is not None
    was, entries = sheet.data.get(states.field), sheet.data.get(states.history)
    sheet.put((states.field,), value)
    if isinstance(entries, list) and entries and isinstance(entries[-1], Mapping) and entries[-1].get("to") == was:
        sheet.put((states.history, len(entries) - 1, "to"), value)


def _iter_added(trial: Trial) -> Iterator[Problem]:
    known = Counter(map(_key, trial.before))
    for problem in trial.after:
        if known[_key(problem)] > 0:
            known[_key(problem)] -= 1
        else:
            yield problem


def _key(problem: Problem) -> Hashable:
    return problem.record, problem.rule, problem.key, problem.field, tuple(sorted(problem.args.items()))


def _with_rates(settings: Settings, patch: Patch) -> Settings:
    if not patch.rates:
        return settings
    listed = dict(settings.currencies.listed)
    for code, since, rate in patch.rates:
        earlier = tuple(each for each in listed[code].rates if each[0] < since)
        listed[code] = listed[code]._replace(rates=(*earlier, (since, rate)))
    return replace(settings, currencies=settings.currencies._replace(listed=listed))


def _with_figures(settings: Settings, patch: Patch) -> Settings:
    return settings if patch.figures is None else replace(settings, parts=settings.parts.having(patch.figures))
