"""When issues are due: the field's reference answers, and a model that steps minute by minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kam.policy.service_level import ServiceClock, Stage, State, stage_at
from kam.policy.service_terms import Terms
from kam.settings.calendars import Calendar
from kam.settings.service_levels import Level, Limit, ServiceLevels

HOURS = ((((9 * 60), (17 * 60)),),) * 5 + ((),) * 2
OFFICE = Calendar("office", {}, "UTC", HOURS)
BERLIN = Calendar("berlin", {}, "Europe/Berlin", HOURS)
OPEN = ("open", "in_progress", "waiting")
CLOCK = ServiceClock(ZoneInfo("UTC"), OPEN, ("waiting",))


def limit(amount: float | int, unit: str = "h", is_business: bool = True) -> Limit:
    return Limit(Decimal(str(amount)), unit, is_business)


LEVELS = ServiceLevels(
    {
        "default": {
            "high": Level(limit(1), limit(8)),
            "low": Level(limit(2), limit(24)),
            "urgent": Level(limit(1, is_business=False), limit(4, is_business=False)),
        },
        "A": {"default": Level(limit(30, "min"), limit(1, "d"))},
        "B": {"high": Level(None, limit(2))},
    },
    {"office": OFFICE, "berlin": BERLIN},
    "office",
    {"B": "berlin"},
    {"DE": "berlin"},
    ("waiting",),
)
TERMS = Terms(LEVELS)


def day(number: int, clock: str) -> str:
    return f"2024-04-{number:02}T{clock}:00+00:00"


def at(number: int, clock: str) -> datetime:
    return datetime.fromisoformat(day(number, clock))


def issue(severity: str = "high", reported: str = "", **more: Any) -> dict[str, Any]:
    return {"status": "open", "severity": severity, "reported_at": reported or day(1, "09:00"), **more}


def last(data: dict[str, Any], clock: str = "resolution", terms: Terms = TERMS) -> Stage:
    return CLOCK.follow(clock, data, terms)[-1]


DUE = {
    "24 hours at 8 a day": (issue("low"), at(3, "17:00")),
    "all of a day": (issue(), at(1, "17:00")),
    "held outside of working time": (issue(holds=[{"from": day(1, "17:00"), "to": day(2, "09:00")}]), at(1, "17:00")),
    "held over working time": (issue(holds=[{"from": day(1, "15:00"), "to": day(2, "10:00")}]), at(2, "12:00")),
    "held twice at once": (
        issue(holds=[{"from": day(1, "10:00"), "to": day(1, "12:00")},
                     {"from": day(1, "11:00"), "to": day(1, "13:00")}]),
        at(2, "12:00"),
    ),
    "held and solved in the same change": (
        issue(holds=[{"from": day(1, "15:00"), "to": day(2, "10:00")}], resolved_at=day(2, "10:00")), at(2, "12:00"),
    ),
    "still held when solved": (issue(holds=[{"from": day(1, "15:00")}], resolved_at=day(2, "10:00")), at(2, "12:00")),
    "held too late to help": (issue(holds=[{"from": day(2, "10:00"), "to": day(3, "10:00")}]), at(1, "17:00")),
    "waiting is a hold": (
        issue(history=[{"at": day(1, "09:00"), "to": "open"}, {"at": day(1, "10:00"), "to": "waiting"},
                       {"at": day(1, "12:00"), "to": "in_progress"}]), at(2, "11:00"),
    ),
    "more severe half-way": (
        issue("high", severity_history=[{"at": day(1, "09:00"), "to": "low"}, {"at": day(1, "13:00"), "to": "high"}]),
        at(1, "17:00"),
    ),
    "more severe after its new limit": (
        issue("high", severity_history=[{"at": day(1, "09:00"), "to": "low"}, {"at": day(2, "13:00"), "to": "high"}]),
        at(2, "13:00"),
    ),
    "less severe half-way": (
        issue("low", severity_history=[{"at": day(1, "09:00"), "to": "high"}, {"at": day(1, "13:00"), "to": "low"}]),
        at(3, "17:00"),
    ),
    "counted round the clock from then on": (
        issue("urgent", severity_history=[{"at": day(1, "09:00"), "to": "high"},
                                         {"at": day(1, "11:00"), "to": "urgent"}]),
        at(1, "13:00"),
    ),
    "more severe after a hold": (
        issue("high", holds=[{"from": day(1, "10:00"), "to": day(1, "12:00")}],
              severity_history=[{"at": day(1, "09:00"), "to": "low"}, {"at": day(1, "13:00"), "to": "high"}]),
        at(2, "11:00"),
    ),
    "opened again": (
        issue(history=[{"at": day(1, "09:00"), "to": "open"}, {"at": day(1, "11:00"), "to": "resolved"},
                       {"at": day(2, "11:00"), "to": "in_progress"}]), at(2, "17:00"),
    ),
    "less severe when it was solved too late already": (
        issue("low", resolved_at=day(2, "10:00"), history=[{"at": day(1, "09:00"), "to": "open"}],
              severity_history=[{"at": day(1, "09:00"), "to": "high"}, {"at": day(2, "11:00"), "to": "low"}]),
        at(1, "17:00"),
    ),
    "less severe while solved, and opened again": (
        issue("low", history=[{"at": day(1, "09:00"), "to": "open"}, {"at": day(1, "11:00"), "to": "resolved"},
                              {"at": day(2, "11:00"), "to": "in_progress"}],
              severity_history=[{"at": day(1, "09:00"), "to": "high"}, {"at": day(1, "13:00"), "to": "low"}]),
        at(4, "17:00"),
    ),
    "agreed for this issue": (issue(due_resolution=day(9, "12:00")), at(9, "12:00")),
}  # fmt: skip


@pytest.mark.parametrize("case", DUE)
def test_an_issue_is_due(case: str) -> None:
    data, due = DUE[case]
    assert last(data).due == due


def test_a_first_response_is_due_within_half_an_hour() -> None:
    terms = Terms(LEVELS, {"tier": "A"})
    assert last(issue(), "first_response", terms).due == at(1, "09:30")


def test_an_automatic_reply_does_not_stop_the_clock() -> None:
    data = issue(first_response_at=day(1, "09:01"), auto_reply_at=day(1, "09:01"))
    assert last(data, "first_response").state(at(1, "11:00")) is State.MISSED
    assert last(data | {"first_response_at": day(1, "09:40")}, "first_response").state(at(1, "11:00")) is State.MET


PROMISES = {
    "a tier of its own": ({"tier": "A"}, "high", "resolution", "1d business", "office"),
    "a severity that the tier does not name": ({"tier": "B"}, "low", "resolution", "24h business", "berlin"),
    "nothing promised": ({"tier": "B"}, "high", "first_response", None, ""),
    "an unknown tier": ({"tier": "Z"}, "high", "resolution", "8h business", "office"),
    "by country": ({"country": "DE"}, "high", "resolution", "8h business", "berlin"),
    "the tier of that day": (
        {"tier": "A", "tiers": [{"tier": "B", "from": "2024-01-01", "to": "2024-06-30"}]}, "high", "resolution",
        "2h business", "berlin",
    ),
    "an exception": (
        {"tier": "A", "service_levels": [{"resolution": "6h", "why": "contract"}]}, "high", "resolution", "6h", "",
    ),
    "an exception for one severity": (
        {"service_levels": [{"severity": "high", "resolution": "3h business", "calendar": "berlin", "why": "x"},
                            {"resolution": "9h business", "why": "x"}]}, "high", "resolution", "3h business", "berlin",
    ),
    "an exception that is over": (
        {"service_levels": [{"resolution": "6h", "to": "2024-03-31", "why": "x"}]}, "high", "resolution",
        "8h business", "office",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", PROMISES)
def test_what_is_promised(case: str) -> None:
    profile, severity, clock, expected, calendar = PROMISES[case]
    promise = Terms(LEVELS, profile).promise(clock, severity, at(1, "09:00").date())
    assert (str(promise.limit) if promise else None) == expected
    assert (promise.work.calendar.id if promise and promise.work else "") == calendar


STATES = {
    "before it is due": (issue(), at(1, "16:00"), State.DUE, 1),
    "past its due moment": (issue(), at(1, "17:01"), State.MISSED, 0),
    "solved in time": (issue(resolved_at=day(1, "16:00")), at(3, "09:00"), State.MET, 0),
    "solved too late": (issue(resolved_at=day(2, "10:00")), at(3, "09:00"), State.MISSED, 0),
    "not yet known to be solved": (issue(resolved_at=day(2, "10:00")), at(1, "12:00"), State.DUE, 5),
    "on hold": (issue(holds=[{"from": day(1, "12:00")}]), at(9, "09:00"), State.PAUSED, 5),
    "not known how long on hold": (
        issue(holds=[{"from": day(1, "12:00"), "to": day(2, "12:00")}]), at(1, "13:00"), State.PAUSED, 5,
    ),
    "held after it was missed": (issue(holds=[{"from": day(2, "12:00")}]), at(9, "09:00"), State.MISSED, 0),
    "solved, before it was opened again": (
        issue(history=[{"at": day(1, "09:00"), "to": "open"}, {"at": day(1, "11:00"), "to": "resolved"},
                       {"at": day(2, "11:00"), "to": "in_progress"}]), at(1, "12:00"), State.MET, 0,
    ),
    "opened again and late": (
        issue(history=[{"at": day(1, "09:00"), "to": "open"}, {"at": day(1, "11:00"), "to": "resolved"},
                       {"at": day(2, "11:00"), "to": "in_progress"}]), at(3, "09:00"), State.MISSED, 0,
    ),
    "waiting without a history": (issue(status="waiting"), at(9, "09:00"), State.PAUSED, 8),
}  # fmt: skip


@pytest.mark.parametrize("case", STATES)
def test_state_and_time_left(case: str) -> None:
    data, moment, state, hours = STATES[case]
    stage = stage_at(CLOCK.follow("resolution", data, TERMS), moment)
    assert stage is not None
    assert (stage.state(moment), stage.remaining(moment)) == (state, timedelta(hours=hours))


NOTHING = {
    "no report": {"status": "open", "severity": "high"},
    "nothing promised": issue("mild"),
    "closed, nobody knows when": issue(status="closed"),
    "no date": issue(reported="soon"),
}


@pytest.mark.parametrize("case", NOTHING)
def test_where_nothing_can_be_said(case: str) -> None:
    assert CLOCK.follow("resolution", NOTHING[case], TERMS) == []


def test_a_day_alone_begins_in_the_company_s_zone() -> None:
    clock = ServiceClock(ZoneInfo("Asia/Shanghai"), OPEN)
    data = issue(reported="2024-04-01T00:00:00+08:00", severity_history=[{"at": "2024-04-02", "to": "urgent"}])
    assert clock.follow("resolution", data, TERMS)[-1].at == datetime(2024, 4, 1, 16, tzinfo=UTC)


MINUTES = st.integers(0, 4 * 24 * 60)
START = datetime(2024, 3, 29, 8, tzinfo=UTC)


def stamp(minute: int) -> str:
    return (START + timedelta(minutes=minute)).isoformat()


HOLDS = st.lists(st.tuples(MINUTES, MINUTES).map(sorted), max_size=3).map(
    lambda spans: [{"from": stamp(a), "to": stamp(b)} for a, b in spans if a < b]
)
CHANGES = st.lists(st.tuples(MINUTES, st.sampled_from(["high", "low", "urgent"])), max_size=3).map(
    lambda changes: [{"at": stamp(minute), "to": to} for minute, to in sorted(changes)]
)


def count_by_the_minute(data: dict[str, Any]) -> datetime:
    """Walk on, minute by minute, with the limit of the last severity, until it is used up."""
    changes = data["severity_history"]
    severity = changes[-1]["to"] if changes else data["severity"]
    since = datetime.fromisoformat(changes[-1]["at"]) if changes else START
    wanted = {"high": 8 * 60, "low": 24 * 60, "urgent": 4 * 60}[severity]
    holds = [(datetime.fromisoformat(h["from"]), datetime.fromisoformat(h["to"])) for h in data["holds"]]
    now = START
    while wanted:
        is_work = severity == "urgent" or (now.weekday() < 5 and 9 <= now.hour < 17)
        wanted -= is_work and not any(begin <= now < end for begin, end in holds)
        now += timedelta(minutes=1)
    return max(now, since)


@settings(deadline=None, max_examples=60)
@given(HOLDS, CHANGES, st.sampled_from(["high", "low", "urgent"]))
def test_the_deadline_is_that_of_one_who_counts_every_minute(holds: Any, changes: Any, severity: str) -> None:
    data = issue(severity, START.isoformat(), holds=holds, severity_history=changes)
    assert last(data).due == count_by_the_minute(data)


@settings(deadline=None)
@given(HOLDS, MINUTES)
def test_holding_longer_is_never_due_earlier(holds: Any, minute: int) -> None:
    data = issue("high", START.isoformat(), holds=holds)
    longer = data | {"holds": [*holds, {"from": stamp(minute), "to": stamp(minute + 90)}]}
    due, later = last(data).due, last(longer).due
    assert due is not None and later is not None and due <= later


@settings(deadline=None)
@given(HOLDS, CHANGES, MINUTES, MINUTES)
def test_what_was_known_on_a_day_does_not_change_later(holds: Any, changes: Any, cut: int, solved: int) -> None:
    data = issue("high", START.isoformat(), holds=holds, severity_history=changes, resolved_at=stamp(solved))
    moment = START + timedelta(minutes=cut)
    known = {
        "holds": [
            {"from": h["from"]} | ({"to": h["to"]} if h["to"] <= moment.isoformat() else {})
            for h in holds
            if h["from"] <= moment.isoformat()
        ],
        "severity_history": [c for c in changes if c["at"] <= moment.isoformat()],
    }
    then = {key: value for key, value in data.items() if key != "resolved_at"} | known
    if solved <= cut:
        then["resolved_at"] = stamp(solved)
    now, before = (stage_at(CLOCK.follow("resolution", each, TERMS), moment) for each in (data, then))
    assert now is not None and before is not None
    assert (now.due, now.ended, now.is_paused) == (before.due, before.ended, before.is_paused)
