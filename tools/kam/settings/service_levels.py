"""``service-levels.yml``: within which time a company answers and solves what its customers report."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from kam.model.problem import Level as Weight
from kam.model.schema import NOTHING
from kam.settings.calendars import KEYS, Calendar, read_calendar
from kam.settings.parts import Known
from kam.settings.section import Section, nearest, shown

FILE = "service-levels.yml"
RULE = "settings-service-level"
DEFAULT = "default"
"""The key of what holds where no other key is named."""
CLOCKS = ("first_response", "resolution")
LIMIT = re.compile(r"(?P<amount>\d{1,6}(?:\.\d{1,4})?)(?P<unit>min|h|d)(?P<business> business)?\Z")
SECONDS = {"min": 60, "h": 3600, "d": 86_400}
SHARE = re.compile(r"(\d{1,4})\s?%\Z")
COUNTRY = re.compile(r"[A-Z]{2}\Z")
OWN_ROLES = ("handler", "manager", "owner", "sponsor")
"""Roles that an account or an issue names itself; ``manager`` is the handler's."""


class Limit(NamedTuple):
    """A length of time as it is promised. ``unit`` is ``min``, ``h`` or ``d``; around the clock, or working time."""

    amount: Decimal
    unit: str
    is_business: bool = False

    def seconds(self, business_day: int) -> int:
        """Its length; ``business_day`` is how many seconds of work make a working day."""
        unit = business_day if self.is_business and self.unit == "d" else SECONDS[self.unit]
        return int(self.amount * unit)

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}{' business' if self.is_business else ''}"


class Level(NamedTuple):
    """Within what time an issue is answered by a person and solved; None where nothing is promised."""

    first_response: Limit | None = None
    resolution: Limit | None = None

    def limit(self, clock: str) -> Limit | None:
        """The limit of one of the ``CLOCKS``."""
        return self.first_response if clock == CLOCKS[0] else self.resolution


class Escalation(NamedTuple):
    """Who is to be told when an issue is late: after ``share`` percent of the time, or ``late`` past its due moment.

    Empty ``tiers`` or ``severities`` stand for all. ``role`` is one of the people file or of ``OWN_ROLES``.
    """

    level: str
    role: str
    clock: str
    share: int | None = None
    late: Limit | None = None
    tiers: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()


class ServiceLevels(NamedTuple):
    """What is promised: tier (or ``default``) → severity (or ``default``) → level; and how the time is counted.

    ``by_tier`` and ``by_country`` say which calendar counts for an account, by tier first; ``calendar`` is that of all
    others. In the states of ``pause_while`` the time to the solution stands still, as it does while on hold.
    """

    levels: Mapping[str, Mapping[str, Level]] = NOTHING
    calendars: Mapping[str, Calendar] = NOTHING
    calendar: str = ""
    by_tier: Mapping[str, str] = NOTHING
    by_country: Mapping[str, str] = NOTHING
    pause_while: tuple[str, ...] = ()
    escalation: tuple[Escalation, ...] = ()

    def level(self, tier: str, severity: str) -> Level | None:
        """The level of a tier and severity; what is not named is as for ``default``."""
        own, others = self.levels.get(tier, {}), self.levels.get(DEFAULT, {})
        for found in (own.get(severity), own.get(DEFAULT), others.get(severity), others.get(DEFAULT)):
            if found is not None:
                return found
        return None


def read_service_levels(section: Section, known: Known) -> ServiceLevels:
    """The topic from its file; what is wrong with it is left out."""
    keys = ("calendars", "calendar", "calendar_by_tier", "calendar_by_country", "pause_while", "levels", "escalation")
    top = Section(section.file, section.path, keys)
    calendars = {
        name: read_calendar(top.inner("calendars").inner(name, KEYS), name, known.site.time_zone)
        for name in top.inner("calendars").value
    }
    tiers = _choices(known, "profile", "tier")
    levels = {tier: _read_tier(top.inner("levels").inner(tier), known) for tier in top.inner("levels").value}
    _check_keys(top.inner("levels"), (*tiers, DEFAULT) if tiers else (), "tier")
    by_country = top.inner("calendar_by_country")
    _check_countries(by_country)
    found = ServiceLevels(
        levels,
        calendars,
        _read_default(top, calendars),
        _read_map(top.inner("calendar_by_tier"), calendars, tiers),
        _read_map(by_country, calendars, ()),
        _read_choices(top, "pause_while", _choices(known, "issue", "status"), "status"),
        tuple(_read_escalation(each, known) for each in top.sections("escalation", ESCALATION_KEYS)),
    )
    _check_calendars(top, found)
    return found


def _read_default(top: Section, calendars: Mapping[str, Calendar]) -> str:
    name = top.text("calendar")
    if name and name not in calendars:
        _unknown(top, ("calendar",), "calendar", name, calendars)
        return ""
    return name or (next(iter(calendars)) if len(calendars) == 1 else "")


def _read_map(section: Section, calendars: Mapping[str, Calendar], keys: Sequence[str]) -> Mapping[str, str]:
    _check_keys(section, keys, "tier")
    found = {key: section.text(key) for key in section.value}
    for key, name in found.items():
        if name not in calendars:
            _unknown(section, (key,), "calendar", name, calendars)
    return {key: name for key, name in found.items() if name in calendars}


