"""From a KPI's value to points, and from points to a person's objective score."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from kam.model.exact import EXACT
from kam.settings.appraisal import Goal, Step

FULL = Decimal(100)
TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Scale:
    """How a value earns points: evenly from ``zero`` (0) to ``target`` (100), or by ``steps``."""

    target: Decimal
    zero: Decimal
    steps: tuple[Step, ...] = ()

    def points(self, value: Decimal) -> Decimal:
        """0 to 100: ``100 × (value − zero) ÷ (target − zero)``, no less and no more."""
        if self.steps:
            reached = [each.points for each in self.steps if value >= each.from_]
            return reached[-1] if reached else Decimal(0)
        part = EXACT.divide(value - self.zero, self.target - self.zero)
        return min(FULL, max(Decimal(0), EXACT.multiply(part, FULL)))


def make_scale(goal: Goal, target: Decimal | None, better: str) -> Scale | None:
    """The scale of a goal; ``target`` is the KPI's own or the quota, for where the goal names no number. None where no
    scale follows: there is no target, neither direction is better, or zero lies on the wrong side of the target."""
    wanted = goal.target if goal.target is not None else target
    if goal.steps:
        return Scale(wanted or Decimal(0), Decimal(0), goal.steps)
    if wanted is None or better not in ("higher", "lower"):
        return None
    usual = Decimal(0) if better == "higher" else 2 * wanted
    zero = usual if goal.zero is None else goal.zero
    is_right = zero < wanted if better == "higher" else zero > wanted
    return Scale(wanted, zero) if is_right else None


@dataclass(frozen=True, slots=True)
class Score:
    """``value`` is 0 to 100 to a tenth, None where too little of the weight has a value; ``covered`` is the percentage
    of the weight that has one."""

    value: Decimal | None
    covered: Decimal


def add_up(parts: Iterable[tuple[Decimal, Decimal | None]], least_weight: Decimal) -> Score:
    """``Σ weight × points ÷ Σ weight`` over the parts (weight, points) that have points; the others are left out, so
    that their weight goes to the rest in proportion."""
    listed: Sequence[tuple[Decimal, Decimal | None]] = list(parts)
    whole = sum((weight for weight, _ in listed), Decimal(0))
    counted = [(weight, points) for weight, points in listed if points is not None]
    weight = sum((each for each, _ in counted), Decimal(0))
    if not whole or not weight:
        return Score(None, Decimal(0))
    covered = EXACT.divide(weight * FULL, whole)
    if covered < least_weight:
        return Score(None, covered)
    total = sum((EXACT.multiply(each, points) for each, points in counted), Decimal(0))
    return Score(EXACT.divide(total, weight).quantize(TENTH, ROUND_HALF_UP), covered)
