"""When issues are due to be answered and solved, as columns of their table and as rows of ``service_clocks``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from kam.model.record import Data, Record
from kam.policy.service_level import ServiceClock, Stage, State
from kam.policy.service_terms import EXCEPTIONS, NO_PROFILE, Terms
from kam.settings.service_levels import CLOCKS, ServiceLevels
from kam.tables.plan import ISSUE, SERVICE_LABELS, Column, Part

if TYPE_CHECKING:
    from kam.settings import Settings

TRAITS = ("tier", "tiers", "country", EXCEPTIONS)
"""What of a profile decides on the promises made to an account."""
FAR = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Followed:
    """What a batch of issues gives: values for the columns, and rows of ``service_clocks`` column by column."""

    columns: Mapping[str, list[Any]]
    rows: list[list[Any]]


class ServiceColumns:
    """Follows the clocks of issues. ``traits`` are those of each account's profile; ``day_of`` gives the company's
    calendar day of a moment."""

    def __init__(self, settings: Settings, traits: Mapping[str, Data], day_of: Callable[[str], str]) -> None:
        self.levels = settings.part(ServiceLevels)
        self.traits = traits
        self.day_of = day_of
        self.zone = ZoneInfo(settings.site.time_zone)
        rtype = settings.types.get(ISSUE)
        opened = rtype.states.open if rtype and rtype.states else ()
        self.clock = ServiceClock(self.zone, opened, self.levels.pause_while)
        self._terms: dict[str, Terms] = {}

    def follow(self, records: list[Record]) -> Followed:
        """The values of a batch, one for each record, and all stages of their clocks."""
        columns: dict[str, list[Any]] = {name: [] for name in SERVICE_LABELS}
        rows: list[tuple[Any, ...]] = []
        for record in records:
            terms = self._terms_of(record.account)
            for clock in CLOCKS:
                stages = self.clock.follow(clock, record.data, terms)
                stated = self._with_dues(stages)
                last = (stated[-1][1], stated[-1][2], _state(stages[-1])) if stated else (None, None, State.NONE.value)
                for what, value in zip(("due", "due_date", "state"), last, strict=True):
                    columns[f"{clock}_{what}"].append(value)
                head = (record.id, record.account, clock)
                rows += ((*head, at, *self._row(stage, due, day)) for at, (stage, due, day) in enumerate(stated))
        return Followed(columns, [list(values) for values in zip(*rows, strict=True)])

    def _row(self, stage: Stage, due: str | None, day: str | None) -> tuple[Any, ...]:
        at = stage.at.isoformat()
        return at, self.day_of(at), stage.tier, stage.severity, due, day, _state(stage)

    def _with_dues(self, stages: list[Stage]) -> list[tuple[Stage, str | None, str | None]]:
        """The stages with their due moment and day; most have that of the stage before."""
        found: list[tuple[Stage, str | None, str | None]] = []
        known: datetime | None = None
        due: str | None = None
        for stage in stages:
            if stage.due != known:
                known = stage.due
                due = known.astimezone(self.zone).isoformat() if known else None
            found.append((stage, due, due[:10] if due else None))
        return found

    def _terms_of(self, account: str) -> Terms:
        found = self._terms.get(account)
        if found is None:
            found = self._terms[account] = Terms(self.levels, self.traits.get(account, NO_PROFILE))
        return found


def _state(stage: Stage) -> str:
    """The stage's state as far as no clock tells: what still runs is due."""
    return stage.state(stage.at if stage.due is None else min(stage.due, FAR)).value


def traits_of(profile: Record) -> Data:
    """What of a profile decides on the promises made to the account."""
    return {name: profile.data[name] for name in TRAITS if name in profile.data}


def promised_sql(day: str) -> str:
    """A query for what was known of the clocks of issues on a day: a struct for each clock, by record."""
    one = "struct_pack(due := due, due_date := due_date, severity := severity, state := state)"
    picked = ", ".join(f"arg_max({one}, idx) FILTER (clock = '{clock}') AS {clock}" for clock in CLOCKS)
    return f"SELECT record, {picked} FROM service_clocks WHERE at_date <= {day} GROUP BY record"


def replaced_sql(columns: Iterable[Column], day: str) -> str:
    """The service columns among those of the table of issues, as they were known on a day, from ``promised_sql``."""
    known = {}
    for clock in CLOCKS:
        state, due_date = f"promised.{clock}.state", f"promised.{clock}.due_date"
        known[f"{clock}_due"] = f"promised.{clock}.due"
        known[f"{clock}_due_date"] = due_date
        known[f"{clock}_state"] = (
            f"CASE WHEN {state} IS NULL THEN 'none' WHEN {state} = 'due' AND {due_date} <= {day} THEN 'missed'"
            f" ELSE {state} END"
        )
    return ", ".join(f"{known[c.name]} AS {c.name}" for c in columns if c.part is Part.SERVICE)


def severity_sql(current: str) -> str:
    """The severity as it was known on a day, from ``promised_sql``; else the ``current`` one."""
    return f"coalesce({', '.join(f'promised.{clock}.severity' for clock in CLOCKS)}, {current})"
