"""From values to points, from points to a tier, and whether a tier that differs is allowed to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from kam.model.exact import EXACT
from kam.model.record import Data
from kam.settings.tiers import LEAVE_OUT, Criterion, Tiers

OVERRIDE = "tier_override"
"""The profile's map that justifies a tier against the figures."""
OVERRIDE_NEEDS = ("tier", "why", "by", "until")

Value = Decimal | str | None
"""The value of a criterion: a number, a choice, or None where there is none."""


class Points(NamedTuple):
    """What one criterion earned: at most ``most``. ``counts`` is false where it was left out for lack of a value."""

    criterion: Criterion
    value: Value
    earned: Decimal
    most: Decimal
    counts: bool

    @property
    def is_missing(self) -> bool:
        """Whether there was no value."""
        return self.value is None


class Score(NamedTuple):
    """The points of an account. ``total`` is None where every criterion was left out; ``tier`` then too.

    ``tier`` is also None below the lowest threshold.
    """

    total: Decimal | None
    out_of: Decimal
    tier: str | None
    parts: tuple[Points, ...]

    @property
    def is_stretched(self) -> bool:
        """Whether criteria were left out, so that the others count for more."""
        return self.total is not None and not all(each.counts for each in self.parts)


def score_account(tiers: Tiers, values: Mapping[str, Value]) -> Score:
    """Points and tier from the values by criterion id; a criterion without a value is treated as it declares.

    With criteria left out the points earned are stretched: earned × out of ÷ what the others can earn.
    """
    parts = tuple(_points(each, values.get(each.id)) for each in tiers.criteria)
    counted = [each for each in parts if each.counts]
    possible = sum((each.most for each in counted), Decimal(0))
    if not counted or not possible:
        return Score(None, tiers.out_of, None, parts)
    earned = sum((each.earned for each in counted), Decimal(0))
    total = earned if len(counted) == len(parts) else EXACT.divide(EXACT.multiply(earned, tiers.out_of), possible)
    return Score(total, tiers.out_of, tier_of(tiers, total), parts)


def tier_of(tiers: Tiers, score: Decimal) -> str | None:
    """The tier whose half-open span holds the score: with A from 80, a score of 80 is an A and 79.9 is not."""
    return next((each.tier for each in tiers.thresholds if score >= each.from_), None)


def _points(criterion: Criterion, value: Value) -> Points:
    most = criterion.most * criterion.weight
    if value is None:
        return Points(criterion, None, Decimal(0), most, criterion.missing != LEAVE_OUT)
    return Points(criterion, value, _earned(criterion, value) * criterion.weight, most, True)


def _earned(criterion: Criterion, value: Decimal | str) -> Decimal:
    if isinstance(value, str):
        return criterion.choices.get(value, Decimal(0))
    for band in reversed(criterion.bands):
        if band.from_ is None or value >= band.from_:
            return band.points
    return Decimal(0)


class Override(NamedTuple):
    """Why an account's tier is not the one its figures give: an entry of the profile. Texts may be empty.

    ``missing`` names what a valid one needs and this one lacks. ``from_`` and ``until`` are ISO days.
    """

    tier: str
    why: str
    by: str
    from_: str
    until: str

    @property
    def missing(self) -> tuple[str, ...]:
        """The names of the values that it lacks."""
        given = (self.tier, self.why, self.by, self.until)
        return tuple(name for name, value in zip(OVERRIDE_NEEDS, given, strict=True) if not value.strip())

    def state(self, profile_tier: str, as_of: date) -> str:
        """``incomplete``, ``other`` (for another tier than the profile's), ``future``, ``expired`` or ``valid``."""
        if self.missing:
            return "incomplete"
        if self.from_ and as_of.isoformat() < self.from_:
            return "future"
        if profile_tier != self.tier:
            return "other"
        return "expired" if as_of.isoformat() > self.until else "valid"


def find_override(profile: Data) -> Override | None:
    """The profile's override, complete or not; None where it has none."""
    found = profile.get(OVERRIDE)
    if not isinstance(found, dict):
        return None
    return Override(*(_text(found.get(name)) for name in ("tier", "why", "by", "from", "until")))


def tier_on(profile: Data, day: date) -> str:
    """The tier in force on a day by the profile's history, else the tier of today; empty where there is none.

    With a history, a day that none of its entries covers has no tier.
    """
    return value_on(profile, "tiers", "tier", day, _text(profile.get("tier")))


def value_on(profile: Data, history: str, name: str, day: date, otherwise: str = "") -> str:
    """What the from–to history of a profile says for a day; ``otherwise`` where there is no history at all."""
    entries = profile.get(history)
    rows = [each for each in entries if isinstance(each, dict)] if isinstance(entries, list) else []
    if not rows:
        return otherwise
    today, best, since = day.isoformat(), "", ""
    for row in rows:
        first, last = _text(row.get("from")), _text(row.get("to"))
        if first <= today and (not last or today <= last) and first >= since:
            best, since = _text(row.get(name)), first
    return best


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
