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


KNOWN = "severity_known"
JOINED = f"""
CREATE OR REPLACE TEMP TABLE "record spans" AS
  WITH clocks AS (
    SELECT record AS id, at_date AS day, clock, max_by(struct_pack(due := due, due_date := due_date,
      severity := severity, state := state), idx) AS known
    FROM service_clocks WHERE at_date IS NOT NULL GROUP BY ALL),
  cuts AS (
    SELECT id, valid_from AS day FROM "record spans"
    UNION SELECT c.id, c.day FROM clocks c JOIN "record spans" s ON s.id = c.id
      WHERE s.valid_from < c.day AND c.day < s.valid_to),
  parts AS (
    SELECT id, day, lead(day, 1, DATE 'infinity') OVER (PARTITION BY id ORDER BY day) AS next FROM cuts)
  SELECT s.id, s.state_then, s.since_then, s.open_then, parts.day AS valid_from,
    least(parts.next, s.valid_to) AS valid_to,
    {", ".join(f"{c}.known.{what} AS {c}_{what}" for c in CLOCKS for what in ("due", "due_date", "state"))},
    coalesce({", ".join(f"{c}.known.severity" for c in CLOCKS)}) AS {KNOWN}
  FROM parts JOIN "record spans" s ON s.id = parts.id AND s.valid_from <= parts.day AND parts.day < s.valid_to
  {
    " ".join(
        f"ASOF LEFT JOIN (SELECT * FROM clocks WHERE clock = '{c}') {c} ON {c}.id = parts.id AND {c}.day <= parts.day"
        for c in CLOCKS
    )
};
"""
"""Cuts the spans of issues at the days on which their clocks changed, and adds what was known of these: due moment and
day, state and severity, which is that by which a clock ran."""


def known_sql(columns: Iterable[Column]) -> str:
    """The service columns among those of the table of issues, from the spans ``s``: as far as no clock tells."""
    return ", ".join(f"s.{c.name} AS {c.name}" for c in columns if c.part is Part.SERVICE)


def missed_sql(columns: Iterable[Column], day: str) -> str:
    """The same states as they were known on a day: what is due by then and not done is missed."""
    own = {c.name for c in columns if c.part is Part.SERVICE}
    return ", ".join(
        f"CASE WHEN {c}_state IS NULL THEN 'none' WHEN {c}_state = 'due' AND {c}_due_date <= {day} THEN 'missed'"
        f" ELSE {c}_state END AS {c}_state"
        for c in CLOCKS
        if f"{c}_state" in own
    )
