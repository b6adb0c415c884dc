"""``<!-- kam:service_levels -->``: what is promised by tier and severity, the calendars, the escalation, an example."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from kam.model.record import Data
from kam.model.schema import Label
from kam.policy.service_level import ServiceClock
from kam.policy.service_terms import Terms
from kam.settings.calendars import Calendar
from kam.settings.service_levels import CLOCKS, DEFAULT, OWN_ROLES, Escalation, Limit, ServiceLevels
from kam.site.show import limit_text

if TYPE_CHECKING:
    from kam.site.view import View

FRIDAY, REPORTED = 4, time(15, 30)
"""The example is reported on the last Friday at half past three."""
NOON = time(12)


def choices(view: View) -> Iterable[str]:
    """It takes no argument."""
    return ()


def render(view: View, page: str, argument: str) -> str:
    """The tables of the service levels."""
    levels = view.snapshot.settings.part(ServiceLevels)
    return view.render_part(
        "service_levels.html",
        page,
        levels=list(_levels(levels, view)),
        calendars=[_calendar(each, levels, view) for each in levels.calendars.values()],
        steps=[_step(each, view) for each in levels.escalation],
        example=list(_example(levels, view)),
    )


def _levels(levels: ServiceLevels, view: View) -> Iterator[dict[str, str]]:
    tiers = sorted(levels.levels, key=lambda tier: (tier == DEFAULT, tier))
    for tier in tiers:
        for severity, level in levels.levels[tier].items():
            limits = {clock: _limit(level.limit(clock), view) for clock in CLOCKS}
            yield {"tier": _tier(tier, view), "severity": _severity(severity, view), **limits}


def _limit(limit: Limit | None, view: View) -> str:
    return limit_text(limit, view.lang) if limit else view.word("sl_none")


def _tier(tier: str, view: View) -> str:
    return view.word("sl_others") if tier == DEFAULT else tier


def _severity(severity: str, view: View) -> str:
    if severity == DEFAULT:
        return view.word("sl_others")
    return view.label(_choices(view, "severity").get(severity, {})) or severity


def _choices(view: View, *names: str) -> Mapping[str, Label]:
    rtype = view.snapshot.settings.types.get("issue")
    found = rtype.by_name.get(names[0]) if rtype else None
    for name in names[1:]:
        found = found.by_name.get(name) if found else None
    return (found.choices if found else None) or {}


def _calendar(calendar: Calendar, levels: ServiceLevels, view: View) -> dict[str, object]:
    who = [key for key, name in {**levels.by_tier, **levels.by_country}.items() if name == calendar.id]
    who += [view.word("sl_everyone_else")] if calendar.id == levels.calendar else []
    comma = "、" if view.lang == "zh" else ", "
    where = f"{calendar.country}-{calendar.subdivision}".rstrip("-")
    return {
        "name": view.label(calendar.names) or calendar.id,
        "counts_for": comma.join(who) or "–",
        "hours": list(_hours(calendar, view)),
        "zone": calendar.time_zone,
        "holidays": where or view.word("sl_no_holidays"),
    }


def _hours(calendar: Calendar, view: View) -> Iterator[str]:
    """Days with the same hours on one line: ``Mon–Thu 08:00–12:00, 13:00–17:00``."""
    day = 0
    while day < 7:
        last = day
        while last < 6 and calendar.hours[last + 1] == calendar.hours[day]:
            last += 1
        if calendar.hours[day]:
            days = view.word(f"sl_day_{day}") + (f"–{view.word(f'sl_day_{last}')}" if last > day else "")
            yield f"{days} {', '.join(f'{_clock(a)}–{_clock(b)}' for a, b in calendar.hours[day])}"
        day = last + 1


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _step(step: Escalation, view: View) -> dict[str, str]:
    clock = view.word(f"sl_clock_{step.clock}")
    if step.late is None:
        when = view.word("sl_after", n=step.share, clock=clock)
    elif step.late.amount:
        when = view.word("sl_late", span=_limit(step.late, view), clock=clock)
    else:
        when = view.word("sl_late_now", clock=clock)
    comma = "、" if view.lang == "zh" else ", "
    return {
        "when": when[:1].upper() + when[1:],
        "tiers": comma.join(step.tiers) or view.word("all"),
        "severities": comma.join(_severity(each, view) for each in step.severities) or view.word("all"),
        "level": view.label(_choices(view, "escalations", "level").get(step.level, {})) or step.level,
        "role": view.word(f"sl_role_{step.role}") if step.role in OWN_ROLES else _role(step.role, view),
    }


def _role(role: str, view: View) -> str:
    """The role, with those who have it today."""
    day = view.snapshot.as_of
    people = view.snapshot.settings.people.values()
    names = [view.label(each.names) or each.id for each in people if each.role == role and not each.has_left(day)]
    comma, form = ("、", "{}（{}）") if view.lang == "zh" else (", ", "{} ({})")
    return form.format(role, comma.join(names)) if names else role


def _example(levels: ServiceLevels, view: View) -> Iterator[tuple[str, str]]:
    """An issue reported on a Friday afternoon, for the first promise that counts working time."""
    calendar = levels.calendars.get(levels.calendar)
    found = next(
        (
            (tier, severity)
            for tier, listed in sorted(levels.levels.items())
            for severity, level in listed.items()
            if tier != DEFAULT and level.resolution is not None and level.resolution.is_business
        ),
        None,
    )
    if calendar is None or found is None:
        return
    tier, severity = found
    zone = ZoneInfo(calendar.time_zone)
    day = view.snapshot.as_of
    day -= timedelta(days=(day.weekday() - FRIDAY) % 7)
    reported = datetime.combine(day, REPORTED, zone)
    terms, clock = Terms(levels, {"tier": tier}), ServiceClock(zone, ())
    issue: Data = {"severity": severity, "reported_at": reported.isoformat()}
    yield view.word("sl_reported", tier=tier, severity=_severity(severity, view)), _shown(reported, view)
    for name in CLOCKS:
        stages = clock.follow(name, issue, terms)
        if stages and stages[-1].due:
            what = view.word(f"sl_clock_{name}")
            limit = _limit(levels.levels[tier][severity].limit(name), view)
            text = view.word("sl_example_due", clock=what[:1].upper() + what[1:], limit=limit)
            yield text, _shown(stages[-1].due.astimezone(zone), view)
    begin = datetime.combine(day + timedelta(days=3), NOON, zone)
    end = begin + timedelta(days=1)
    held = clock.follow("resolution", {**issue, "holds": [{"from": begin.isoformat(), "to": end.isoformat()}]}, terms)
    if held and held[-1].due:
        text = view.word("sl_example_held", begin=_shown(begin, view), end=_shown(end, view))
        yield text, _shown(held[-1].due.astimezone(zone), view)


def _shown(at: datetime, view: View) -> str:
    return f"{view.word(f'sl_day_{at.weekday()}')} {at:%Y-%m-%d %H:%M}"
