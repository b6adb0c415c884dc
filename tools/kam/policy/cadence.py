"""When an account is to be contacted, and whether it was: promises of its tier and profile against its records.

The clock of a kind of contact starts at the last one, else on the owner's first day. A period ends so long after; a
contact in it, or in the grace time behind it, keeps it, and serves no other. After a missed period the next one
follows at once. Where a promise changes, the clock goes on, but nothing is due before the new promise holds.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from kam.model.record import Data
from kam.model.schema import Label
from kam.model.span import Span, parse_span
from kam.policy.tier import tier_on, value_on
from kam.settings.cadence import OWNER, Cadence, ContactKind, Rhythm
from kam.settings.values import Person

NEVER = "never"
"""What a profile writes for a contact that the customer does not want."""
KEPT, MISSED, OVERDUE, OPEN = "kept", "missed", "overdue", "open"
"""States of a period: contact made; too late for it; past its end, but within the grace time; still running."""
DAY = timedelta(days=1)


class Promise(NamedTuple):
    """A contact of a kind once in a span, by ``person`` or whoever has the ``role``; ``is_own``: of the profile."""

    kind: str
    every: Span
    grace: Span
    role: str = OWNER
    person: str = ""
    contact: str = ""
    is_own: bool = False


class Contact(NamedTuple):
    """A contact that was made: its day and its record."""

    day: date
    record: str


class Period(NamedTuple):
    """From ``begin`` a contact is due by ``due``, at the latest on ``latest``. ``done`` is the one that kept it."""

    begin: date
    due: date
    latest: date
    done: Contact | None
    promise: Promise

    def state(self, as_of: date) -> str:
        """``kept``, ``missed``, ``overdue`` or ``open`` on a day; a later contact is not known yet."""
        if self.done is not None and self.done.day <= as_of:
            return KEPT
        return MISSED if self.latest < as_of else OVERDUE if self.due < as_of else OPEN


class NextContact(NamedTuple):
    """What is due next of a kind: the last contact, the first period without one, and how many were missed since."""

    promise: Promise
    last: Contact | None
    period: Period
    missed: int


def promises_on(profile: Data, cadence: Cadence, day: date) -> dict[str, Promise]:
    """The promises that hold for an account on a day, by kind: those of its tier, changed by those of its profile."""
    phase = lifecycle_on(profile, day)
    if day.isoformat() < cadence.from_ or (cadence.lifecycle and phase and phase not in cadence.lifecycle):
        return {}
    if not phase and profile.get("lifecycle_history"):
        return {}
    known = {kind.id for kind in cadence.kinds}
    found = {each.kind: _promise(each) for each in cadence.tiers.get(tier_on(profile, day), ())}
    for entry in care_of(profile):
        kind, every = str(entry.get("kind", "")), str(entry.get("every", ""))
        if every == NEVER:
            found.pop(kind, None)
        elif kind in known:
            found[kind] = _own_promise(entry, parse_span(every), found.get(kind), cadence.grace)
    return {kind: each for kind, each in found.items() if not each.every.is_empty}


def care_of(profile: Data) -> list[Data]:
    """The entries of a profile's care plan."""
    entries = profile.get("care")
    return [each for each in entries if isinstance(each, dict)] if isinstance(entries, list) else []


def is_less(entry: Data, rhythm: Rhythm | None) -> bool:
    """Whether an entry of the care plan promises less than the tier asks for."""
    every = parse_span(str(entry.get("every", "")))
    return rhythm is not None and (every is None or every.length > rhythm.every.length)


def _promise(rhythm: Rhythm) -> Promise:
    return Promise(rhythm.kind, rhythm.every, rhythm.grace, rhythm.role)


def _own_promise(entry: Data, every: Span | None, of_tier: Promise | None, grace: Span) -> Promise:
    kind, person, contact = (str(entry.get(name, "")) for name in ("kind", "person", "contact"))
    start = of_tier or Promise(kind, Span(), grace)
    every = every or start.every
    late = start.grace if every == start.every else grace
    return start._replace(every=every, grace=late, person=person, contact=contact, is_own=True)


def lifecycle_on(profile: Data, day: date) -> str:
    """The phase of an account on a day; empty where the profile names none, or none so early."""
    history = profile.get("lifecycle_history")
    rows = [each for each in history if isinstance(each, dict)] if isinstance(history, list) else []
    if not rows:
        return str(profile.get("lifecycle", ""))
    past = [row for row in rows if str(row.get("at", ""))[:10] <= day.isoformat()]
    return str(past[-1].get("to", "")) if past else ""


