"""What a KPI comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from kam.kpi.definition import Kpi, Target
from kam.kpi.window import Window
from kam.model.schema import Label

TOO_FEW_ACCOUNTS: Label = {
    "en": "too few accounts to hold it against the target: even an even spread would miss it",
    "zh": "客户数太少，不与目标比较：即使完全均衡也达不到目标",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with what it was made of.

    ``value`` is None where there is none; ``reason`` then says why. With a value, ``reason`` says why it is not held
    against the target. ``least`` is the lowest value that so few accounts allow, where there is such a bound.
    Where it is ``withheld`` (see ``kam.kpi.withhold``) not even ``n`` is told; where its facts could not be had it has
    ``failed``, and nobody knows ``n``.
    """

    value: Decimal | None
    n: int
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    reason: Label | None = None
    least: Decimal | None = None
    withheld: bool = False
    failed: bool = False

    @property
    def told_n(self) -> int | None:
        """How many facts it was made of; None where that is withheld or not known."""
        return None if self.withheld or self.failed else self.n


@dataclass(frozen=True, slots=True)
class Point:
    """A figure at an earlier day."""

    as_of: date
    figure: Figure


@dataclass(frozen=True, slots=True)
class Group:
    """A figure of a part of the facts: ``key`` names the account, person, month …; None where the facts say none.

    ``trend`` has its figures at earlier days, where both groups and a trend were asked for.
    """

    key: str | None
    label: Label
    figure: Figure
    target: Target
    status: str
    trend: list[Point] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FactRow:
    """One contributing record. ``own`` are the columns that the KPI groups by or its formula looks at beside these."""

    record: str
    account: str | None
    person: str | None
    at: date | None
    numerator: Decimal | None
    denominator: Decimal | None
    own: Mapping[str, object] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class KpiResult:
    """A KPI's figure for the portfolio or one account, and whatever else was asked for.

    ``unit`` is that of the KPI, for money the base currency's code. ``grouping`` is the grouping of ``by``, empty where
    this KPI has no such grouping; ``asked_by`` is the grouping that was asked for. ``failed`` is true where the facts
    could not be had: ``reason`` says why.
    """

    kpi: Kpi
    unit: str
    window: Window
    figure: Figure
    target: Target
    status: str
    grouping: str = ""
    by: list[Group] = field(default_factory=list)
    trend: list[Point] = field(default_factory=list)
    facts: list[FactRow] = field(default_factory=list)
    failed: bool = False
    asked_by: str = ""

    @property
    def by_reason(self) -> Label | None:
        """Why there are no groups, where a grouping was asked for that this KPI lacks."""
        if not self.asked_by or self.grouping or self.failed:
            return None
        own = self.kpi.groupings
        return {
            "en": f"not grouped by {self.asked_by}; possible: {', '.join(own) or 'no grouping'}",
            "zh": f"不能按 {self.asked_by} 分组；可用分组：{'、'.join(own) or '无'}",
        }

    @property
    def id(self) -> str:
        """The KPI's id."""
        return self.kpi.id

    @property
    def title(self) -> Label:
        """The KPI's title."""
        return self.kpi.title

    @property
    def better(self) -> str:
        """Which direction is better: higher, lower or neither."""
        return self.kpi.better

    @property
    def value(self) -> Decimal | None:
        """The value, exact; round it once, when it is shown (``show_value``)."""
        return self.figure.value

    @property
    def n(self) -> int:
        """How many facts it was made of."""
        return self.figure.n

    @property
    def reason(self) -> Label | None:
        """Why there is no value, or why it is not held against the target."""
        return self.figure.reason


def judge(figure: Figure, target: Target, better: str) -> tuple[Figure, str]:
    """The figure with its status. Where so few accounts cannot reach the target there is no status, but a reason."""
    least, good = figure.least, target.good
    if figure.value is None or better != "lower" or least is None or good is None or least <= good:
        return figure, status_of(figure.value, target, better)
    return replace(figure, reason=TOO_FEW_ACCOUNTS), "none"


def status_of(value: Decimal | None, target: Target, better: str) -> str:
    """``good``, ``watch`` or ``bad`` against the target; ``none`` without value, target or direction."""
    if value is None or better == "neither" or (target.good is None and target.watch is None):
        return "none"
    sign = 1 if better == "higher" else -1
    if target.good is not None and value * sign >= target.good * sign:
        return "good"
    if target.watch is not None and value * sign >= target.watch * sign:
        return "watch"
    return "bad" if target.good is not None else "watch"
