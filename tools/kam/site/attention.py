"""Alerts and health, as pages show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from markupsafe import Markup

from kam.alerts.words import kind_label
from kam.kpi.health import reason_words
from kam.site.due_lists import record_link
from kam.site.places import account_page
from kam.site.sparks import make_spark

if TYPE_CHECKING:
    from kam.alerts import Alert
    from kam.health.score import HealthScore, PartScore, Reason
    from kam.site.view import View

HEALTH = "health"
"""The KPI that tells the score; where it is kept from readers, so is everything about it."""


@dataclass(frozen=True, slots=True)
class AlertLine:
    """One alert: what it is, of which account, about which record, who is to act, and how."""

    kind: str
    level: str
    since: str
    what: str
    todo: str
    account: str
    account_page: str
    record: Markup
    who: str


def alert_lines(view: View, alerts: Iterable[Alert], page: str) -> list[AlertLine]:
    """The lines of some alerts, in their order."""
    comma = view.word("comma")
    return [
        AlertLine(
            view.label(kind_label(each.kind)),
            each.level,
            each.since,
            view.label(each.what),
            view.label(each.todo),
            view.shower.account(each.account),
            account_page(each.account),
            record_link(view, each.record, each.title, page),
            comma.join(view.shower.person(person) for person in each.people) or view.word("nobody_named"),
        )
        for each in alerts
    ]


def alerts_of(view: View, account: str) -> list[Alert]:
    """The alerts of one account."""
    return [each for each in view.snapshot.alerts if each.account == account]


def show_health(view: View, account: str) -> dict[str, object] | None:
    """The score of an account with its trend and reasons; None where there is none, or readers may not see it."""
    healths, as_of = view.snapshot.healths, view.snapshot.as_of
    score = healths.on(account, as_of) if healths else None
    if healths is None or score is None or score.total is None or not _is_seen(view, account, HEALTH):
        return None
    change = healths.change(account, as_of)
    return {
        "score": _whole(score.total),
        "status": score.status,
        "status_word": view.word(f"health_{score.status}"),
        "spark": make_spark(view, healths.trend(account), _whole, _whole),
        "change": _change(view, change) if change is not None else "",
        "reasons": [_reason(view, account, each) for each in score.reasons()],
        "parts": health_parts(view, account),
        "missing": view.word("comma").join(view.label(each.title) for each in score.missing),
        "page": f"kpis/{HEALTH}",
    }


def health_parts(view: View, account: str) -> list[dict[str, str]]:
    """The parts of an account's score that have a value: title, value, points, weight, and the page of their KPI."""
    score = view.snapshot.healths.on(account, view.snapshot.as_of) if view.snapshot.healths else None
    if score is None or score.total is None or not _is_seen(view, account, HEALTH):
        return []
    return [_part(view, account, each) for each in score.parts if each.points is not None]


def health_chip(view: View, account: str) -> dict[str, str] | None:
    """The score alone, for tables of accounts."""
    healths = view.snapshot.healths
    score: HealthScore | None = healths.on(account, view.snapshot.as_of) if healths else None
    if score is None or score.total is None or not _is_seen(view, account, HEALTH):
        return None
    return {"score": _whole(score.total), "status": score.status, "word": view.word(f"health_{score.status}")}


def _reason(view: View, account: str, reason: Reason) -> dict[str, object]:
    healths, part = view.snapshot.healths, reason.score.part
    assert healths is not None
    is_seen = not part.kpi or _is_seen(view, account, part.kpi)
    words = reason_words(healths, reason, view.snapshot.settings) if is_seen else part.title
    return {"words": view.label(words), "is_good": reason.is_good, "effect": _whole(abs(reason.effect))}


def _part(view: View, account: str, score: PartScore) -> dict[str, str]:
    from kam.kpi.health import show_part

    healths, part = view.snapshot.healths, score.part
    assert healths is not None
    is_seen = not part.kpi or _is_seen(view, account, part.kpi)
    return {
        "title": view.label(part.title),
        "value": view.label(show_part(healths, score, view.snapshot.settings)) if is_seen else "",
        "points": _whole(score.points or Decimal(0)) if is_seen else "",
        "weight": f"{part.weight.normalize():f}",
        "page": f"kpis/{part.kpi}" if part.kpi else "",
    }


def _is_seen(view: View, account: str, kpi: str) -> bool:
    """Whether readers are given the KPI's value for the account: a group too small for them is withheld."""
    parts = view.snapshot.kpi_parts.get(account, {}).get(kpi, ())
    return any(part.figure.value is not None for part in parts)


def _change(view: View, change: Decimal) -> str:
    sign = "+" if change > 0 else "−" if change < 0 else "±"
    return view.word("health_change", points=f"{sign}{_whole(abs(change))}")


def _whole(value: Decimal) -> str:
    return str(value.quantize(Decimal(1), ROUND_HALF_UP))
