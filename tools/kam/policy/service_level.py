"""When an issue is due to be answered and solved, and whether it was: its clocks, from the report on.

A clock runs from the report until a person answers, or until the issue is solved. It stands still while we wait for
the customer and while the issue is solved and not yet opened again. After a change of severity the new limit counts
from the report on, but nothing is due before the change: due = c + max(0, new limit - time counted until c).
While the clock is stopped a change of severity changes no deadline: what was answered or solved in time stays so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from kam.model.record import Data
from kam.policy.service_terms import Promise, Terms
from kam.settings.service_levels import CLOCKS

FIRST_RESPONSE, RESOLUTION = CLOCKS
REPORTED = "reported_at"
AUTOMATIC = "auto_reply_at"
"""When a machine answered: that stops no clock."""


class State(StrEnum):
    """How a clock stands. ``NONE``: nothing is promised, or it is not known when the issue was reported or solved."""

    DUE = "due"
    MET = "met"
    MISSED = "missed"
    PAUSED = "paused"
    NONE = "none"


class Pause(NamedTuple):
    """A span in which a clock stands still; without an end it lasts. ``is_stop``: because the issue was solved."""

    begin: datetime
    end: datetime | None
    is_stop: bool = False


class Stage(NamedTuple):
    """What is known of a clock from ``at`` until the next stage.

    ``due`` is None where it depends on how long the customer lets us wait; ``left`` is the time still to count then.
    ``ended`` is the moment at which the clock was stopped.
    """

    at: datetime
    severity: str
    tier: str
    due: datetime | None
    ended: datetime | None = None
    is_paused: bool = False
    left: timedelta = timedelta()
    promise: Promise | None = None

    def state(self, moment: datetime) -> State:
        """How the clock stands at a moment of this stage."""
        if self.ended is not None and self.due is not None:
            return State.MET if self.ended <= self.due else State.MISSED
        if self.is_paused or self.due is None:
            return State.PAUSED
        return State.MISSED if self.due < moment else State.DUE

    def remaining(self, moment: datetime) -> timedelta:
        """The time left until it is due, as the promise counts it; nothing once it is past or done."""
        if self.due is None:
            return self.left
        if self.ended is not None or self.promise is None:
            return timedelta() if self.ended else max(self.due - moment, timedelta())
        return self.promise.between(moment, self.due)


class ServiceClock:
    """Follows the clocks of issues. ``zone`` is the company's: a date without time begins there. ``open_states`` are
    those in which an issue is not solved yet."""

    def __init__(self, zone: ZoneInfo, open_states: Collection[str], pause_while: Collection[str] = ()) -> None:
        self.zone = zone
        self.open_states = frozenset(open_states)
        self.pause_while = frozenset(pause_while)

    def follow(self, clock: str, issue: Data, terms: Terms, share: int = 100) -> list[Stage]:
        """The stages of a clock, in order of time. None at all where nothing is promised or the report has no time.

        With a ``share`` each stage says when so many percent of the limit are used up.
        """
        begun = self._moment(issue.get(REPORTED))
        if begun is None:
            return []
        agreed = self._moment(issue.get(f"due_{clock}"))
        if agreed is not None:
            agreed = begun + (agreed - begun) * share / 100
        day = begun.astimezone(self.zone).date()
        changes = self._changes(issue, "severity_history")
        severity = _text(issue, "severity")
        if agreed is None and all(
            terms.promise(clock, name, day) is None for name in {severity, *(to for _, to in changes)}
        ):
            return []
        pauses = self._answer(issue) if clock == FIRST_RESPONSE else self._pauses(issue, begun)
        if pauses is None:
            return []
        times = {begun, *(at for at, _ in changes), *(each.begin for each in pauses)}
        times.update(each.end for each in pauses if each.end is not None)
        stages: list[Stage] = []
        for at in sorted(each for each in times if each >= begun):
            past = [change for change in changes if change[0] <= at]
            then, since = (past[-1][1], past[-1][0]) if past else (severity, begun)
            promise = _part(terms.promise(clock, then, day), share)
            stage = _Count(begun, at, max(since, begun), promise, agreed, pauses).stage(then, terms.tier(day))
            if stage is not None and stages and stage.ended is not None and stage.ended == stages[-1].ended:
                stage = stage._replace(due=stages[-1].due)
            if stage is not None and (not stages or not _is_same(stages[-1], stage)):
                stages.append(stage)
        return stages

    def _answer(self, issue: Data) -> list[Pause]:
        """The first answer by a person: one at the very moment of the automatic reply is that reply."""
        at, automatic = self._moment(issue.get("first_response_at")), self._moment(issue.get(AUTOMATIC))
        return [] if at is None or at == automatic else [Pause(at, None, is_stop=True)]

    def _pauses(self, issue: Data, begun: datetime) -> list[Pause] | None:
        """When the clock to the solution stood still; None where the issue is over and nobody knows since when."""
        found = [Pause(*span) for span in self._holds(issue)]
        history = self._changes(issue, "history")
        found += (Pause(*span) for span in _spans(history, self.pause_while))
        stops = [Pause(*span, is_stop=True) for span in _spans(history, None, self.open_states)]
        status = _text(issue, "status")
        ended = self._moment(issue.get("resolved_at")) or self._moment(issue.get("closed_at"))
        if stops and stops[-1].end is None:
            earlier = stops[-2].end if len(stops) > 1 else None
            if ended is not None and (earlier is None or ended >= earlier):
                stops[-1] = Pause(ended, None, is_stop=True)
        elif ended is not None and (not stops or ended > (stops[-1].end or ended)):
            stops.append(Pause(ended, None, is_stop=True))
        elif status and status not in self.open_states and not stops:
            return None
        elif not history and status in self.pause_while:
            found.append(Pause(begun, None))
        return sorted([*found, *stops], key=lambda each: each.begin)

    def _holds(self, issue: Data) -> Iterator[tuple[datetime, datetime | None]]:
        holds = issue.get("holds")
        for each in holds if isinstance(holds, list) else ():
            begin = self._moment(each.get("from")) if isinstance(each, dict) else None
            end = self._moment(each.get("to")) if isinstance(each, dict) else None
            if begin is not None and (end is None or end > begin):
                yield begin, end

    def _changes(self, issue: Data, name: str) -> list[tuple[datetime, str]]:
        entries = issue.get(name)
        rows = [each for each in entries if isinstance(each, dict)] if isinstance(entries, list) else []
        return [(at, _text(row, "to")) for row in rows if (at := self._moment(row.get("at"))) is not None]

    def _moment(self, value: object) -> datetime | None:
        """A moment; a date alone is its first moment in the company's zone. None for anything else."""
        if not isinstance(value, str):
            return None
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            return None
        return found if found.tzinfo else found.replace(tzinfo=self.zone)


