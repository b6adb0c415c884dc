"""Plans entries of ledgers: all new and changed entries of one account and month go into their file at once."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kam.importers.drafts import Draft
from kam.importers.edits import apply_changes
from kam.importers.merge import FieldChange, merge_draft
from kam.importers.plan import Note, Plan, Write, note_known, note_new
from kam.importers.state import Remembered
from kam.model.problem import Problem
from kam.model.record import UNASSIGNED, Data, Record

if TYPE_CHECKING:
    from kam.importers.surroundings import Surroundings
    from kam.model.schema import RecordType

UNFIT = re.compile(r"[\s#]+")


@dataclass(slots=True)
class _Edit:
    draft: Draft
    record: Record
    changes: list[FieldChange]
    fields: dict[str, str]


@dataclass(slots=True)
class _File:
    """What is to happen to one ledger file. Entries by their id; ``removed`` ones go to another file."""

    rtype: RecordType
    account: str
    new: dict[str, tuple[Draft, Data]] = field(default_factory=dict)
    edits: list[_Edit] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)


class LedgerPlanner:
    """Collects entries by file, then builds, checks and plans each file."""

    def __init__(self, around: Surroundings, plan: Plan) -> None:
        self.around, self.plan_made = around, plan
        self.files: dict[str, _File] = {}

    def plan(self, draft: Draft, record: Record | None, last: Remembered | None) -> None:
        """Note what becomes of one entry."""
        rtype = self.around.types[draft.make]
        if record is None:
            self._add(draft, rtype, {"id": UNFIT.sub("-", draft.key), **draft.data})
            return
        merged = merge_draft(draft, record, rtype, last)
        self.plan_made.conflicts += merged.conflicts
        if record.account == UNASSIGNED and draft.account:
            self._move(draft, record, rtype, merged.changes)
        elif merged.changes:
            file = self._file(record.path, rtype, record.account)
            file.edits.append(_Edit(draft, record, merged.changes, merged.fields))
        else:
            note_known(self.plan_made, draft, record.id, changed=False)
            self.plan_made.state[draft.make, draft.key] = Remembered(record.id, merged.fields)

    def finish(self) -> None:
        """Plan the writing of every file touched."""
        for path, file in sorted(self.files.items()):
            if (self.around.root / path).exists():
                self._extend(path, file)
            else:
                self._make(path, file)

    def _file(self, path: str, rtype: RecordType, account: str) -> _File:
        return self.files.setdefault(path, _File(rtype, account))

    def _add(self, draft: Draft, rtype: RecordType, entry: Data) -> None:
        day = str(draft.data.get(rtype.date_field, ""))
        if not day:
            self.around.reject(draft, "no-month", {"field": rtype.date_field})
            return
        account = draft.account or UNASSIGNED
        file = self._file(f"accounts/{account}/{rtype.folder}/{day[:7]}.md", rtype, account)
        name = str(entry["id"])
        if name in file.new:
            self.around.reject(draft, "entry-taken", {"value": name})
        else:
            file.new[name] = (draft, entry)

    def _move(self, draft: Draft, record: Record, rtype: RecordType, changes: list[FieldChange]) -> None:
        """Out of the in-tray, with what people wrote there."""
        entry = dict(record.data)
        for change in changes:
            if change.value is None:
                entry.pop(change.name, None)
            else:
                entry[change.name] = change.value
        self._add(draft, rtype, entry)
        self._file(record.path, rtype, record.account).removed.append(str(record.data["id"]))
        self.plan_made.notes.append(Note("moved", {"old": record.path, "new": draft.account}))

    def _make(self, path: str, file: _File) -> None:
        from kam.write import render_record

        while file.new:
            text = render_record(file.rtype, {"entries": [entry for _, entry in file.new.values()]})
            errors = self.around.validity.check(path, text, file.rtype.name, file.account)[1]
            if not errors:
                self._note_new(path, file)
                self.plan_made.writes.append(Write(path, text, None))
                return
            self._drop(file, errors)

    def _extend(self, path: str, file: _File) -> None:
        raw = self.around.portfolio.read_bytes(path)
        document, errors = self.around.validity.check(
            path, raw.decode("utf-8", "replace"), file.rtype.name, file.account
        )
        ids = [record.id.partition("#")[2] for record in document.records]
        if errors:
            self._give_up(file, "ledger-faulty", {"path": path}, errors[0])
            return
        for name in set(ids) & file.new.keys():
            self.around.reject(file.new.pop(name)[0], "entry-taken", {"value": name})
        while file.new or file.edits or file.removed:
            text = self._spliced(path, raw, ids, file)
            if text is None:
                self._give_up(file, "no-splice", {"record": path}, None)
                return
            errors = self.around.validity.check(path, text, file.rtype.name, file.account)[1]
            if not errors:
                self._note_new(path, file)
                self._note_edits(file)
                gone = set(ids) == set(file.removed) and not file.new
                self.plan_made.writes.append(Write(path, None if gone else text, raw))
                return
            if not self._drop(file, errors):
                self._give_up(file, "ledger-faulty", {"path": path}, errors[0])
                return

    def _spliced(self, path: str, raw: bytes, ids: list[str], file: _File) -> str | None:
        from kam.write import insert_entries

        text: str | None = raw.decode("utf-8")
        for edit in file.edits:
            index = ids.index(str(edit.record.data["id"]))
            text = apply_changes((text or "").encode(), file.rtype, ("entries", index), edit.changes)
            if text is None:
                return None
        for name in sorted(file.removed, key=ids.index, reverse=True):
            if len(file.removed) < len(ids):
                whole = FieldChange(str(ids.index(name)), None)
                text = apply_changes((text or "").encode(), file.rtype, ("entries",), [whole], by_index=True)
            if text is None:
                return None
        left = [name for name in ids if name not in file.removed]
        new = {name: entry for name, (_, entry) in file.new.items()}
        return insert_entries(path, text or "", file.rtype, left, new) if new else text

    def _drop(self, file: _File, errors: list[Problem]) -> bool:
        """Reject the entries that have errors, all new ones if the error names none; says whether any was dropped."""
        wrong = {problem.record.partition("#")[2]: problem for problem in errors}
        named = [name for name in file.new if name in wrong]
        kept = [edit for edit in file.edits if str(edit.record.data["id"]) not in wrong]
        if not named and len(kept) == len(file.edits):
            named = list(file.new)
        for name in named:
            self.around.reject(file.new.pop(name)[0], "invalid", {}, wrong.get(name, errors[0]))
        for edit in file.edits:
            if edit not in kept:
                self.around.reject(edit.draft, "invalid-change", {"record": edit.record.id}, errors[0])
        dropped = bool(named) or len(kept) < len(file.edits)
        file.edits = kept
        return dropped

    def _give_up(self, file: _File, key: str, words: dict[str, str], problem: Problem | None) -> None:
        for draft in [*(draft for draft, _ in file.new.values()), *(edit.draft for edit in file.edits)]:
            self.around.reject(draft, key, words, problem)

    def _note_new(self, path: str, file: _File) -> None:
        stem = path.removeprefix("accounts/").removesuffix(".md")
        for name, (draft, _) in file.new.items():
            note_new(self.plan_made, draft, f"{stem}#{name}", file.account)

    def _note_edits(self, file: _File) -> None:
        for edit in file.edits:
            note_known(self.plan_made, edit.draft, edit.record.id, changed=True)
            self.plan_made.state[edit.draft.make, edit.draft.key] = Remembered(edit.record.id, edit.fields)
