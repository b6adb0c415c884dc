"""A service desk's event log: deadlines worked out from the events alone, with waiting, reopening and new priorities.

No calendar is set in a new portfolio, so that all limits run around the clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.third_party.compare import (
    Figures,
    assert_groups,
    assert_totals,
    assert_trend,
    in_window,
    problems,
    share,
    written_again,
)
from tests.third_party.conftest import Imported

from kam.portfolio import Portfolio

if TYPE_CHECKING:
    import pandas

DAY = date(2016, 12, 27)
"""The last closing. Most deadlines lie in March, which is looked at too."""
MARCH = date(2016, 3, 31)
KPIS = ["first_response_in_time", "resolution_in_time", "issues_open"]
LIMITS = {
    "1 - Critical": (timedelta(hours=1), timedelta(hours=24)),
    "2 - High": (timedelta(hours=4), timedelta(hours=72)),
    "3 - Moderate": (timedelta(hours=24), timedelta(days=7)),
    "4 - Low": (timedelta(hours=48), timedelta(days=14)),
}
"""Priority → limits for the answer and for the solution, as in the service levels of a new portfolio."""
SOLVED = ("Resolved", "Closed")
Change = tuple[datetime, str]
Span = tuple[datetime, datetime]


@dataclass
class Incident:
    """The events of one number, in order."""

    number: str
    opened: datetime
    handler: str | None
    category: str | None
    ended: datetime
    """When the source says that it was resolved; else when it was closed."""
    answered: datetime | None = None
    states: list[Change] = field(default_factory=list)
    priorities: list[Change] = field(default_factory=list)

    def priority(self, moment: datetime) -> str:
        return [to for at, to in self.priorities if at <= moment][-1]

    def state(self, moment: datetime) -> str:
        return [to for at, to in self.states if at <= moment][-1]

    def answer(self, now: datetime) -> tuple[str, datetime]:
        """Whether it was answered in time, as known at a moment, and when it was to be."""
        known = self.answered if self.answered is not None and self.answered <= now else None
        due = self._due(0, min(now, known or now), [])
        return _verdict(due, known, now), due

    def solution(self, now: datetime) -> tuple[str, datetime | None]:
        """Whether it was solved in time, and when it was to be; no time while all waits for the customer."""
        end = self._end(now)
        until = min(now, end or now)
        still = [(a, min(b, until)) for a, b in self._spans(now, lambda state: state.startswith("Awaiting"))]
        still += [span for span in self._spans(now, lambda state: state in SOLVED) if span[1] < until]
        due = self._due(1, until, still)
        if end is None and any(b == now and a < due for a, b in still):
            return "paused", None
        return _verdict(due, end, now), due

    def _end(self, now: datetime) -> datetime | None:
        """When it was solved for good. Reopened ones are not, until they are solved again."""
        *earlier, last = self._spans(datetime.max, lambda state: state in SOLVED)
        solved = self.ended if not earlier or self.ended >= earlier[-1][1] else last[0]
        if solved <= now:
            return solved
        return next((a for a, b in earlier if a <= now < b), None)

    def _spans(self, now: datetime, is_one: Any) -> Iterator[Span]:
        """The spans in some states, as known at a moment; one that lasts ends now."""
        known = [change for change in self.states if change[0] <= now]
        begin = None
        for at, to in known:
            if is_one(to) and begin is None:
                begin = at
            elif not is_one(to) and begin is not None:
                yield begin, at
                begin = None
        if begin is not None:
            yield begin, now

    def _due(self, clock: int, until: datetime, still: list[Span]) -> datetime:
        """When the limit of the priority at ``until`` is used up; not before that priority was given."""
        left = LIMITS[self.priority(until)][clock]
        at = self.opened
        for begin, end in sorted(still):
            if begin - at >= left or begin > until:
                break
            left -= max(begin - at, timedelta())
            at = max(at, end)
        given = max(when for when, _ in self.priorities if when <= until)
        return max(at + left, given)


def _verdict(due: datetime, end: datetime | None, now: datetime) -> str:
    if end is not None:
        return "met" if end <= due else "missed"
    return "missed" if due <= now else "due"


@pytest.fixture(scope="module")
def file(shared_data: Path) -> Path:
    (path,) = (shared_data / "uci_incident").glob("*.csv")
    return path


@pytest.fixture(scope="module")
def portfolio(file: Path, imported: Imported) -> Portfolio:
    return imported("uci_incident", file, "--account", "Service desk")


@pytest.fixture(scope="module")
def incidents(file: Path) -> list[Incident]:
    import pandas as pd

    log = pd.read_csv(file, na_values=["?", "-100"])
    for column in ("opened_at", "sys_updated_at", "resolved_at", "closed_at"):
        log[column] = pd.to_datetime(log[column], format="%d/%m/%Y %H:%M")
    return [_incident(str(number), events) for number, events in log.groupby("number")]


def _incident(number: str, events: pandas.DataFrame) -> Incident:
    first, opened = events.iloc[0], events.iloc[0]["opened_at"].to_pydatetime()
    ended = _last_known(events, "resolved_at") or _last_known(events, "closed_at")
    found = Incident(
        number, opened, _last_known(events, "assigned_to"), _last_known(events, "category"), ended.to_pydatetime()
    )
    found.states, found.priorities = [(opened, "New")], [(opened, first["priority"])]
    for _, event in events.iterrows():
        at = max(event["sys_updated_at"].to_pydatetime(), opened)
        if found.answered is None and event["incident_state"] != "New" and not event.isna()["incident_state"]:
            found.answered = at
        for changes, name in ((found.states, "incident_state"), (found.priorities, "priority")):
            before, to = changes[-1], event[name]
            if not event.isna()[name] and to != before[1]:
                changes.append((max(at, before[0]), to))
    return found


def _last_known(events: pandas.DataFrame, column: str) -> Any:
    known = events[column].dropna()
    return known.iloc[-1] if len(known) else None


def facts(incidents: list[Incident], day: date) -> pandas.DataFrame:
    """One row an incident with its verdicts as known at the end of a day."""
    import pandas as pd

    now = datetime.combine(day, datetime.max.time())
    rows = []
    for each in incidents:
        if each.opened <= now:
            (answer, answer_due), (solution, due) = each.answer(now), each.solution(now)
            rows.append(
                {
                    "answer": answer,
                    "answer_due": pd.Timestamp(answer_due.date()),
                    "solution": solution,
                    "due": pd.Timestamp(due.date()) if due else None,
                    "open": each.state(now) not in SOLVED,
                    "handler": each.handler,
                    "category": each.category,
                    "severity": each.priority(now),
                }
            )
    return pd.DataFrame(rows)


def figures(table: pandas.DataFrame, day: date) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    for kpi, verdict, due in zip(KPIS, ("answer", "solution"), ("answer_due", "due"), strict=False):
        judged = table[table[verdict].isin(["met", "missed"]) & in_window(table[due], day, 3)]
        found[kpi] = share((judged[verdict] == "met").sum(), len(judged))
    return {**found, "issues_open": float(table["open"].sum())}


def parts(table: pandas.DataFrame, column: str, day: date) -> dict[str | None, Figures]:
    found: dict[str | None, Figures] = {str(name): figures(part, day) for name, part in table.groupby(column)}
    return found | {None: figures(table[table[column].isna()], day)}


def test_all_of_it_comes_in_once(portfolio: Portfolio, file: Path) -> None:
    assert sum(1 for _ in portfolio.iter_records("issue")) == 400
    found = problems(portfolio.root, DAY)
    assert not [rule for rule in found if rule.endswith("*")]
    assert written_again(portfolio.root, "uci_incident", file, "--account", "Service desk") == 0


@pytest.mark.parametrize("day", [DAY, MARCH, date(2016, 3, 7)])
def test_totals_agree(portfolio: Portfolio, incidents: list[Incident], day: date) -> None:
    assert_totals(portfolio, day, figures(facts(incidents, day), day))


@pytest.mark.parametrize(("by", "column"), [("person", "handler"), ("category", "category")])
def test_groups_agree(portfolio: Portfolio, incidents: list[Incident], by: str, column: str) -> None:
    assert_groups(portfolio, MARCH, by, parts(facts(incidents, MARCH), column, MARCH))


def test_severities_agree(portfolio: Portfolio, incidents: list[Incident]) -> None:
    names = {"1 - Critical": "critical", "2 - High": "high", "3 - Moderate": "medium", "4 - Low": "low"}
    table = facts(incidents, MARCH).replace({"severity": names})
    expected = {name: part for name, part in parts(table, "severity", MARCH).items() if name}
    assert_groups(portfolio, MARCH, "severity", expected)


def test_months_agree(portfolio: Portfolio, incidents: list[Incident]) -> None:
    """Each verdict belongs to the month of its deadline."""
    table = facts(incidents, MARCH)
    for kpi, column in (("first_response_in_time", "answer_due"), ("resolution_in_time", "due")):
        months = table.assign(month=table[column].dt.strftime("%Y-%m"))
        expected = {month: {kpi: part[kpi]} for month, part in parts(months, "month", MARCH).items() if month}
        assert_groups(portfolio, MARCH, "month", expected)


def test_every_month_end_agrees(portfolio: Portfolio, incidents: list[Incident]) -> None:
    assert_trend(portfolio, DAY, KPIS, lambda day: figures(facts(incidents, day), day), 11)
