"""``figures.yml``: what the KPIs go by that is the company's choice, such as when a customer counts as active."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from kam.model.span import Span, parse_span
from kam.settings.parts import Known
from kam.settings.section import Section, shown

FILE = "figures.yml"
RULE = "settings-figures"
YEAR, QUARTER = Span(months=12), Span(months=3)
START, END = "start", "end"
STEPS = 4
"""Thresholds between the scores 1 to 5."""
USUAL = {
    "identify": Decimal(10),
    "engage": Decimal(20),
    "qualify": Decimal(40),
    "propose": Decimal(60),
    "negotiate": Decimal(80),
}
"""How likely in percent an opportunity of each stage is usually won, where the company has said nothing else."""


@dataclass(frozen=True)
class Decline:
    """When an account's orders fall off: no order for ``tolerance`` times the mean of its last two intervals, or
    sales that fell over the last three spans of length ``period``."""

    tolerance: Decimal = Decimal("1.5")
    period: Span = QUARTER


@dataclass(frozen=True)
class Rfm:
    """Four ascending thresholds each between the scores 1 to 5: days since the last order, orders, and order value
    in the base currency. Without them, scores are fifths of the customers, from ``fifths_from`` customers on."""

    recency: tuple[Decimal, ...] = ()
    frequency: tuple[Decimal, ...] = ()
    monetary: tuple[Decimal, ...] = ()
    fifths_from: int = 50


@dataclass(frozen=True)
class Lifetime:
    """For the value of a customer: shares of customers kept a year (for all, and by tier) and the year's discount,
    both in percent. ``paid`` says whether a year's margin comes in at its ``start`` or its ``end``. Models of buying
    are fitted only from ``min_customers`` customers on, and look ahead for ``horizon``."""

    retention: Decimal | None = None
    retention_by_tier: Mapping[str, Decimal] = field(default_factory=dict)
    discount: Decimal | None = None
    paid: str = END
    min_customers: int = 100
    horizon: Span = YEAR


@dataclass(frozen=True)
class Pipeline:
    """``probability``: how likely in percent an opportunity is usually won, by its stage. Days on which it was in
    another stage than today go by it, for a record only keeps the probability of today."""

    probability: Mapping[str, Decimal] = field(
        default_factory=lambda: {stage: Decimal(share) for stage, share in USUAL.items()}
    )


@dataclass(frozen=True)
class Figures:
    """``active_within``: how recent an order or service makes a customer active. ``margin``: gross margin in percent
    that is assumed where no cost is known; None where nothing is to be assumed."""

    active_within: Span = YEAR
    margin: Decimal | None = None
    decline: Decline = Decline()
    rfm: Rfm = Rfm()
    clv: Lifetime = Lifetime()
    pipeline: Pipeline = Pipeline()

    @property
    def parameters(self) -> Mapping[str, Decimal | str]:
        """The rows of the table ``parameters``, by which fact queries read these settings: name → number or text.

        What is not set has no row. A span has two: ``NAME.months`` and ``NAME.days``.
        """
        clv, decline = self.clv, self.decline
        rows: dict[str, Decimal | str | int | None] = {"margin": self.margin, "decline.tolerance": decline.tolerance}
        spans = {"active_within": self.active_within, "decline.period": decline.period, "clv.horizon": clv.horizon}
        for name, span in spans.items():
            rows |= {f"{name}.months": span.months, f"{name}.days": span.days}
        for name in ("recency", "frequency", "monetary"):
            rows |= {f"rfm.{name}.{at}": limit for at, limit in enumerate(getattr(self.rfm, name), 2)}
        rows |= {"rfm.fifths_from": self.rfm.fifths_from, "clv.retention": clv.retention, "clv.discount": clv.discount}
        rows |= {f"clv.retention.{tier}": share for tier, share in clv.retention_by_tier.items()}
        rows |= {"clv.paid": clv.paid, "clv.min_customers": clv.min_customers}
        rows |= {f"pipeline.probability.{stage}": share for stage, share in self.pipeline.probability.items()}
        return {name: Decimal(v) if isinstance(v, int) else v for name, v in rows.items() if v is not None}


def read_figures(section: Section, known: Known) -> Figures:
    """The topic from its file; what is wrong with it is left at its default."""
    top = Section(section.file, section.path, ("active_within", "margin", "decline", "rfm", "clv", "pipeline"))
    decline = top.inner("decline", ("tolerance", "period"))
    return Figures(
        _span(top, "active_within", YEAR),
        top.number("margin", most=100),
        Decline(_tolerance(decline), _span(decline, "period", QUARTER)),
        _read_rfm(top.inner("rfm", ("recency", "frequency", "monetary", "fifths_from"))),
        _read_lifetime(top, known),
        _read_pipeline(top.inner("pipeline", ("probability",)), known),
    )


def _tolerance(section: Section) -> Decimal:
    found = section.number("tolerance", least=1, most=100)
    return Decline.tolerance if found is None else found


def _read_rfm(section: Section) -> Rfm:
    names = ("recency", "frequency", "monetary")
    recency, frequency, monetary = (_steps(section, name) for name in names)
    missing = [name for name in names if name not in section.value]
    if missing and len(missing) < len(names):
        section.complain((), "incomplete", RULE, name=", ".join(missing))
    fifths_from = section.whole("fifths_from", 50, least=5, most=1_000_000)
    return Rfm(recency, frequency, monetary, fifths_from)


def _read_lifetime(top: Section, known: Known) -> Lifetime:
    keys = ("retention", "retention_by_tier", "discount", "paid", "min_customers", "horizon")
    section = top.inner("clv", keys)
    by_tier = section.inner("retention_by_tier", _tiers(known))
    shares = {tier: by_tier.number(tier, most=100) for tier in by_tier.value}
    return Lifetime(
        section.number("retention", most=100),
        {tier: share for tier, share in shares.items() if share is not None},
        _discount(section),
        section.choice("paid", (START, END), END),
        section.whole("min_customers", 100, least=10, most=1_000_000),
        _span(section, "horizon", YEAR),
    )


def _read_pipeline(section: Section, known: Known) -> Pipeline:
    """Stages that are not named keep their usual probability."""
    opportunity = known.types.get("opportunity")
    states = opportunity.states if opportunity else None
    shares = section.inner("probability", states.open if states else tuple(USUAL))
    found = {stage: shares.number(stage, most=100) for stage in shares.value}
    return Pipeline({**USUAL, **{stage: share for stage, share in found.items() if share is not None}})


def _discount(section: Section) -> Decimal | None:
    """The discount; without any, nobody who stays for ever would have a finite value."""
    found = section.number("discount", most=100)
    if found == 0:
        section.complain(("discount",), "no-discount", RULE)
        return None
    return found


def _tiers(known: Known) -> tuple[str, ...]:
    profile = known.types.get("profile")
    found = profile.by_name.get("tier") if profile else None
    return tuple(str(each) for each in (found.choices if found else None) or ())


def _span(section: Section, key: str, default: Span) -> Span:
    text = section.text(key)
    found = parse_span(text) if text else default
    if found is None or found.is_empty:
        section.complain((key,), "span", RULE, found=shown(text))
        return default
    return found


def _steps(section: Section, key: str) -> tuple[Decimal, ...]:
    value = section.value.get(key)
    if value is None:
        return ()
    numbers = value if isinstance(value, list) else []
    steps = tuple(Decimal(n) for n in numbers if isinstance(n, int | Decimal) and not isinstance(n, bool))
    rising = all(a < b for a, b in pairwise(steps))
    if len(steps) != STEPS or len(numbers) != STEPS or not rising or steps[0] < 0:
        section.complain((key,), "steps", RULE)
        return ()
    return steps
