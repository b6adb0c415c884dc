"""Which step of the escalation an issue has reached, and who is to take it over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import NamedTuple

from kam.model.record import Data
from kam.policy.people import find_stand_in
from kam.policy.service_level import ServiceClock, Stage, State, stage_at
from kam.policy.service_terms import WORKING_DAY, Terms
from kam.settings.service_levels import Escalation, Limit, ServiceLevels
from kam.settings.values import Person


class Step(NamedTuple):
    """A step of the escalation that is to be taken since ``since``; the clock it is about is or was ``due`` then."""

    escalation: Escalation
    since: datetime
    due: datetime
    tier: str
    severity: str


def find_due_step(
    levels: ServiceLevels, clock: ServiceClock, terms: Terms, issue: Data, moment: datetime, order: Sequence[str]
) -> Step | None:
    """The highest step reached before ``moment`` that the record does not tell of; ``order`` lists the levels upwards.

    A step is also taken by handing the issue to a higher level at once. Nothing is due once the clock has ended.
    """
    stage_of = cache(lambda name: stage_at(clock.follow(name, issue, terms), moment))
    taken = max((order.index(level) for level in _levels_of(issue) if level in order), default=-1)
    steps = [
        step
        for each in levels.escalation
        if (each.level in order and order.index(each.level) > taken)
        and (step := _reached(each, stage_of(each.clock), clock, terms, issue, moment)) is not None
    ]
    return max(steps, key=lambda step: (order.index(step.escalation.level), step.since), default=None)


def _levels_of(issue: Data) -> list[str]:
    entries = issue.get("escalations")
    return (
        [str(each.get("level", "")) for each in entries if isinstance(each, dict)] if isinstance(entries, list) else []
    )


def _reached(
    step: Escalation, stage: Stage | None, clock: ServiceClock, terms: Terms, issue: Data, moment: datetime
) -> Step | None:
    if stage is None or stage.ended is not None or stage.state(moment) is State.PAUSED or stage.due is None:
        return None
    if (step.tiers and stage.tier not in step.tiers) or (step.severities and stage.severity not in step.severities):
        return None
    if step.share is not None:
        part = stage_at(clock.follow(step.clock, issue, terms, step.share), moment)
        since = part.due if part else None
    else:
        since = _later(step.late, stage.due, terms, stage.at.date())
    return Step(step, since, stage.due, stage.tier, stage.severity) if since is not None and since < moment else None


def _later(late: Limit | None, due: datetime, terms: Terms, day: date) -> datetime | None:
    """So late past the due moment, in the account's working time where the limit says so."""
    if late is None:
        return None
    work = terms.work(day) if late.is_business else None
    amount = timedelta(seconds=late.seconds(work.business_day if work else WORKING_DAY))
    return work.add_business_time(due, amount) if work else due + amount


def find_in_charge(role: str, issue: Data, profile: Data, people: Mapping[str, Person], on: date) -> str:
    """Who has a role for an account on a day; who stands in where that person is away; empty where nobody does.

    ``handler``, ``manager`` (the handler's), ``owner`` and ``sponsor`` are named by the issue and the profile. Of
    several people with another role, those of the account's team come first, then those of its region.
    """
    handler, owner = str(issue.get("handler") or ""), str(profile.get("owner") or "")
    manager = people[handler].manager if handler in people else people[owner].manager if owner in people else ""
    named = {"handler": handler or owner, "manager": manager, "owner": owner}
    named["sponsor"] = str(profile.get("executive_sponsor") or "") or manager
    if role in named:
        return _acting(named[role], people, on)
    team = _team(profile, on)
    region = str(profile.get("region") or "")
    found = [each for each in people.values() if each.role == role and not each.has_left(on)]
    ranked = sorted(found, key=lambda each: (each.id not in team, each.region != region))
    return _acting(ranked[0].id, people, on) if ranked else ""


def _acting(person: str, people: Mapping[str, Person], on: date) -> str:
    if person not in people or people[person].is_there(on):
        return person
    return find_stand_in(person, people, on) or person


def _team(profile: Data, on: date) -> set[str]:
    entries, day = profile.get("team"), on.isoformat()
    rows = [each for each in entries if isinstance(each, dict)] if isinstance(entries, list) else []
    return {
        str(row.get("person", "")) for row in rows if str(row.get("from") or "") <= day <= str(row.get("to") or day)
    }
