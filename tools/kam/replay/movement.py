"""Why a figure is not what it was on an earlier day: both days by the records as they are now, record by record.

``kam kpi --since DAY`` asks here. What ``--compare`` tells is another thing: one day, as it was known then and is now.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from kam.kpi import FactRow, KpiResult, compute, open_tables
from kam.kpi.result import Figure
from kam.model.exact import EXACT
from kam.replay.facts import by_record, is_same, iter_differing

if TYPE_CHECKING:
    from kam.portfolio import Portfolio

ZERO = Decimal(0)
NEAR = Decimal("1e-9")
QUOTIENT = "sum(numerator) / nullif(sum(denominator), 0)"
KINDS = ("new", "counts-now", "changed", "left-window", "counts-no-more")
"""What happened to a record between the days: it is dated after the first; it counts now though it was there before; it
counts in another way; its day lies before the window of now; it counts no more for another reason."""

Parts = tuple[Decimal | None, Decimal | None]
"""Numerator and denominator."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A record that counts in another way than on the earlier day; None where it had or has no facts.

    ``effect`` is by how much it moved the value, None where the KPI is of a kind of which records have no share.
    """

    record: str
    account: str | None
    kind: str
    then: Parts | None
    now: Parts | None
    effect: Decimal | None = None


@dataclass(frozen=True)
class Movement:
    """A KPI on two days; ``records`` has the largest effects first.

    ``rest`` is what of the difference is no single record's, such as a longer window of a formula; None where records
    have no share.
    """

    then: KpiResult
    now: KpiResult
    records: Sequence[Moved] = ()
    rest: Decimal | None = None

    @property
    def difference(self) -> Decimal | None:
        """Now less then; None where one of them has no value."""
        if self.then.value is None or self.now.value is None:
            return None
        return self.now.value - self.then.value

    @property
    def is_moved(self) -> bool:
        """Whether anything is different."""
        return bool(self.records) or not is_same(self.then.figure, self.now.figure)


def find_movements(
    portfolio: Portfolio, since: date, until: date, kpis: Iterable[str] | None = None, *, account: str | None = None
) -> list[Movement]:
    """The KPIs named (all, where none is) on both days, with the records that made the difference."""
    names = None if kpis is None else list(kpis)
    with open_tables(portfolio, until) as tables:
        then, now = (
            compute(portfolio, day, names, account=account, facts=True, tables=tables) for day in (since, until)
        )
    return [_movement(a, b) for a, b in zip(then, now, strict=True)]


def _movement(then: KpiResult, now: KpiResult) -> Movement:
    if then.failed or now.failed:
        return Movement(then, now)
    found = list(_iter_moved(then, now))
    share = _Share.of(then, now)
    if share is None:
        return Movement(then, now, sorted(found, key=_weight, reverse=True))
    placed = [replace(each, effect=share.effect(each)) for each in found]
    assert then.value is not None and now.value is not None
    rest = now.value - then.value - sum((each.effect or ZERO for each in placed), ZERO)
    ordered = sorted(placed, key=lambda each: (abs(each.effect or ZERO), *_weight(each)), reverse=True)
    return Movement(then, now, ordered, rest if abs(rest) > NEAR else ZERO)


def _iter_moved(then: KpiResult, now: KpiResult) -> Iterable[Moved]:
    def worth(facts: Sequence[FactRow]) -> Parts | None:
        return _parts(facts, now) if facts else None

    for record, was, is_ in iter_differing(by_record(then.facts), by_record(now.facts), worth):
        account = next((fact.account for fact in (*is_, *was)), None)
        yield Moved(record, account, _kind(was, is_, then, now), worth(was), worth(is_))


def _parts(facts: Sequence[FactRow], result: KpiResult) -> Parts:
    """What the facts of a record add to the numerator and the denominator."""
    numerators = [fact.numerator for fact in facts if fact.numerator is not None]
    denominators = [fact.denominator for fact in facts if fact.denominator is not None]
    how = result.kpi.aggregation
    if how == "count":
        return Decimal(len(facts)), None
    numerator = sum(numerators, ZERO) if numerators else None
    if how == "mean":
        return numerator, Decimal(len(numerators))
    if how == "sum":
        return numerator, None
    return numerator, sum(denominators, ZERO) if denominators else None


def _kind(was: Sequence[FactRow], is_: Sequence[FactRow], then: KpiResult, now: KpiResult) -> str:
    if was and is_:
        return "changed"
    if is_:
        return "new" if any(fact.at and fact.at > then.window.to for fact in is_) else "counts-now"
    first = now.window.from_
    return "left-window" if first and was and all(f.at and f.at < first for f in was) else "counts-no-more"


@dataclass(frozen=True, slots=True)
class _Share:
    """How records share in the difference of two values.

    For a quotient ``s·N/D`` the difference is the sum over records of ``s₁·(ΔN − ΔD·N₀/D₀)/D₁``, whatever their order,
    and ``(s₁ − s₀)·N₀/D₀``, which is no record's. Without ``denominator`` a record's share is its ``ΔN``.
    """

    scale: Decimal = Decimal(1)
    before: Decimal = ZERO
    denominator: Decimal | None = None

    @classmethod
    def of(cls, then: KpiResult, now: KpiResult) -> _Share | None:
        """None where a value is missing, or is not a sum or a quotient of sums."""
        kpi, sides = now.kpi, (then.figure, now.figure)
        if any(figure.value is None for figure in sides):
            return None
        if kpi.aggregation in ("sum", "count"):
            return cls() if kpi.cap is None else None
        is_formula = kpi.aggregation == "formula" and kpi.value.replace("\n", " ").startswith(QUOTIENT)
        if not is_formula and kpi.aggregation not in ("ratio", "mean"):
            return None
        quotients = [_quotient(figure) for figure in sides]
        if None in quotients:
            return None
        scales = [cls._scale(result, of) for result, of in zip((then, now), quotients, strict=True) if of is not None]
        if None in scales or (not is_formula and scales[0] != scales[1]):
            return None
        return cls(scales[1] or ZERO, quotients[0] or ZERO, now.figure.denominator)

    @staticmethod
    def _scale(result: KpiResult, quotient: Decimal) -> Decimal | None:
        """What the quotient is multiplied with; None where the value is something else, such as a cap."""
        kpi, value = result.kpi, result.value
        assert value is not None
        if kpi.aggregation == "formula":
            return EXACT.divide(value, quotient) if quotient else None
        scale = Decimal(1 if kpi.aggregation == "mean" else kpi.scale)
        return scale if abs(quotient * scale - value) < NEAR else None

    def effect(self, moved: Moved) -> Decimal:
        """By how much a record moved the value."""
        numerator, denominator = (
            ((moved.now or (None, None))[at] or ZERO) - ((moved.then or (None, None))[at] or ZERO) for at in (0, 1)
        )
        if not self.denominator:
            return numerator
        change = numerator - EXACT.multiply(self.before, denominator)
        return EXACT.divide(EXACT.multiply(self.scale, change), self.denominator)


def _quotient(figure: Figure) -> Decimal | None:
    if not figure.denominator:
        return None
    return EXACT.divide(figure.numerator or ZERO, figure.denominator)


def _weight(moved: Moved) -> tuple[Decimal, Decimal]:
    """By how much numerator and denominator differ."""
    then, now = moved.then or (None, None), moved.now or (None, None)
    return abs((now[0] or ZERO) - (then[0] or ZERO)), abs((now[1] or ZERO) - (then[1] or ZERO))
