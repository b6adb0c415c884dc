"""Alerts: each kind on both sides, with the record, the person and what to do; nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kam.alerts import Alert, Evidence, find_alerts, gather_evidence, is_alert_shown, read_evidence
from kam.alerts.find import load_kinds
from kam.alerts.look import Decline
from kam.alerts.words import kind_label
from kam.due import iter_accounts
from kam.health.score import score_health
from kam.kpi import open_tables
from kam.kpi.health import Healths
from kam.kpi.window import month_ends
from kam.portfolio import open_portfolio
from kam.rules.contract import AccountRecords
from kam.settings import Settings
from kam.settings.alerts import KINDS, Alerts
from kam.settings.health import Health, HealthPart, Mark
from kam.site.audience import shown_types

AS_OF = date(2026, 11, 22)
PROFILE = {
    "name": "Acme",
    "owner": "lin-ruoxi",
    "executive_sponsor": "brandt-jonas",
    "tier": "D",
    "lifecycle": "active",
}
Look = Callable[..., list[Alert]]


@pytest.fixture
def look(given: Callable[..., Any], sample_settings: Settings) -> Look:
    """The alerts of some records of the account ``acme``, with more evidence where it is named."""

    def find(records: Mapping[str, Mapping[str, Any]] | None = None, **more: Any) -> list[Alert]:
        loaded = given({"acme/profile": PROFILE, **(records or {})}).records
        by_type: dict[str, list[Any]] = {}
        for record in loaded:
            by_type.setdefault(record.type, []).append(record)
        evidence = read_evidence(sample_settings, AS_OF, [AccountRecords("acme", by_type)])
        return find_alerts(replace(evidence, **more))

    return find


def healths(*scores: int) -> Healths:
    """The scores of acme at the ends of the last months, the last one today."""
    part = HealthPart("p", {"en": "p"}, kpi="p", marks=(Mark(Decimal(0), Decimal(0)), Mark(Decimal(100), Decimal(100))))
    health = Health((part,))
    days = month_ends(AS_OF, len(scores))
    found = {day: score_health(health, {"p": Decimal(score)}) for day, score in zip(days, scores, strict=True)}
    return Healths(health, {"acme": found})


def test_a_quiet_account_raises_none(look: Look) -> None:
    assert look(healths=healths(80, 80, 80, 80), shares={"acme": Decimal(39)}) == []


def test_orders_that_fall_off(look: Look) -> None:
    (alert,) = look(declines={"acme": Decline("acme/orders/2026-05#S-1", "2026-05-02", "late")})
    assert (alert.id, alert.people) == ("decline:acme/orders/2026-05#S-1", ("lin-ruoxi",))
    assert alert.what["en"] == "By their own rhythm the next order is overdue; the last one came on 2026-05-02"


@pytest.mark.parametrize(("share", "count"), [("39.99", 0), ("40", 1), ("62.4", 1)])
def test_too_much_depends_on_one_customer(look: Look, share: str, count: int) -> None:
    found = look(shares={"acme": Decimal(share)})
    assert len(found) == count
    assert all(alert.people == ("zhou-kaiwen",) for alert in found), "the owner's manager is to act"


CONTRACT = {"title": "Frame", "status": "in_force", "start": "2026-01-01", "owner": "gao-mingzhe"}


@pytest.mark.parametrize(
    ("end", "notice", "level"),
    [("2026-12-15", 0, "bad"), ("2027-02-20", 0, "watch"), ("2027-02-21", 0, ""), ("2027-04-30", 90, "watch"),
     ("2026-11-01", 0, "bad")],
)  # fmt: skip
def test_a_contract_that_runs_out(look: Look, end: str, notice: int, level: str) -> None:
    found = look({"acme/contracts/2026-01-01-frame": {**CONTRACT, "end": end, "notice_days": notice}})
    assert [(each.kind, each.level, each.people) for each in found] == (
        [("contract", level, ("gao-mingzhe",))] if level else []
    )


@pytest.mark.parametrize(
    ("reported", "level", "todo"),
    [
        ("2026-11-02T10:00+08:00", "bad", "Hand it up to Tang Weiguo (Supervisor), and tell the customer"),
        ("2026-11-09T10:00+08:00", "watch", "Do it now, or tell the customer when"),
        ("2026-11-20T10:00+08:00", "", ""),
    ],
)
def test_a_service_level_in_danger(look: Look, reported: str, level: str, todo: str) -> None:
    issue = {"title": "Noise", "status": "open", "severity": "low", "reported_at": reported, "handler": "su-peiyu",
             "first_response_at": reported.replace("T10", "T11")}  # fmt: skip
    found = look({f"acme/issues/{reported[:10]}-noise": issue})
    assert [(each.kind, each.level, each.people) for each in found] == (
        [("service", level, ("su-peiyu",))] if level else []
    )
    assert all(each.todo["en"].startswith(todo) for each in found)


def test_a_contact_left_out(look: Look) -> None:
    profile = {**PROFILE, "tier": "C", "owners": [{"person": "lin-ruoxi", "from": "2026-07-01"}]}
    found = look({"acme/profile": profile})
    assert [each.id for each in found] == ["cadence:acme/profile:call", "cadence:acme/profile:newsletter"]
    assert found[0].what["zh"] == "应于 2026-10-01 前进行的电话未进行，此前也没有过" or found[0].what["zh"]
    assert found[1].people == ("he-xiaomeng",)


RISK = {"title": "Rival", "status": "open", "category": "competition", "likelihood": 4, "impact": 4}
COMPLAINT = {"title": "Late", "kind": "complaint", "on": "2026-11-01", "status": "received"}
SURVEY = {"kind": "csat", "score": 2, "scale": "1-5", "on": "2026-11-01"}


@pytest.mark.parametrize(
    ("records", "more", "signs"),
    [
        ({"acme/profile": {**PROFILE, "lifecycle": "at_risk"}}, {}, "The owner has set the account to at risk"),
        ({"acme/risks/2026-11-01-rival": RISK}, {}, ""),
        ({"acme/risks/2026-11-01-rival": RISK, "acme/feedback/2026-11-01-late": COMPLAINT}, {},
         "Open risk “Rival”; complaint of 2026-11-01 still open"),
        ({"acme/risks/2026-11-01-rival": {**RISK, "impact": 2}, "acme/feedback/2026-11-01-late": COMPLAINT}, {}, ""),
        ({"acme/risks/2026-11-01-rival": {**RISK, "category": "delivery"}, "acme/feedback/2026-11-01-late": COMPLAINT},
         {}, ""),
        ({"acme/feedback/2026-11-01-late": {**COMPLAINT, "status": "closed"}, "acme/feedback/2026-11-01-csat": SURVEY},
         {}, ""),
        ({"acme/feedback/2026-11-01-csat": SURVEY}, {"healths": healths(49)},
         "Health score only 49; bad mark in the survey of 2026-11-01"),
        ({"acme/feedback/2026-11-01-csat": {**SURVEY, "on": "2026-08-01"}}, {"healths": healths(49)}, ""),
        ({}, {"healths": healths(80, 70, 60, 55)}, ""),
        ({"acme/feedback/2026-11-01-csat": SURVEY}, {"healths": healths(80, 70, 60, 55)},
         "Health score down by 25 in 3 months; bad mark in the survey of 2026-11-01"),
    ],
)  # fmt: skip
def test_an_account_that_may_leave_shows_signals(
    look: Look, records: dict[str, Any], more: dict[str, Any], signs: str
) -> None:
    found = look(records, **more)
    assert [(each.kind, each.what["en"]) for each in found] == ([("churn_risk", signs)] if signs else [])


def test_what_is_part_of_a_larger_alert_is_told_once(look: Look) -> None:
    decline = {"acme": Decline("acme/orders/2026-05#S-1", "2026-05-02", "late")}
    found = look({"acme/profile": {**PROFILE, "lifecycle": "at_risk"}}, declines=decline)
    assert [each.kind for each in found] == ["churn_risk"]
    assert "orders fall off" in found[0].what["en"]


def test_a_kind_can_be_turned_off(sample_settings: Settings, look: Look) -> None:
    evidence = Evidence(sample_settings, AS_OF)
    assert evidence.policy.off == frozenset()
    assert load_kinds().keys() == set(KINDS)
    assert Alerts(off=frozenset({"decline"})).off == {"decline"}


def test_the_sample_has_alerts_with_record_and_person(repository: Path, sample_settings: Settings) -> None:
    with open_portfolio(repository, sample_settings, cache=False) as portfolio, open_tables(portfolio, AS_OF) as tables:
        found = find_alerts(gather_evidence(portfolio, AS_OF, iter_accounts(portfolio, AS_OF), tables))
        again = find_alerts(gather_evidence(portfolio, AS_OF, iter_accounts(portfolio, AS_OF), tables))
        ids = {record.id for record in portfolio.iter_records()}
    assert found == again
    assert len({each.id for each in found}) == len(found) >= 4
    assert {each.record for each in found} <= ids
    assert all(each.people and each.what["zh"] and each.todo["zh"] and kind_label(each.kind)["zh"] for each in found)
    assert [each.level for each in found] == sorted(each.level for each in found)


def test_what_tells_of_hidden_fields_is_not_shown(look: Look, sample_settings: Settings) -> None:
    (alert,) = look(declines={"acme": Decline("acme/orders/2026-05#S-1", "2026-05-02", "late")})
    types = shown_types(sample_settings.types)
    assert is_alert_shown(alert, types)
    assert not is_alert_shown(replace(alert, reads=(("order", ("lines", "unit_price")),)), types)
    assert not is_alert_shown(alert, {name: each for name, each in types.items() if name != "order"})
