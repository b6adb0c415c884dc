"""Accounts that may leave: so many signals together, or the owner's own word."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from kam.alerts.item import BAD, WATCH, Alert
from kam.alerts.look import Evidence
from kam.alerts.words import say
from kam.model.record import Record
from kam.model.schema import Label
from kam.policy.cadence import lifecycle_on
from kam.policy.duty import is_open
from kam.policy.payment import number
from kam.settings.health import PROFILE

KIND, AT_RISK, RISK, FEEDBACK, COMPLAINT = "churn_risk", "at_risk", "risk", "feedback", "complaint"
HEALTH_KPI = "health"
"""The KPI that tells the health score."""
SURVEYS = ("csat", "nps", "ces")
WHOLE, LOW = Decimal(1), Decimal("0.4")
"""A mark in the lowest two fifths of its scale is a bad one."""


@dataclass(frozen=True, slots=True)
class Signal:
    """A sign that an account may leave, in words. ``covers`` is an alert of its own that it makes needless."""

    key: str
    words: Label
    covers: str = ""
    reads: tuple[tuple[str, tuple[str, ...]], ...] = ()
    record: Record | None = None
    figure: str = ""


def find(evidence: Evidence) -> Iterator[Alert]:
    """One for each account that shows as many signals as the settings ask, or whose phase is at risk."""
    for account in sorted(evidence.profiles):
        if evidence.is_over(account):
            continue
        signals = list(_signals(evidence, account))
        is_said = any(each.key == AT_RISK for each in signals)
        if is_said or len(signals) >= evidence.policy.churn.signals:
            yield _alert(evidence, account, signals)


def _alert(evidence: Evidence, account: str, signals: list[Signal]) -> Alert:
    risk = next((each.record for each in signals if each.record is not None and each.key == RISK), None)
    todo = say(KIND, "todo_risk", title=str(risk.data.get("title", risk.id))) if risk else say(KIND, "todo")
    sponsor = str(evidence.profile(account).get("executive_sponsor", ""))
    is_bad = any(each.key in (AT_RISK, "health") for each in signals)
    return Alert(
        KIND,
        account,
        f"{account}/{PROFILE}",
        PROFILE,
        tuple(dict.fromkeys((*evidence.owner(account), *((sponsor,) if sponsor else ())))),
        BAD if is_bad else WATCH,
        what=_joined(signals),
        todo=todo,
        title=evidence.name(account),
        command=f"kam set {risk.id} reviewed=today" if risk else f"kam new risk {account}",
        covers=frozenset(each.covers for each in signals if each.covers),
        reads=tuple(dict.fromkeys(path for each in signals for path in each.reads)),
        figures=tuple(dict.fromkeys(each.figure for each in signals if each.figure)),
    )


def _joined(signals: list[Signal]) -> Label:
    en, zh = "; ".join(each.words["en"] for each in signals), "；".join(each.words["zh"] for each in signals)
    return {"en": en[:1].upper() + en[1:], "zh": zh}


def _signals(evidence: Evidence, account: str) -> Iterator[Signal]:
    if lifecycle_on(evidence.profile(account), evidence.as_of) == AT_RISK:
        yield Signal(AT_RISK, say(KIND, AT_RISK), reads=((PROFILE, ("lifecycle",)),))
    yield from _of_health(evidence, account)
    decline = evidence.declines.get(account)
    if decline:
        yield Signal(
            "decline", say(KIND, "decline"), covers=f"decline:{decline.record}", figure=evidence.policy.decline_kpi
        )
    yield from _of_records(evidence, account)


def _of_health(evidence: Evidence, account: str) -> Iterator[Signal]:
    policy = evidence.policy.churn
    score = evidence.healths.on(account, evidence.as_of)
    if score is None or score.total is None:
        return
    if score.total < policy.health_below:
        yield Signal("health", say(KIND, "health", score=_whole(score.total)), figure=HEALTH_KPI)
    change = evidence.healths.change(account, evidence.as_of, policy.drop_months)
    if change is not None and -change >= policy.health_drop:
        words = say(KIND, "drop", points=_whole(-change), months=str(policy.drop_months))
        yield Signal("drop", words, figure=HEALTH_KPI)


def _of_records(evidence: Evidence, account: str) -> Iterator[Signal]:
    """The gravest open risk, the oldest open complaint, the last bad mark: one signal of each."""
    policy, types = evidence.policy.churn, evidence.settings.types
    records = evidence.records.get(account, ())
    risks = [each for each in records if each.type == RISK and _is_grave(each, evidence)]
    if risks:
        worst = max(risks, key=lambda each: (_weight(each), each.id))
        words = say(KIND, RISK, title=str(worst.data.get("title", worst.id)))
        yield Signal(RISK, words, reads=((RISK, ("likelihood",)), (RISK, ("title",))), record=worst)
    feedback = [each for each in records if each.type == FEEDBACK and _day(each) <= evidence.today]
    complaints = [each for each in feedback if each.data.get("kind") == COMPLAINT and is_open(each, types[FEEDBACK])]
    if complaints:
        first = min(complaints, key=lambda each: (_day(each), each.id))
        yield Signal(COMPLAINT, say(KIND, COMPLAINT, day=_day(first)), reads=((FEEDBACK, ("kind",)),))
    since = (evidence.as_of - timedelta(days=policy.survey_days)).isoformat()
    marks = [each for each in feedback if _day(each) >= since and _is_bad_mark(each)]
    if marks:
        last = max(marks, key=lambda each: (_day(each), each.id))
        yield Signal("survey", say(KIND, "survey", day=_day(last)), reads=((FEEDBACK, ("score",)),))


def _is_bad_mark(record: Record) -> bool:
    """Whether an answer lies in the lowest part of its scale; detractors (0 to 6) for recommendations."""
    low, dash, high = str(record.data.get("scale", "")).partition("-")
    if record.data.get("kind") not in SURVEYS or record.data.get("score") is None:
        return False
    score = number(record.data.get("score"))
    if record.data.get("kind") == "nps":
        return score <= 6
    if not dash or not low.isdecimal() or not high.isdecimal() or int(high) <= int(low):
        return False
    return (score - int(low)) <= LOW * (int(high) - int(low))


def _is_grave(risk: Record, evidence: Evidence) -> bool:
    policy = evidence.policy.churn
    if risk.data.get("category", policy.risk_categories[0]) not in policy.risk_categories:
        return False
    return is_open(risk, evidence.settings.types[RISK]) and _weight(risk) >= policy.risk_from


def _weight(risk: Record) -> Decimal:
    return number(risk.data.get("likelihood")) * number(risk.data.get("impact"))


def _day(record: Record) -> str:
    found = str(record.data.get("on", ""))[:10]
    return found if found and date.fromisoformat(found) else ""


def _whole(value: Decimal) -> str:
    return str(value.quantize(WHOLE, ROUND_HALF_UP))