def sort_contacts(found_at: Iterable[tuple[str, str]], zone: ZoneInfo) -> list[Contact]:
    """Contacts from records (id, day or moment), one a day, by day."""
    found: dict[date, str] = {}
    for record, at in found_at:
        day = _day(at, zone)
        if day is not None and record > found.get(day, ""):
            found[day] = record
    return [Contact(day, found[day]) for day in sorted(found)]


def is_contact(kind: ContactKind, type_name: str, data: Mapping[str, object]) -> bool:
    """Whether a record of the type with these values is a contact of the kind."""
    return any(
        each.type == type_name
        and all(data.get(name) in values for name, values in each.where.items())
        and not any(data.get(name) in values for name, values in each.unless.items())
        for each in kind.counts
    )


def _day(text: str, zone: ZoneInfo | None = None) -> date | None:
    try:
        moment = datetime.fromisoformat(text)
        return (moment.astimezone(zone) if moment.tzinfo and zone else moment).date()
    except ValueError:
        return None


Timeline = list[tuple[date, dict[str, Promise]]]
"""The days on which promises change, each with those that hold from then on."""


def promise_timeline(profile: Data, cadence: Cadence) -> Timeline:
    """All that was, is and will be promised to an account, as far as its profile tells."""
    days = sorted({date.min, *_changes(profile, cadence)})
    return [(day, promises_on(profile, cadence, day)) for day in days]


def iter_periods(
    profile: Data, timeline: Timeline, kind: str, contacts: Sequence[Contact], until: date
) -> Iterator[Period]:
    """The periods of a kind of contact up to the one that runs on ``until``, from the first day a clock can start.

    ``contacts`` are those up to ``until``, by day. Nothing comes out for an account without promise or clock.
    """
    start = _clock_start(profile, contacts, until)
    if start is not None:
        yield from _iter_since(start, timeline, kind, contacts, until)


def _iter_since(
    start: date, timeline: Timeline, kind: str, contacts: Sequence[Contact], until: date
) -> Iterator[Period]:
    days = [each.day for each in contacts]
    for begin, end, promise in _segments(timeline, kind, start, until):
        if promise is not None:
            yield from _periods(promise, begin, end, until, contacts, days)


def find_next(
    profile: Data, cadence: Cadence, kind: str, contacts: Sequence[Contact], as_of: date
) -> NextContact | None:
    """What is due next of a kind of contact on a day; None where none is promised."""
    known = [each for each in contacts if each.day <= as_of][-1:]
    start = known[0].day if known else _clock_start(profile, (), as_of)
    promise = promises_on(profile, cadence, as_of).get(kind)
    if start is None or promise is None:
        return None
    since = _iter_since(start, promise_timeline(profile, cadence), kind, known, as_of)
    waiting = [each for each in since if each.done is None and each.promise == promise]
    if not waiting:
        return None
    last = known[0] if known else None
    return NextContact(promise, last, waiting[0], sum(p.state(as_of) == MISSED for p in waiting))


def _clock_start(profile: Data, contacts: Sequence[Contact], until: date) -> date | None:
    """The first contact or the present owner's first day, whichever is earlier; None where neither is known."""
    first = value_on(profile, "owners", "from", until) or str(profile.get("since", ""))
    days = [each.day for each in contacts[:1]]
    with suppress(ValueError):
        days.append(date.fromisoformat(first))
    return min(days, default=None)


def _segments(timeline: Timeline, kind: str, start: date, until: date) -> Iterator[tuple[date, date, Promise | None]]:
    """Stretches of time with the same promise of a kind: first day, day after the last, promise."""
    held: tuple[date, Promise | None] | None = None
    for day, promises in timeline:
        promise = promises.get(kind)
        if day > until:
            break
        if held is None or day <= start:
            held = (start, promise)
        elif promise != held[1]:
            yield held[0], day, held[1]
            held = (day, promise)
    if held is not None:
        yield held[0], date.max, held[1]


def _changes(profile: Data, cadence: Cadence) -> Iterator[date]:
    """The days on which what is promised to an account may change."""
    for name, key, shift in (("tiers", "from", 0), ("tiers", "to", 1), ("lifecycle_history", "at", 0)):
        entries = profile.get(name)
        for entry in entries if isinstance(entries, list) else []:
            day = _day(str(entry.get(key, ""))[:10]) if isinstance(entry, dict) else None
            if day is not None and day < date.max:
                yield day + shift * DAY
    begin = _day(cadence.from_)
    if begin is not None:
        yield begin


