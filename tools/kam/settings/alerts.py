"""``attention.yml``, section ``alerts``: from when on something is to be brought to somebody's attention."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from kam.model.span import Span, parse_span
from kam.settings.health import RULE
from kam.settings.parts import Known
from kam.settings.section import Section

QUARTER, DAY = Span(days=90), Span(days=1)
KINDS = ("decline", "churn_risk", "concentration", "contract", "service", "cadence")


CATEGORIES = ("relationship", "commercial", "competition", "people")
"""Categories of risks that tell of the customer leaving, and not of the work."""


@dataclass(frozen=True)
class ChurnRisk:
    """An account is at risk where it shows so many ``signals``: health below a score, or fallen by so many points
    over so many months; orders in decline; an open risk of these categories whose likelihood times impact is so high; a
    complaint that is open; a bad mark in a survey within so many days. The lifecycle phase at risk alone is enough."""

    signals: int = 2
    health_below: Decimal = Decimal(50)
    health_drop: Decimal = Decimal(15)
    drop_months: int = 3
    risk_from: int = 12
    risk_categories: tuple[str, ...] = CATEGORIES
    survey_days: int = 90


@dataclass(frozen=True)
class Alerts:
    """``off`` names the kinds that are not wanted. ``decline_kpi`` is above 0 for accounts whose orders fall off,
    ``share_kpi`` an account's share of sales, alarming from ``share_from`` on. A contract alerts so long before its
    last day, an issue so long before it is late."""

    off: frozenset[str] = frozenset()
    decline_kpi: str = "decline_alert"
    churn: ChurnRisk = ChurnRisk()
    share_kpi: str = "contribution"
    share_from: Decimal = Decimal(50)
    contract_within: Span = QUARTER
    service_within: Span = DAY


def read_alerts(section: Section, known: Known) -> Alerts:
    """The section as a value; what is wrong is left at its default."""
    top = Section(section.file, section.path, ("off", *KINDS))
    churn = top.inner("churn_risk", ("signals", "health_below", "health_drop", "drop_months", "risk_from",
                                     "risk_categories", "survey_days"))  # fmt: skip
    share = top.inner("concentration", ("kpi", "from"))
    below, drop = churn.number("health_below", most=100), churn.number("health_drop", most=100)
    share_from = share.number("from", most=100)
    return Alerts(
        off=frozenset(top.choices("off", KINDS)),
        decline_kpi=_kpi(top.inner("decline", ("kpi",)), known, Alerts.decline_kpi),
        churn=ChurnRisk(
            churn.whole("signals", ChurnRisk.signals, least=1, most=6),
            ChurnRisk.health_below if below is None else below,
            ChurnRisk.health_drop if drop is None else drop,
            churn.whole("drop_months", ChurnRisk.drop_months, least=1, most=11),
            churn.whole("risk_from", ChurnRisk.risk_from, least=1, most=25),
            churn.choices("risk_categories", _categories(known)) or CATEGORIES,
            churn.whole("survey_days", ChurnRisk.survey_days, least=1, most=3650),
        ),
        share_kpi=_kpi(share, known, Alerts.share_kpi),
        share_from=Alerts.share_from if share_from is None else share_from,
        contract_within=_span(top.inner("contract", ("within",)), Alerts.contract_within),
        service_within=_span(top.inner("service", ("within",)), Alerts.service_within),
    )


def _categories(known: Known) -> tuple[str, ...]:
    risk = known.types.get("risk")
    found = risk.by_name.get("category") if risk else None
    return tuple(found.choices or ()) if found else ()


def _kpi(section: Section, known: Known, default: str) -> str:
    return section.choice("kpi", known.kpis, default) if "kpi" in section.value else default


def _span(section: Section, default: Span) -> Span:
    text = section.text("within")
    found = parse_span(text) if text else default
    if found is None:
        section.complain(("within",), "span", RULE, found=text)
    return found or default
