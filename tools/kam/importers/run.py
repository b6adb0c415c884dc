"""An import from beginning to end: read, draft, plan, and unless it is a dry run, write."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kam.importers.drafts import Draft, Gathered, Gatherer
from kam.importers.existing import find_existing, make_registry
from kam.importers.mapping import MappingFile
from kam.importers.plan import Note, Plan, Write, drop_unused_account
from kam.importers.planner import RecordPlanner
from kam.importers.recognise import Sources, Trouble, read_sources
from kam.importers.registry import Registry
from kam.importers.state import parse_state, render_state, state_path
from kam.importers.surroundings import Surroundings
from kam.importers.thing_planner import plan_things
from kam.importers.things import FILES, THINGS
from kam.importers.validity import Validity, with_things
from kam.model.slug import slugify
from kam.settings.section import nearest

if TYPE_CHECKING:
    from kam.portfolio import Portfolio
    from kam.settings import Settings

Advance = Callable[[int], None]
Progress = Callable[[str, int], AbstractContextManager[Advance]]
"""Begins a phase (``read``, ``compare``, ``write``) of so many steps; the result counts them."""


@dataclass(slots=True)
class Outcome:
    """What an import did, or in a dry run would do; ``troubles`` stopped it before anything was written."""

    mapping: MappingFile
    sources: Sources
    gathered: Gathered = field(default_factory=Gathered)
    plan: Plan = field(default_factory=Plan)
    troubles: list[Trouble] = field(default_factory=list)
    unknown: dict[tuple[str, str], int] = field(default_factory=dict)
    dry_run: bool = False


def no_progress(phase: str, steps: int) -> AbstractContextManager[Advance]:
    """Progress for those who do not look."""
    return nullcontext(lambda count: None)


@dataclass(slots=True)
class Import:
    """One import, with all it was asked for. ``account`` takes the rows that name none; ``restore`` makes deleted
    records again."""

    root: Path
    settings: Settings
    mapping: MappingFile
    account: str = ""
    dry_run: bool = False
    restore: bool = False
    progress: Progress = no_progress

    def run(self, files: Sequence[Path], portfolio: Portfolio) -> Outcome:
        """Carry it out. Nothing is written where a file is not recognised or lacks a column."""
        sources = self.read(files)
        outcome = Outcome(self.mapping, sources, troubles=list(sources.troubles), dry_run=self.dry_run)
        if outcome.troubles:
            return outcome
        system = self.mapping.system
        place = state_path(self.root, system)
        raw = place.read_bytes() if place.exists() else None
        state = parse_state(raw or b"")
        existing = find_existing(portfolio, system, self.makes())
        registry = make_registry(existing, self.settings, system, state)
        account = self._find_account(registry, outcome)
        if outcome.troubles:
            return outcome
        gatherer = self.gatherer(sources, registry, account, portfolio)
        with self.progress("read", self.row_count(sources)) as advance:
            outcome.gathered = gatherer.run(advance)
        outcome.unknown = registry.unknown
        around = Surroundings(
            self.root,
            portfolio,
            existing,
            state,
            system,
            self.settings.types,
            Validity(self.settings),
            gatherer,
            self.restore,
        )
        outcome.plan.state = dict(state)
        self._plan(around, outcome)
        text = render_state(outcome.plan.state)
        if text.encode() != (raw or b""):
            relative = place.relative_to(self.root).as_posix()
            outcome.plan.writes.append(Write(relative, text, raw))
        return outcome

    def read(self, files: Sequence[Path]) -> Sources:
        """The rows of all files, by table."""
        return read_sources(files, self.mapping)

    def gatherer(self, sources: Sources, registry: Registry, account: str, portfolio: Portfolio) -> Gatherer:
        """What makes drafts of the rows."""
        return Gatherer(self.mapping, sources, registry, self.settings.types, account)

    def makes(self) -> Iterator[str]:
        """The record types that the source can have."""
        return (entry.make for entry in self.mapping.entries if entry.make not in THINGS)

    def row_count(self, sources: Sources) -> int:
        """How many rows there are to be read."""
        return sum(len(sources.rows.get(entry.table, ())) for entry in self.mapping.entries)

    def _find_account(self, registry: Registry, outcome: Outcome) -> str:
        """The account for rows that name none; one that is not there yet is made, unless it looks misspelt."""
        wanted = self.account or self.mapping.account
        if not wanted:
            return ""
        found = registry.find("account", wanted)
        if found is None:
            near = nearest(slugify(wanted), registry.known["account"].ids)
            if near:
                outcome.troubles.append(Trouble("no-account", {"account": wanted, "near": near}))
                return ""
            found = registry.resolve("account", wanted, "create")
            outcome.plan.made_for = found or ""
            outcome.plan.notes.append(Note("new-account", {"account": found or wanted}))
        return found or ""

    def _plan(self, around: Surroundings, outcome: Outcome) -> None:
        drafts, plan = outcome.gathered.drafts, outcome.plan
        base = self._plan_currency(around, plan, drafts)
        things: list[Draft] = []
        for make in FILES:
            things += plan_things(around, plan, make, [draft for draft in drafts if draft.make == make])
        around.validity = Validity(with_things(self.settings, things, base))
        records = [draft for draft in drafts if draft.make not in THINGS]
        with self.progress("compare", len(records)) as advance:
            RecordPlanner(around, plan).run(records, advance)
        drop_unused_account(plan)

    def _plan_currency(self, around: Surroundings, plan: Plan, drafts: Sequence[Draft]) -> str:
        """Where no base currency is set the mapping's becomes it; elsewhere say which currency has no rate.

        Returns the base currency as it will be.
        """
        wanted, currencies = self.mapping.currency, self.settings.currencies
        base = currencies.base
        if wanted and not base and drafts:
            path = "site-config/kam.yml"
            raw = (self.root / path).read_bytes()
            made = set_base_currency(raw.decode("utf-8"), wanted)
            plan.writes.append(Write(path, made, raw))
            plan.notes.append(Note("base-currency", {"currency": wanted}))
            base = wanted
        used: dict[str, str] = {}
        for draft in drafts:
            code = draft.data.get("currency")
            if draft.make not in THINGS and isinstance(code, str) and code != base:
                day = next((str(draft.data[name]) for name in ("date", "on", "closed_on") if name in draft.data), "")
                used[code] = min(used.get(code, day or "9999"), day or "9999")
        for code, day in sorted(used.items()):
            if currencies.rate(code, day) is None:
                plan.notes.append(Note("no-rate", {"currency": code, "base": base}))
        return base


def set_base_currency(text: str, code: str) -> str:
    """``kam.yml`` with its empty base currency filled in."""
    made, done = re.subn(
        r"(?m)^(base_currency:)[ \t]*(?:\"\"|''|~|null)?(?=[ \t]*(?:#|\r?$))", rf"\1 {code}", text, count=1
    )
    return made if done else f"{text.rstrip()}\nbase_currency: {code}\n"