def _part(promise: Promise | None, share: int) -> Promise | None:
    return promise if promise is None or share == 100 else promise._replace(length=promise.length * share / 100)


def stage_at(stages: Sequence[Stage], moment: datetime) -> Stage | None:
    """The last stage that was known at a moment; None before the report, or where nothing is promised."""
    known = [each for each in stages if each.at <= moment]
    return known[-1] if known else None


def find_running(clock: ServiceClock, issue: Data, terms: Terms, moment: datetime) -> tuple[str, Stage] | None:
    """The clock that is to be stopped next at a moment: that to the answer, else that to the solution.

    None where both have ended or nothing is promised.
    """
    for name in CLOCKS:
        stages = clock.follow(name, issue, terms)
        stage = stage_at(stages, moment) or (stages[0] if stages else None)
        if stage is not None and stage.ended is None:
            return name, stage
    return None


def _spans(
    history: Sequence[tuple[datetime, str]], inside: Collection[str] | None, outside: Collection[str] = ()
) -> Iterator[tuple[datetime, datetime | None]]:
    """The spans spent in the states ``inside``, or in all but those ``outside``."""
    since: datetime | None = None
    for at, state in history:
        is_in = state in inside if inside is not None else state not in outside
        if is_in and since is None:
            since = at
        elif not is_in and since is not None:
            if at > since:
                yield since, at
            since = None
    if since is not None:
        yield since, None


class _Count(NamedTuple):
    """The clock as it is known at ``at``: nothing later counts. ``since`` is when the severity last changed."""

    begun: datetime
    at: datetime
    since: datetime
    promise: Promise | None
    agreed: datetime | None
    pauses: Sequence[Pause]

    def stage(self, severity: str, tier: str) -> Stage | None:
        """The stage that begins at ``at``; None where nothing is promised."""
        stop = next((p.begin for p in self.pauses if p.is_stop and self._lasts(p)), None)
        waits = stop is None and any(self._lasts(p) for p in self.pauses)
        if self.agreed is not None:
            held = min((p.begin for p in self.pauses if self._lasts(p)), default=self.at)
            is_paused = waits and held < self.agreed
            return Stage(self.at, severity, tier, self.agreed, stop, is_paused, promise=self.promise)
        if self.promise is None:
            return None
        due, left = self._due(self.promise, stop)
        if due is None and not waits:
            return None
        return Stage(self.at, severity, tier, due, stop, due is None, left, self.promise)

    def _lasts(self, pause: Pause) -> bool:
        return pause.begin <= self.at and (pause.end is None or pause.end > self.at)

    def _due(self, promise: Promise, stop: datetime | None) -> tuple[datetime | None, timedelta]:
        """When the limit is used up; None with what is left of it where the clock stands still."""
        now, left = self.begun, promise.length
        for pause in self.pauses:
            if pause.begin > self.at or (pause.is_stop and self._lasts(pause)):
                continue
            end = stop if self._lasts(pause) else pause.end
            if end is not None and end <= now:
                continue
            counted = promise.between(now, pause.begin)
            if counted >= left:
                break
            left -= counted
            if end is None:
                return None, left
            now = max(now, end)
        due = promise.add(now, left)
        return (None, left) if due is None else (max(due, self.since), left)


def _is_same(first: Stage, second: Stage) -> bool:
    return (first.due, first.ended, first.is_paused, first.severity) == (
        second.due,
        second.ended,
        second.is_paused,
        second.severity,
    )


def _text(data: Mapping[str, object], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""
