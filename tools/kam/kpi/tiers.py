"""The tier that follows from an account's figures, beside the one its profile names. One pass over the KPIs for all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from kam.kpi.compute import compute
from kam.kpi.definition import load_kpis
from kam.kpi.opening import open_tables
from kam.model.exact import EXACT
from kam.model.record import Data, Record
from kam.model.schema import Field, Label
from kam.policy.tier import Override, Score, Value, find_override, score_account, tier_on
from kam.settings.tiers import PROFILE, Criterion, Tiers

if TYPE_CHECKING:
    from kam.kpi.result import KpiResult
    from kam.settings import Settings
    from kam.tables import Tables
    from kam.tables.source import RecordSource

Figures = Mapping[str, Mapping[str | None, Decimal | None]]
"""Criterion id → account → the value of its KPI."""
UNREADABLE: Label = {
    "en": "its file has a mistake (see kam check --settings)",
    "zh": "指标文件有误（详见 kam check --settings）",
}
FITS, DIFFERS, OVERRIDDEN, NO_TIER, NO_SCORE = "fits", "differs", "overridden", "no_tier", "no_score"
"""The tier is the one that follows; it is another; it is another and a valid override allows it; the profile names
none; nothing follows for lack of figures."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """An account's points with the tier of its profile on the day. ``override_state`` is empty without an override."""

    account: str
    name: str
    score: Score
    tier: str
    override: Override | None
    override_state: str

    @property
    def status(self) -> str:
        """``fits``, ``differs``, ``overridden``, ``no_tier`` or ``no_score``."""
        if self.score.tier is None:
            return NO_SCORE
        if not self.tier:
            return NO_TIER
        if self.tier == self.score.tier:
            return FITS
        return OVERRIDDEN if self.override_state == "valid" else DIFFERS

    @property
    def has_idle_override(self) -> bool:
        """Whether the profile has an override that justifies nothing any more."""
        return self.override is not None and self.status == FITS

    @property
    def command(self) -> str:
        """What brings the profile in line with the figures; empty where nothing is to be done."""
        if self.status in (DIFFERS, NO_TIER):
            gone = " tier_override=" if self.override else ""
            return f"kam set {self.account} tier={self.score.tier}{gone}"
        return f"kam set {self.account} tier_override=" if self.has_idle_override else ""


@dataclass(frozen=True, slots=True)
class Assessed:
    """The assessments of all accounts, the most points first. ``kpis`` holds the KPI of each criterion by its id,
    ``failed`` the reasons why KPIs (by id) could not be computed; without them the points say nothing."""

    tiers: Tiers
    accounts: tuple[Assessment, ...]
    kpis: Mapping[str, KpiResult] = field(default_factory=dict)
    failed: Mapping[str, Label] = field(default_factory=dict)


def assess_tiers(
    portfolio: RecordSource, as_of: date, *, tables: Tables | None = None, results: Sequence[KpiResult] = ()
) -> Assessed:
    """Points and tiers of all accounts but closed ones. ``results`` are KPIs by account that are there already.

    Nobody is assessed where the policy names no criteria.
    """
    settings = portfolio.settings
    tiers = settings.part(Tiers)
    if not tiers.criteria or PROFILE not in settings.types:
        return Assessed(tiers, ())
    kpis = _kpis(portfolio, as_of, tiers, tables, results)
    figures = {name: {group.key: group.figure.value for group in result.by} for name, result in kpis.items()}
    found = [_assess(profile, tiers, figures, settings, as_of) for profile in iter_profiles(portfolio)]
    found.sort(key=lambda each: (_rank(each.score), each.account))
    return Assessed(tiers, tuple(found), kpis, _failed(tiers, kpis))


def iter_profiles(portfolio: RecordSource) -> Iterator[Record]:
    """The profiles of the accounts that are assessed: all but closed ones."""
    for profile in portfolio.iter_records(type=PROFILE):
        if not _is_closed(profile, portfolio.settings):
            yield profile


