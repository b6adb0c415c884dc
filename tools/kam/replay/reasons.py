"""Which changed records and settings files the differences of figures follow from, and who changed them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from kam.history.audit import Wanted, iter_audit
from kam.history.changes import Compared, State, compare_states
from kam.history.compare import find_renames
from kam.history.differences import iter_differences
from kam.kpi.definition import Kpi
from kam.kpi.result import FactRow
from kam.replay.definitions import FileDifference, compare_settings
from kam.replay.facts import Facts, iter_differing
from kam.replay.restatement import FactChange, RecordChange, RestatedFigure, SettingsChange, Step
from kam.replay.revision import Revision
from kam.settings.files import CONFIG
from kam.tables.gathered import SHARED
from kam.tables.plan import plan_tables

if TYPE_CHECKING:
    from kam.git import Commit, Repository
    from kam.portfolio import Portfolio
    from kam.rules.contract import Change

WORD = re.compile(r"\w+")
REVISIONS = "revisions"
OWN_GROUPINGS = ("", "account", "person", "month", "quarter", "year")
"""Groupings that follow from the facts alone; all others follow from traits of the account or of people too."""
TRAITS = frozenset(
    {"owner", "owners", "tier", "tiers", "industry", "region", "country", "parent", "lifecycle", "history"}
)
"""Fields of the profile that decide in which groups an account is."""
MANY = 20
"""So many records are named at most as what a fact may follow from."""


class Reasons:
    """What changed between two portfolios. The files are compared when somebody asks."""

    def __init__(
        self, repository: Repository, then: Portfolio, now: Portfolio, since: Revision, until: Revision | None
    ) -> None:
        self._repository, self._then, self._now = repository, then, now
        self._since = since.commit.sha
        self._until = until.commit.sha if until else "HEAD"
        self._is_folder = until is None

    @property
    def names(self) -> Mapping[str, str]:
        """Former → present id of every renamed record."""
        return self._compared.names

    def has_same_records(self) -> bool:
        """Whether no record and nothing of their history is different."""
        if self._then.digest != self._now.digest:
            return False
        spans = ((self._since, self._until), (self._until, self._since))
        return not any(
            True
            for since, until in spans
            for _ in self._repository.log(since=self._commit(since), until=self._commit(until))
        )

    def compare_facts(self, cause: str, kpi: Kpi, pairs: Mapping[date, tuple[Facts, Facts]]) -> list[FactChange]:
        """The records whose facts are not the same before and after; what differs alike on several days, together."""
        found: dict[tuple[str, tuple[FactRow, ...], tuple[FactRow, ...]], list[date]] = {}
        for day, (before, after) in pairs.items():
            for record, was, now in iter_differing(before, after, _plain):
                found.setdefault((record, tuple(was), tuple(now)), []).append(day)
        return [self._fact_change(cause, kpi, *key, tuple(days)) for key, days in found.items()]

    def find_regrouped(self, figures: Iterable[RestatedFigure]) -> tuple[str, ...]:
        """Changed profiles that may have moved accounts from group to group."""
        if all(each.grouping in OWN_GROUPINGS or "records" not in each.causes for each in figures):
            return ()
        return tuple(
            sorted(
                change.record
                for change in self._compared.changes
                if change.type == "profile" and self._changed_fields(change) & TRAITS
            )
        )

    def describe_records(self, records: Iterable[str]) -> dict[str, RecordChange]:
        """Record → what happened to it since, for the changed ones among those named."""
        wanted = {record: self._changes[record] for record in records if record in self._changes}
        if not wanted:
            return {}
        steps: dict[str, list[Step]] = {}
        asked = Wanted(records=frozenset(wanted))
        settings = self._now.settings
        for entry in iter_audit(
            self._repository, settings, asked, since=self._commit(self._since), until=self._commit(self._until)
        ):
            steps.setdefault(entry.record, []).append(self._step(entry.commit))
        return {record: self._describe(wanted[record], steps.get(record, ())) for record in sorted(wanted)}

    def describe_settings(self, paths: Iterable[str]) -> dict[str, SettingsChange]:
        """Path → how a settings file differs, and who changed it."""
        wanted = {path: self._settings[path] for path in paths if path in self._settings}
        if not wanted:
            return {}
        steps: dict[str, list[Step]] = {}
        span = {"since": self._commit(self._since), "until": self._commit(self._until)}
        for commit in self._repository.log((CONFIG,), **span):
            for change in commit.changes:
                if change.path in wanted:
                    steps.setdefault(change.path, []).append(self._step(commit))
        return {
            path: SettingsChange(file, steps.get(path, ()), path in self._uncommitted)
            for path, file in sorted(wanted.items())
        }

    @cached_property
    def _compared(self) -> Compared:
        renames = find_renames(self._repository, self._since, self._until)
        return compare_states(State(self._then), State(self._now), renames)

    @cached_property
    def _changes(self) -> Mapping[str, Change]:
        return {change.record: change for change in self._compared.changes}

    @cached_property
    def _former(self) -> Mapping[str, str]:
        return {now: was for was, now in self.names.items()}

    @cached_property
    def _settings(self) -> Mapping[str, FileDifference]:
        found = compare_settings(self._then.settings.root, self._now.settings.root)
        return {each.path: each for each in (*found.definitions.values(), *found.others)}

    @cached_property
    def _uncommitted(self) -> frozenset[str]:
        """Files of the folder that are not as the commit checked out has them."""
        if not self._is_folder:
            return frozenset()
        head = self._commit("HEAD")
        changed = self._repository.differences(head, None, ("accounts", "archive", CONFIG))
        return frozenset(path for each in changed for path in (each.path, each.old_path))

    @cached_property
    def _left_out(self) -> tuple[frozenset[str], frozenset[str]]:
        return frozenset(self._then.left_out()), frozenset(self._now.left_out())

    def _commit(self, revision: str) -> str:
        return self._head if revision == "HEAD" else revision

    @cached_property
    def _head(self) -> str:
        return self._repository.resolve("HEAD")

    def _step(self, commit: Commit) -> Step:
        person = self._now.settings.find_person(commit.author_email) if commit.author_email else None
        return Step(commit, person.id if person else "")

    def _describe(self, change: Change, steps: Sequence[Step]) -> RecordChange:
        old, new = change.before, change.after
        shown = new or old
        assert shown is not None
        rtype = self._now.settings.types.get(shown.type) or self._then.settings.types[shown.type]
        differences = tuple(iter_differences(old.data, new.data, rtype.fields)) if old and new else ()
        was = old.id if old and new and old.id != new.id else ""
        paths = {each.path for each in (old, new) if each}
        is_uncommitted = bool(paths & self._uncommitted)
        return RecordChange(
            change.record, shown.path, shown.type, was, _kind(change), differences, steps, is_uncommitted,
            self._note(change.record),
        )  # fmt: skip

    def _changed_fields(self, change: Change) -> set[str]:
        old, new = (side.data if side else {} for side in (change.before, change.after))
        return {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}

    def _fact_change(
        self, cause: str, kpi: Kpi, record: str, was: tuple[FactRow, ...], now: tuple[FactRow, ...],
        days: tuple[date, ...],
    ) -> FactChange:  # fmt: skip
        note = self._note(record)
        if cause != "records":
            return FactChange(record, cause, days, was, now, note=note)
        if record in self._changes:
            return FactChange(record, cause, days, was, now, (record,), note=note)
        account = next((each.account for each in (*now, *was)), None)
        behind = () if note else self._behind(kpi, account)
        return FactChange(record, cause, days, was, now, behind, is_direct=False, note=note)

    def _note(self, record: str) -> str:
        """Whether errors keep the record out of the figures on one side only."""
        then_out, now_out = self._left_out
        former = self._former.get(record, record)
        if (former in then_out) == (record in now_out):
            return ""
        return "left-out-now" if record in now_out else "left-out-then"

    def _behind(self, kpi: Kpi, account: str | None) -> tuple[str, ...]:
        """The changed records of types that the query looks at: of the account, else of any."""
        types = self._types_asked(kpi)
        found = [each for each in self._compared.changes if each.type in types]
        own = [each for each in found if account and _account(each) == account]
        return tuple(sorted(each.record for each in own or found)[:MANY])

    def _types_asked(self, kpi: Kpi) -> set[str]:
        words = {word.removesuffix("_on") for word in WORD.findall(kpi.sql)}
        types = self._now.settings.types
        if words & {each.name for each in SHARED} - {REVISIONS}:
            return set(types)
        plans = plan_tables(types.values())
        return {plan.rtype.name for plan in plans if words & {table.name for table in plan.iter_all()}} or set(types)


def _plain(facts: Sequence[FactRow]) -> list[tuple[str, ...]]:
    """What facts amount to, whatever the record was called."""
    return sorted((str(f.account), str(f.person), str(f.at), str(f.numerator), str(f.denominator)) for f in facts)


def _kind(change: Change) -> str:
    if change.before is None:
        return "added"
    if change.after is None:
        return "removed"
    if change.was_archived != change.is_archived:
        return "archived" if change.is_archived else "restored"
    return "renamed" if change.before.data == change.after.data else "changed"


def _account(change: Change) -> str:
    found = change.after or change.before
    return found.account if found else ""