def _check_calendars(top: Section, found: ServiceLevels) -> None:
    """Working time can only be counted where a calendar says when somebody works."""
    if found.calendar:
        return
    for tier, levels in found.levels.items():
        for severity, level in levels.items():
            for clock in CLOCKS:
                limit = level.limit(clock)
                if limit is not None and limit.is_business:
                    top.complain(("levels", tier, severity, clock), "no-calendar", RULE, found=str(limit))
                    return


def _read_tier(section: Section, known: Known) -> Mapping[str, Level]:
    severities = _choices(known, "issue", "severity")
    _check_keys(section, (*severities, DEFAULT) if severities else (), "severity")
    return {name: _read_level(section.inner(name, CLOCKS), name) for name in section.value}


def _read_level(section: Section, name: str) -> Level:
    level = Level(*(read_limit(section, clock) for clock in CLOCKS))
    first, last = level.first_response, level.resolution
    if first and last and first.is_business == last.is_business and _length(last) < _length(first):
        words = {clock: section.text(clock) for clock in CLOCKS}
        section.complain(("resolution",), "order", RULE, name=name, **words)
    return level


def _length(limit: Limit) -> int:
    return limit.seconds(8 * SECONDS["h"])


def read_limit(section: Section, key: str) -> Limit | None:
    """A length of time such as ``30min``, ``4h`` or ``2d business``; None where it is absent or wrong."""
    value = section.value.get(key)
    if value is None:
        return None
    limit = parse_limit(value)
    if limit is None:
        section.complain((key,), "limit", RULE, found=shown(value))
    return limit


def parse_limit(value: object) -> Limit | None:
    """``4h`` or ``2d business`` as a limit; None for anything else."""
    found = LIMIT.match(value) if isinstance(value, str) else None
    return Limit(Decimal(found["amount"]), found["unit"], bool(found["business"])) if found else None


ESCALATION_KEYS = ("level", "role", "of", "after", "late", "tiers", "severities")


def _read_escalation(section: Section, known: Known) -> Escalation:
    section.require("level", "role")
    levels = _choices(known, "issue", "escalations", "level")
    level = section.choice("level", levels) if levels else section.text("level")
    after = section.text("after")
    share = SHARE.match(after)
    late = read_limit(section, "late")
    if after and not share:
        section.complain(("after",), "share", RULE, found=shown(after))
    elif bool(after) == ("late" in section.value):
        section.complain((), "when", RULE)
    return Escalation(
        level,
        _read_role(section, known),
        section.choice("of", CLOCKS, "resolution"),
        int(share[1]) if share else None,
        late,
        _read_choices(section, "tiers", _choices(known, "profile", "tier"), "tier"),
        _read_choices(section, "severities", _choices(known, "issue", "severity"), "severity"),
    )


def _read_role(section: Section, known: Known) -> str:
    role = section.text("role")
    roles = (*OWN_ROLES, *sorted({person.role for person in known.people.values() if person.role}))
    if role and known.people and role not in roles:
        near = nearest(role, roles)
        words = {"found": role, "near": near}
        section.file.report((*section.path, "role"), RULE, "role-near" if near else "role", words, level=Weight.WARNING)
    return role


def _read_choices(section: Section, key: str, choices: Sequence[str], what: str) -> tuple[str, ...]:
    found = section.texts(key)
    for at, name in enumerate(found):
        if choices and name not in choices:
            path = (key, at) if isinstance(section.value[key], list) else (key,)
            _unknown(section, path, what, name, choices)
    return found


def _check_keys(section: Section, known: Sequence[str], what: str) -> None:
    for name in section.value:
        if known and name not in known:
            near = nearest(name, known)
            words = {"found": name, "near": near, "known": ", ".join(known)}
            section.file.report((*section.path, name), RULE, f"{what}-near" if near else what, words, of_key=True)


def _check_countries(section: Section) -> None:
    """Accounts name their country by its code, so that no other word would ever be met."""
    for name in section.value:
        if not COUNTRY.match(name):
            section.file.report((*section.path, name), RULE, "country", {"found": shown(name)}, of_key=True)


def _unknown(section: Section, path: tuple[str | int, ...], key: str, found: str, known: Iterable[str]) -> None:
    names = list(known)
    near = nearest(found, names)
    words = {"found": shown(found), "near": near, "known": ", ".join(names) or "–"}
    section.complain(path, f"{key}-near" if near else key, RULE, **words)


def _choices(known: Known, type_name: str, *names: str) -> tuple[str, ...]:
    """The choices of a field (or one inside a list of maps); nothing where there is no such field."""
    rtype = known.types.get(type_name)
    found = rtype.by_name.get(names[0]) if rtype else None
    for name in names[1:]:
        found = found.by_name.get(name) if found else None
    return tuple(str(each) for each in found.choices or ()) if found else ()


def iter_calendars_used(levels: ServiceLevels) -> Iterator[Calendar]:
    """The calendars that count for some account, each once."""
    names = {levels.calendar, *levels.by_tier.values(), *levels.by_country.values()}
    yield from (each for name, each in levels.calendars.items() if name in names)
