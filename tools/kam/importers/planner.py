"""Works out what becomes of every draft: a new record, a change of some fields, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from kam.importers.drafts import Draft
from kam.importers.edits import apply_changes
from kam.importers.ledgers import LedgerPlanner
from kam.importers.loosen import loosen
from kam.importers.merge import merge_draft
from kam.importers.plan import Note, Plan, Write, note_known, note_new
from kam.importers.state import Remembered
from kam.importers.surroundings import Surroundings
from kam.model.record import UNASSIGNED, Data, Record
from kam.model.slug import slugify

if TYPE_CHECKING:
    from kam.model.schema import RecordType


class RecordPlanner:
    """Plans accounts' records, one file each; entries of ledgers are handed on."""

    def __init__(self, around: Surroundings, plan: Plan) -> None:
        self.around, self.plan = around, plan
        self.ledgers = LedgerPlanner(around, plan)
        self.taken: set[str] = set()
        self.gone: set[str] = set()

    def run(self, drafts: Sequence[Draft], advance: Callable[[int], None] = lambda count: None) -> None:
        """Accounts first: what refers to one that is not to be must not."""
        ordered = sorted(drafts, key=lambda draft: draft.make != "profile")
        for draft in ordered:
            self._prepare(draft)
        there = {draft.id for draft in ordered if draft.make == "profile" and self._will_be(draft)}
        self.gone = self.around.gatherer.registry.known["account"].ids - there - self.around.existing.accounts
        loosen(ordered, self.gone, self.around, self.plan)
        for draft in ordered:
            self._plan(draft)
            advance(1)
        self.ledgers.finish()

    def _prepare(self, draft: Draft) -> None:
        if "source" in self.around.types[draft.make].by_name:
            draft.data["source"] = {"system": self.around.system, "id": draft.key}
            draft.names = (*draft.names, "source")

    def _will_be(self, draft: Draft) -> bool:
        """Whether the account of a profile is there, or will be."""
        from kam.write import render_record

        last = self.around.state.get((draft.make, draft.key))
        if self._find(draft, last) is not None:
            return True
        if last is not None and not self.around.restore:
            return False
        text = render_record(self.around.types[draft.make], draft.data, draft.body)
        return not self.around.validity.check(f"accounts/{draft.id}/profile.md", text, draft.make, draft.id)[1]

    def _plan(self, draft: Draft) -> None:
        around = self.around
        rtype = around.types[draft.make]
        if draft.account in self.gone:
            draft.account = ""
        last = around.state.get((draft.make, draft.key))
        record = self._find(draft, last)
        if record is None and last is not None and not around.restore:
            self._leave_out(draft, last)
        elif rtype.layout == "ledger":
            self.ledgers.plan(draft, record, last)
        elif record is None:
            self._create(draft, rtype)
        else:
            self._clear_double(draft, record)
            self._update(draft, record, last, rtype)

    def _find(self, draft: Draft, last: Remembered | None) -> Record | None:
        """The record the draft is about: by its origin, its account, where it last was, or (of a form) its path."""
        found = self.around.existing.by_source.get((draft.make, draft.key))
        if found is None and draft.make == "profile":
            found = self.around.existing.profiles.get(draft.id)
        if found is None and last is not None:
            found = self.around.portfolio.find_record(last.record)
        if found is None and draft.said is not None and draft.account and draft.slug:
            folder = self.around.types[draft.make].folder
            found = self.around.portfolio.find_record(f"{draft.account}/{folder}/{draft.slug}")
        return found

    def _leave_out(self, draft: Draft, last: Remembered) -> None:
        """A record people deleted (or broke) since the last import is not made again."""
        path = f"accounts/{last.record.partition('#')[0]}.md"
        key = "unreadable" if (self.around.root / path).exists() and "#" not in last.record else "deleted"
        self.plan.count(draft.make).deleted += 1
        self.plan.notes.append(Note(key, {"record": last.record, "id": draft.key}))
        self.plan.state[draft.make, draft.key] = last

    def _create(self, draft: Draft, rtype: RecordType) -> None:
        from kam.write import render_record

        account = draft.id if draft.make == "profile" else draft.account or UNASSIGNED
        path = self._free_path(draft, rtype, account)
        text = render_record(rtype, draft.data, draft.body)
        _, errors = self.around.validity.check(path, text, draft.make, account)
        if errors:
            self.around.reject(draft, "invalid", {}, errors[0])
            return
        self.taken.add(path)
        self.plan.writes.append(Write(path, text, None))
        record = path.removeprefix("accounts/").removesuffix(".md")
        note_new(self.plan, draft, record, account)

    def _free_path(self, draft: Draft, rtype: RecordType, account: str) -> str:
        if draft.make == "profile":
            return f"accounts/{account}/profile.md"
        folder = f"accounts/{account}/{rtype.folder}"
        stem = slugify(draft.slug) or slugify(f"{_day(draft.data, rtype)}-{draft.key}") or slugify(draft.make)
        path, number = f"{folder}/{stem}.md", 2
        while path in self.taken or (self.around.root / path).exists():
            path, number = f"{folder}/{stem}-{number}.md", number + 1
        return path

    def _update(self, draft: Draft, record: Record, last: Remembered | None, rtype: RecordType) -> None:
        merged = merge_draft(draft, record, rtype, last)
        path = self._moved_path(draft, record, rtype)
        self.plan.conflicts += merged.conflicts
        if merged.changes or path != record.path:
            raw = self.around.portfolio.read_bytes(record.path)
            text = apply_changes(raw, rtype, (), merged.changes)
            account = path.split("/")[1]
            if text is None:
                self.around.reject(draft, "no-splice", {"record": record.id})
                return
            _, errors = self.around.validity.check(path, text, draft.make, account)
            if errors and not record.faulty:
                self.around.reject(draft, "invalid-change", {"record": record.id}, errors[0])
                if last is not None:
                    self.plan.state[draft.make, draft.key] = last
                return
            self._write_changed(record.path, path, text, raw)
        new_id = path.removeprefix("accounts/").removesuffix(".md")
        note_known(self.plan, draft, new_id, bool(merged.changes or path != record.path))
        self.plan.state[draft.make, draft.key] = Remembered(new_id, merged.fields)

    def _clear_double(self, draft: Draft, record: Record) -> None:
        """A copy left in the in-tray by an import that was killed while moving it goes; any other is told."""
        double = self.around.existing.doubles.get((draft.make, draft.key))
        if double is None:
            return
        if (
            double.account == UNASSIGNED
            and "#" not in double.id
            and (double.data, double.body)
            == (
                record.data,
                record.body,
            )
        ):
            raw = self.around.portfolio.read_bytes(double.path)
            self.plan.writes.append(Write(double.path, None, raw))
        else:
            self.plan.notes.append(Note("doubled", {"old": double.id, "new": record.id}))

    def _write_changed(self, old: str, new: str, text: str, raw: bytes) -> None:
        if old == new:
            self.plan.writes.append(Write(old, text, raw))
            return
        self.taken.add(new)
        self.plan.writes += [Write(new, text, None), Write(old, None, raw)]
        self.plan.notes.append(Note("moved", {"old": old, "new": new}))

    def _moved_path(self, draft: Draft, record: Record, rtype: RecordType) -> str:
        """Where the record belongs: out of the in-tray once the source names an account, else where it is."""
        if draft.make == "profile" or record.account != UNASSIGNED or not draft.account:
            return record.path
        return self._free_path(draft, rtype, draft.account)


def _day(data: Data, rtype: RecordType) -> str:
    return str(data.get(rtype.date_field, ""))[:10] if rtype.date_field else ""