def _rank(score: Score) -> Decimal:
    return Decimal(1) if score.total is None else -score.total


def _failed(tiers: Tiers, kpis: Mapping[str, KpiResult]) -> Mapping[str, Label]:
    """KPI → why it gives no figures by account."""
    failed: dict[str, Label] = {}
    for each in tiers.criteria:
        result = kpis.get(each.id)
        if each.kpi and result is None:
            failed[each.kpi] = UNREADABLE
        elif result is not None and (result.failed or result.by_reason):
            failed[each.kpi] = (result.reason if result.failed else result.by_reason) or {}
    return {name: failed[name] for name in sorted(failed)}


def _is_closed(profile: Record, settings: Settings) -> bool:
    states = settings.types[PROFILE].states
    return states is not None and profile.data.get(states.field) in states.terminal


def _kpis(
    portfolio: RecordSource, as_of: date, tiers: Tiers, tables: Tables | None, results: Sequence[KpiResult]
) -> dict[str, KpiResult]:
    """Criterion id → its KPI by account."""
    known = {result.id: result for result in results if result.grouping == "account"}
    found = {each.id: known[each.kpi] for each in tiers.criteria if each.kpi in known and not each.window}
    readable = {kpi.id for kpi in load_kpis(portfolio.settings.root)}
    wanted: dict[str, list[Criterion]] = defaultdict(list)
    for each in tiers.criteria:
        if each.kpi in readable and each.id not in found:
            wanted[each.window].append(each)
    if not wanted:
        return found
    if tables is None:
        with open_tables(portfolio, as_of) as opened:
            return _kpis(portfolio, as_of, tiers, opened, results)
    for window, criteria in wanted.items():
        ids = sorted({each.kpi for each in criteria})
        made = compute(portfolio, as_of, ids, by="account", window=window, tables=tables)
        by_id = {result.id: result for result in made}
        found |= {each.id: by_id[each.kpi] for each in criteria}
    return found


def _assess(profile: Record, tiers: Tiers, figures: Figures, settings: Settings, as_of: date) -> Assessment:
    values: dict[str, Value] = {}
    for each in tiers.criteria:
        if each.kpi:
            values[each.id] = figures.get(each.id, {}).get(profile.account)
        else:
            values[each.id] = field_value(each.profile_field, profile.data, settings, as_of)
    tier, override = tier_on(profile.data, as_of), find_override(profile.data)
    state = override.state(tier, as_of) if override else ""
    name = str(profile.data.get("name", profile.account))
    return Assessment(profile.account, name, score_account(tiers, values), tier, override, state)


def field_value(path: str, data: Data, settings: Settings, as_of: date) -> Value:
    """A field's value, money in the base currency at the rate of the day; None where it is empty or has no rate."""
    inner = data
    *outer, name = path.split(".")
    for step in outer:
        found = inner.get(step)
        inner = found if isinstance(found, dict) else {}
    value, own = inner.get(name), _find_field(path, settings)
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, int | Decimal):
        return value if isinstance(value, str) and value else None
    if not has_rate(path, settings):
        return Decimal(value)
    base = settings.currencies.base
    rate = settings.currencies.rate(str(inner.get(own.money) or data.get("currency") or base), as_of)
    return None if rate is None else EXACT.multiply(Decimal(value), rate)


def has_rate(path: str, settings: Settings) -> bool:
    """Whether a field's value depends on the rate of the day."""
    return _find_field(path, settings).money not in ("", "base")


def _find_field(path: str, settings: Settings) -> Field:
    *outer, name = path.split(".")
    fields = settings.types[PROFILE].by_name
    for step in outer:
        fields = fields[step].by_name
    return fields[name]


def attention(accounts: Iterable[Assessment]) -> list[Assessment]:
    """The accounts whose tier is not the one that follows, without a valid override."""
    return [each for each in accounts if each.status == DIFFERS]
