"""From values to points, from points to a score: Σ w·x ÷ Σ w over the parts that have a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from kam.model.exact import EXACT
from kam.settings.health import Health, HealthPart

Value = Decimal | str | None
"""The value of a part: a number, a choice, or None where there is none."""
REASONS = 3
SMALL = Decimal("0.5")
"""What moves the score by less is no reason."""


@dataclass(frozen=True, slots=True)
class PartScore:
    """One part with its value and its points from 0 to 100; None without a value."""

    part: HealthPart
    value: Value
    points: Decimal | None


@dataclass(frozen=True, slots=True)
class Reason:
    """What a part does to the score: by how many points it lifts it over the good mark, or pulls it below."""

    score: PartScore
    effect: Decimal

    @property
    def is_good(self) -> bool:
        """Whether it holds the score up."""
        return self.effect > 0


@dataclass(frozen=True, slots=True)
class HealthScore:
    """The score of an account on a day. ``total`` is None where no part had a value."""

    health: Health
    parts: tuple[PartScore, ...]
    total: Decimal | None

    @property
    def status(self) -> str:
        """``good``, ``watch`` or ``bad``; ``none`` without a score."""
        if self.total is None:
            return "none"
        return "good" if self.total >= self.health.good else "watch" if self.total >= self.health.watch else "bad"

    @property
    def missing(self) -> tuple[HealthPart, ...]:
        """The parts without a value; the weights of the others count for more."""
        return tuple(each.part for each in self.parts if each.points is None)

    def reasons(self, most: int = REASONS) -> list[Reason]:
        """What moved the score most away from the good mark, the strongest first.

        A part's effect is w·(x − good) ÷ Σ w; the effects of all parts add up to the score less the good mark.
        """
        counted = [each for each in self.parts if each.points is not None]
        weight = sum((each.part.weight for each in counted), Decimal(0))
        if not weight:
            return []
        found = [
            Reason(each, EXACT.divide(each.part.weight * ((each.points or Decimal(0)) - self.health.good), weight))
            for each in counted
        ]
        strong = [each for each in found if abs(each.effect) >= SMALL]
        return sorted(strong, key=lambda each: (-abs(each.effect), each.score.part.id))[:most]


def score_health(health: Health, values: Mapping[str, Value]) -> HealthScore:
    """The score from the values by part id."""
    parts = tuple(score_part(each, values.get(each.id)) for each in health.parts)
    counted = [each for each in parts if each.points is not None]
    weight = sum((each.part.weight for each in counted), Decimal(0))
    total = None
    if weight:
        earned = sum((each.part.weight * (each.points or Decimal(0)) for each in counted), Decimal(0))
        total = EXACT.divide(earned, weight)
    return HealthScore(health, parts, total)


def score_part(part: HealthPart, value: Value) -> PartScore:
    """What a value of one part earns."""
    if isinstance(value, str):
        return PartScore(part, value, part.choices.get(value))
    points = None if value is None or not part.marks else points_of(part, value)
    return PartScore(part, value, points)


def points_of(part: HealthPart, value: Decimal) -> Decimal:
    """The points of a number: of the last mark reached, or on the line between two marks; flat beyond the ends.

    Below the first step there are no points.
    """
    marks = part.marks
    if not part.is_linear:
        return next((mark.points for mark in reversed(marks) if value >= mark.value), Decimal(0))
    if value <= marks[0].value:
        return marks[0].points
    for low, high in pairwise(marks):
        if value <= high.value:
            share = EXACT.divide(value - low.value, high.value - low.value)
            return EXACT.add(low.points, EXACT.multiply(share, high.points - low.points))
    return marks[-1].points
