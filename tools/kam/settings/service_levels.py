"""``service-levels.yml``: within which time a company answers and solves what its customers report."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from kam.settings.parts import Known
from kam.settings.section import Section, nearest, shown

FILE = "service-levels.yml"
RULE = "settings-service-level"
DEFAULT = "default"
"""The key of what holds where no other key is named."""
SPAN = re.compile(r"(?P<amount>\d{1,6}(?:\.\d{1,4})?) ?(?P<unit>min|h|d)\Z")
SECONDS = {"min": 60, "h": 3600, "d": 86_400}


@dataclass(frozen=True)
class Span:
    """A length of time in seconds."""

    seconds: int

    @property
    def length(self) -> timedelta:
        """The same as a ``timedelta``."""
        return timedelta(seconds=self.seconds)


@dataclass(frozen=True)
class Level:
    """Within what time an issue is answered by a person and solved; None where nothing is promised."""

    first_response: Span | None = None
    resolution: Span | None = None


@dataclass(frozen=True)
class ServiceLevels:
    """What is promised: tier (or ``default``) → severity → level."""

    levels: Mapping[str, Mapping[str, Level]] = field(default_factory=dict)


def read_service_levels(section: Section, known: Known) -> ServiceLevels:
    """The topic from its file. An unknown severity is a mistake, and so is a solution due before the answer."""
    top = Section(section.file, section.path, ("levels",)).inner("levels", (DEFAULT,))
    return ServiceLevels({tier: _read_tier(top.inner(tier), known) for tier in top.value})


def _read_tier(tier: Section, known: Known) -> Mapping[str, Level]:
    severities = _choices(known, "severity")
    for name in tier.value:
        if severities and name not in severities:
            near = nearest(name, severities)
            words = {"found": name, "near": near, "known": ", ".join(severities)}
            tier.file.report((*tier.path, name), RULE, "severity-near" if near else "severity", words, of_key=True)
    return {name: _read_level(tier.inner(name, ("first_response", "resolution")), name) for name in tier.value}


def _read_level(section: Section, name: str) -> Level:
    level = Level(read_span(section, "first_response"), read_span(section, "resolution"))
    if level.first_response and level.resolution and level.resolution.seconds < level.first_response.seconds:
        words = {key: section.text(key) for key in ("first_response", "resolution")}
        section.complain(("resolution",), "order", RULE, name=name, **words)
    return level


def read_span(section: Section, key: str) -> Span | None:
    """A length of time such as ``30min``, ``4h`` or ``2d``; None where it is absent or wrong."""
    value = section.value.get(key)
    if value is None:
        return None
    found = SPAN.match(value) if isinstance(value, str) else None
    if not found:
        section.complain((key,), "span", RULE, found=shown(value))
        return None
    return Span(int(Decimal(found["amount"]) * SECONDS[found["unit"]]))


def _choices(known: Known, name: str) -> tuple[str, ...]:
    issue = known.types.get("issue")
    choice = issue.by_name.get(name) if issue else None
    return tuple(str(each) for each in choice.choices or ()) if choice else ()
