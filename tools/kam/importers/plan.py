"""What an import would do, worked out to the last byte before anything is written."""

from __future__ import annotations

from dataclasses import dataclass, field

from kam.importers.drafts import Draft
from kam.importers.merge import Conflict
from kam.importers.state import Remembered, State, fingerprint
from kam.model.record import UNASSIGNED

EXAMPLES = 3


@dataclass(slots=True)
class Write:
    """A file to write (or, with ``text`` None, to take away) if it still holds what it held: ``expected``."""

    path: str
    text: str | None
    expected: bytes | None


@dataclass(slots=True)
class Count:
    """What happens to the records of one type."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0
    in_tray: int = 0
    examples: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Note:
    """Something to tell: a message key and its words."""

    key: str
    words: dict[str, str]


@dataclass(slots=True)
class Plan:
    """Writes in the order in which they are made: settings, profiles, other records, the state last."""

    writes: list[Write] = field(default_factory=list)
    counts: dict[str, Count] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    state: State = field(default_factory=dict)
    made_for: str = ""
    """The account that is new because the command names it."""

    def count(self, make: str) -> Count:
        """The counts of a type."""
        return self.counts.setdefault(make, Count())

    def take(self, other: Plan) -> None:
        """Add what another plan holds."""
        self.writes += other.writes
        self.counts.update(other.counts)
        self.conflicts += other.conflicts
        self.notes += other.notes
        self.state.update(other.state)


def note_new(plan: Plan, draft: Draft, record: str, account: str) -> None:
    """Count a new record and remember what it holds."""
    count = plan.count(draft.make)
    count.new += 1
    count.in_tray += account == UNASSIGNED
    if len(count.examples) < EXAMPLES:
        count.examples.append(f"+ {record}")
    fields = {name: fingerprint(draft.data.get(name)) for name in draft.names}
    plan.state[draft.make, draft.key] = Remembered(record, fields)


def note_known(plan: Plan, draft: Draft, record: str, changed: bool) -> None:
    """Count a record that is there already."""
    count = plan.count(draft.make)
    if changed:
        count.changed += 1
        if len(count.examples) < EXAMPLES:
            count.examples.append(f"~ {record}")
    else:
        count.unchanged += 1
    count.in_tray += record.startswith(f"{UNASSIGNED}/")


def drop_unused_account(plan: Plan) -> None:
    """Make no account for the rows that name none where none of them comes in: its name may be misspelt."""
    account = plan.made_for
    profile = f"accounts/{account}/profile.md"
    made = next((write for write in plan.writes if write.path == profile and write.expected is None), None)
    others = (write for write in plan.writes if write.path.startswith("accounts/") and write is not made)
    if not account or made is None or any(account in write.path or account in (write.text or "") for write in others):
        return
    plan.writes.remove(made)
    plan.notes = [note for note in plan.notes if note != Note("new-account", {"account": account})]
    plan.state = {key: known for key, known in plan.state.items() if known.record != f"{account}/profile"}
    count = plan.count("profile")
    count.new -= 1
    count.examples = [each for each in count.examples if each != f"+ {account}/profile"]
    if count == Count():
        del plan.counts["profile"]