def _periods(
    promise: Promise, begin: date, end: date, until: date, contacts: Sequence[Contact], days: Sequence[date]
) -> Iterator[Period]:
    """The periods of a promise that holds from ``begin`` to the day before ``end``, as far as they begin by ``until``.

    One that would only be missed after the promise has ended is left out.
    """
    at, stop = bisect_right(days, begin), bisect_left(days, end)
    anchor = days[at - 1] if at else begin
    if promise.every.after(anchor) < begin:
        anchor = begin
    first, times = anchor, 1
    while first <= until:
        due = promise.every.after(anchor, times)
        latest = promise.grace.after(due)
        in_time = bisect_right(days, due, lo=at, hi=max(at, stop))
        if in_time > at or (at < stop and days[at] <= latest):
            at = max(in_time, at + 1)
            yield Period(first, due, latest, contacts[at - 1], promise)
            first = anchor = days[at - 1]
            times = 1
        elif latest >= end:
            return
        else:
            yield Period(first, due, latest, None, promise)
            first, times = due, times + 1


def find_person(profile: Data, promise: Promise, people: Mapping[str, Person], day: date) -> str:
    """Who is to make a contact: whom the profile names, else who has the role in the team, else the owner."""
    owner = value_on(profile, "owners", "person", day) or str(profile.get("owner", ""))
    if promise.person or promise.role == OWNER:
        return promise.person or owner
    team = profile.get("team")
    for entry in team if isinstance(team, list) else []:
        person = people.get(str(entry.get("person", ""))) if isinstance(entry, dict) else None
        if isinstance(entry, dict) and person and person.role == promise.role and _is_in(entry, day):
            return person.id
    with_role = sorted(each.id for each in people.values() if each.role == promise.role and _is_here(each, day))
    return with_role[0] if len(with_role) == 1 else owner


def _is_in(entry: Data, day: date) -> bool:
    first, last = str(entry.get("from", "")), str(entry.get("to", ""))
    return first <= day.isoformat() and (not last or day.isoformat() <= last)


def _is_here(person: Person, day: date) -> bool:
    return (person.from_ or "") <= day.isoformat() and (not person.to or day.isoformat() <= person.to)


def log_command(kind: ContactKind, account: str) -> str:
    """The command that writes down a contact of the kind; empty where no record counts as one."""
    for each in kind.counts:
        first = {name: values[0] for name, values in each.where.items() if values}
        if each.type == "meeting":
            return " ".join([f'kam log {account} "…"', *(f"--{name} {value}" for name, value in first.items())])
        return " ".join([f"kam new {each.type} {account}", *(f"{name}={value}" for name, value in first.items())])
    return ""


def every_words(span: Span) -> Label:
    """How often, in words: ``every 2 weeks``."""
    count, unit, zh = _largest_unit(span)
    if not unit:
        return {"en": f"every {span_words(span)['en']}", "zh": f"每{span_words(span)['zh']}"}
    return {
        "en": f"every {count} {unit}s" if count > 1 else f"every {unit}",
        "zh": f"每 {count} {zh}" if count > 1 else f"每{zh.removeprefix('个')}",
    }


def span_words(span: Span) -> Label:
    """How long, in words: ``2 weeks``."""
    count, unit, zh = _largest_unit(span)
    if not unit:
        return {"en": f"{span.months} months and {span.days} days", "zh": f"{span.months} 个月零 {span.days} 天"}
    return {"en": f"{count} {unit}{'s' if count > 1 else ''}", "zh": f"{count} {zh}"}


def _largest_unit(span: Span) -> tuple[int, str, str]:
    """The largest unit that the span is so many of, with its words; an empty one where it is of no single unit."""
    for unit, days, months, zh in UNIT_WORDS:
        size, part = (span.months, months) if months else (span.days, days)
        if size and size % part == 0 and not (span.days and span.months):
            return size // part, unit, zh
    return 0, "", ""


UNIT_WORDS = (
    ("year", 0, 12, "年"),
    ("half year", 0, 6, "个半年"),
    ("quarter", 0, 3, "个季度"),
    ("month", 0, 1, "个月"),
    ("week", 7, 0, "周"),
    ("day", 1, 0, "天"),
)
"""Unit in English, its days, its months, unit in Chinese; the largest first."""
