"""The health of accounts on given days: KPIs and fields of the profile, scored by the settings, with reasons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from kam.health.score import HealthScore, PartScore, Reason, Value, score_health
from kam.kpi.compute import compute
from kam.kpi.definition import load_kpis
from kam.kpi.opening import open_tables
from kam.kpi.show import show_value
from kam.kpi.window import month_ends
from kam.model.record import Data, Record
from kam.model.schema import Label
from kam.policy.cadence import lifecycle_on
from kam.policy.tier import tier_on
from kam.settings.health import PROFILE, Health, HealthPart

if TYPE_CHECKING:
    from kam.kpi.result import KpiResult
    from kam.settings import Settings
    from kam.tables import Tables
    from kam.tables.source import RecordSource

LANGUAGES = ("en", "zh")
SOFAR = 3
"""Months by which the change of a score is told."""


Scores = Mapping[str, Mapping[date, HealthScore]]
"""By account and day."""
Figures = Mapping[date, Mapping[str | None, Decimal | None]]
"""The values of a part by day and account."""


@dataclass(frozen=True)
class Healths:
    """Scores by account and day, of all accounts that were not closed then. ``kpis`` holds the KPI of each part."""

    health: Health
    scores: Scores = field(default_factory=dict)
    kpis: Mapping[str, KpiResult] = field(default_factory=dict)

    def on(self, account: str, day: date) -> HealthScore | None:
        """The score of an account on one of the days; None where it has none."""
        return self.scores.get(account, {}).get(day)

    def trend(self, account: str) -> list[tuple[date, Decimal | None]]:
        """Day and score, the oldest first; None where there was no score."""
        return [(day, score.total) for day, score in sorted(self.scores.get(account, {}).items())]

    def change(self, account: str, as_of: date, months: int = SOFAR) -> Decimal | None:
        """By how much the score rose (fell, where negative) since the end of the month so many months before."""
        then = month_ends(as_of, months + 1)[0]
        now, before = self.on(account, as_of), self.on(account, then)
        if now is None or before is None or now.total is None or before.total is None:
            return None
        return now.total - before.total


def assess_health(portfolio: RecordSource, as_of: date, *, months: int = 12, tables: Tables | None = None) -> Healths:
    """The health of all accounts at the ends of the last months, the last one being the day itself."""
    if tables is None:
        with open_tables(portfolio, as_of) as opened:
            return measure_health(portfolio, month_ends(as_of, months), opened)
    return measure_health(portfolio, month_ends(as_of, months), tables)


def measure_health(portfolio: RecordSource, days: Sequence[date], tables: Tables) -> Healths:
    """The health of all accounts on each of the days."""
    settings = portfolio.settings
    health = settings.part(Health)
    if not health.parts or PROFILE not in settings.types:
        return Healths(health)
    kpis = _compute(portfolio, health, days, tables)
    return Healths(health, _score(portfolio, days, {name: _by_day(result) for name, result in kpis.items()}), kpis)


def _score(portfolio: RecordSource, days: Sequence[date], figures: Mapping[str, Figures]) -> Scores:
    settings = portfolio.settings
    health = settings.part(Health)
    scores = {}
    for profile in portfolio.iter_records(type=PROFILE):
        found = {
            day: score_health(health, _values(profile, health, figures, day))
            for day in days
            if is_there(profile, settings, day)
        }
        if found:
            scores[profile.account] = found
    return scores


def reason_words(found: Healths, reason: Reason, settings: Settings) -> Label:
    """Why a score is what it is, as one would say it: the part's own words, else its title and value."""
    part, value = reason.score.part, show_part(found, reason.score, settings)
    own = part.high if reason.is_good else part.low
    return {
        lang: own[lang].format(value=value[lang]) if own.get(lang) else f"{part.title.get(lang, part.id)} {value[lang]}"
        for lang in LANGUAGES
    }


def show_part(found: Healths, score: PartScore, settings: Settings) -> Label:
    """The value of a part with its unit, or the word for a choice; a dash where there is none."""
    part, value = score.part, score.value
    if isinstance(value, str):
        choices = settings.types[PROFILE].by_name[part.profile_field].choices or {}
        return {lang: choices.get(value, {}).get(lang, value) for lang in LANGUAGES}
    kpi = found.kpis.get(part.id)
    if value is None or kpi is None:
        return dict.fromkeys(LANGUAGES, "–")
    return {lang: show_value(kpi.kpi, value, lang, kpi.unit) for lang in LANGUAGES}


def _compute(portfolio: RecordSource, health: Health, days: Sequence[date], tables: Tables) -> dict[str, KpiResult]:
    """Part id → its KPI by account on the days; a KPI whose file has a mistake gives nothing."""
    wanted = list_kpis(portfolio, health)
    if not wanted:
        return {}
    results = compute(portfolio, max(days), wanted, by="account", days=days, tables=tables)
    by_id = {result.id: result for result in results}
    return {part.id: by_id[part.kpi] for part in health.parts if part.kpi in by_id}


def list_kpis(portfolio: RecordSource, health: Health) -> list[str]:
    """The KPIs of the parts, sorted, but for those whose file has a mistake."""
    readable = {kpi.id for kpi in load_kpis(portfolio.settings.root)}
    return sorted({part.kpi for part in health.parts if part.kpi in readable})


def _by_day(result: KpiResult) -> Figures:
    found: dict[date, dict[str | None, Decimal | None]] = defaultdict(dict)
    for group in result.by:
        for point in group.trend:
            found[point.as_of][group.key] = point.figure.value
    return found


def _values(
    profile: Record,
    health: Health,
    figures: Mapping[str, Figures],
    day: date,
) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for part in health.parts:
        if part.profile_field:
            found[part.id] = field_on(profile.data, part, day)
        else:
            found[part.id] = figures.get(part.id, {}).get(day, {}).get(profile.account)
    return found


def field_on(data: Data, part: HealthPart, day: date) -> str | None:
    """The choice on a day, where the profile keeps what was; else the present one."""
    name = part.profile_field
    now = data.get(name)
    if name == "lifecycle":
        return lifecycle_on(data, day) or None
    if name == "tier":
        return tier_on(data, day) or None
    return now if isinstance(now, str) else None


def is_there(profile: Record, settings: Settings, day: date) -> bool:
    """Whether the account was there on the day, and not closed."""
    states = settings.types[PROFILE].states
    phase = lifecycle_on(profile.data, day)
    if profile.data.get("lifecycle_history") and not phase:
        return False
    if not profile.data.get("lifecycle_history") and str(profile.data.get("since", "")) > day.isoformat():
        return False
    return states is None or phase not in states.terminal
