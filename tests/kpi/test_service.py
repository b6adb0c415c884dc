"""KPIs of service, projects and deliveries on a miniature portfolio, with the answers worked out by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from reckoning import ACME, DAY, Given, figure, order, value


def test_complaint_rate_is_complaints_by_orders(given: Given) -> None:
    records = ACME | {f"acme/orders/2026-03#{n}": order("2026-03-01") for n in range(8)}
    records |= {f"acme/feedback/c{n}": {"kind": "complaint", "on": "2026-04-01"} for n in range(2)}
    result = figure(given(records), "complaint_rate")
    assert (result.value, result.n) == (25, 8)
    assert result.status == "bad"


def test_where_no_feedback_is_recorded_no_complaint_is_no_good_rate(given: Given) -> None:
    records = ACME | {f"acme/orders/2026-03#{n}": order("2026-03-01") for n in range(8)}
    result = figure(given(records), "complaint_rate")
    assert (result.value, result.n, result.status) == (None, 0, "none")
    praise = {"acme/feedback/p": {"kind": "csat", "on": "2026-04-01", "score": 5}}
    assert value(given(records | praise), "complaint_rate") == 0
    assert value(given(records | praise), "complaint_rate", date(2026, 3, 31)) is None


def issue(severity: str = "high", **more: Any) -> dict[str, Any]:
    return {
        "title": "Broken",
        "status": "open",
        "severity": severity,
        "reported_at": "2026-06-01T09:00+08:00",
        "channel": "phone",
        **more,
    }


RESPONSES = {
    "answered in time": (issue(first_response_at="2026-06-01T12:59+08:00"), (1, 1)),
    "answered on the minute": (issue(first_response_at="2026-06-01T05:00Z"), (1, 1)),
    "answered late": (issue(first_response_at="2026-06-01T13:01+08:00"), (0, 1)),
    "open and overdue is missed": (issue(), (0, 1)),
    "not yet due is left out": (issue("low", reported_at="2026-06-30T09:00+08:00"), (None, 0)),
    "a deadline agreed for the issue goes first": (
        issue(due_first_response="2026-06-02T09:00+08:00", first_response_at="2026-06-02T08:00+08:00"),
        (1, 1),
    ),
    "a severity raised later counts from then on": (
        issue(
            "critical",
            severity_history=[{"at": "2026-06-01T12:00+08:00", "to": "critical"}],
            first_response_at="2026-06-01T12:00+08:00",
        ),
        (1, 1),
    ),
    "nothing is promised without a severity": ({k: v for k, v in issue().items() if k != "severity"}, (None, 0)),
}


@pytest.mark.parametrize("case", RESPONSES)
def test_first_response_in_time(given: Given, case: str) -> None:
    data, expected = RESPONSES[case]
    result = figure(given(ACME | {"acme/issues/x": data}), "first_response_in_time")
    assert (result.figure.numerator, result.n) == expected


RESOLUTIONS = {
    "solved in time": (issue(status="resolved", resolved_at="2026-06-04T09:00+08:00"), (1, 1)),
    "solved late": (issue(status="resolved", resolved_at="2026-06-04T09:01+08:00"), (0, 1)),
    "open and overdue is missed": (issue(), (0, 1)),
    "on hold is left out": (issue(holds=[{"from": "2026-06-02T09:00+08:00"}]), (None, 0)),
    "waiting for the customer is left out": (issue(status="waiting"), (None, 0)),
    "time on hold is given back": (
        issue(
            status="resolved",
            resolved_at="2026-06-05T09:00+08:00",
            holds=[{"from": "2026-06-02T09:00+08:00", "to": "2026-06-03T09:00+08:00"}],
        ),
        (1, 1),
    ),
    "solved after the day is open on the day": (issue(status="resolved", resolved_at="2026-07-01T09:00+08:00"), (0, 1)),
}


@pytest.mark.parametrize("case", RESOLUTIONS)
def test_resolution_in_time(given: Given, case: str) -> None:
    data, expected = RESOLUTIONS[case]
    result = figure(given(ACME | {"acme/issues/x": data}), "resolution_in_time")
    assert (result.figure.numerator, result.n) == expected


def test_open_issues_are_those_open_on_the_day(given: Given) -> None:
    source = given(ACME | {"acme/issues/x": issue(status="closed", closed_at="2026-06-10T09:00+08:00")})
    days = [date(2026, 5, 31), date(2026, 6, 9), date(2026, 6, 10)]
    assert [value(source, "issues_open", day) for day in days] == [0, 1, 0]


def test_milestones_overdue_and_open_count_as_missed(given: Given) -> None:
    milestones = [
        {"id": "1", "name": "a", "planned": "2026-03-01", "actual": "2026-03-01"},
        {"id": "2", "name": "b", "planned": "2026-03-01", "actual": "2026-03-02"},
        {"id": "3", "name": "c", "planned": "2026-04-01"},
        {"id": "4", "name": "d", "planned": "2026-06-15", "actual": "2026-06-10"},
        {"id": "5", "name": "e", "planned": "2026-07-01"},
    ]
    project = {"title": "P", "status": "active", "start": "2026-01-01", "milestones": milestones}
    result = figure(given(ACME | {"acme/projects/p": project}), "milestones_on_time")
    assert (result.value, result.n) == (50, 4)


def test_project_completion_weighs_tasks(given: Given) -> None:
    tasks = [
        {"id": "1", "what": "a", "status": "done", "weight": 3},
        {"id": "2", "what": "b", "status": "open"},
        {"id": "3", "what": "c", "status": "cancelled", "weight": 9},
        {"id": "4", "what": "d", "status": "done", "done_on": "2026-07-01", "weight": 4},
    ]
    project = {"title": "P", "status": "active", "start": "2026-01-01", "tasks": tasks}
    result = figure(given(ACME | {"acme/projects/p": project}), "project_completion")
    assert (result.figure.numerator, result.figure.denominator) == (3, 8)


def line(promised: str, *deliveries: tuple[str, int]) -> dict[str, Any]:
    given_on = [{"on": day, "quantity": quantity} for day, quantity in deliveries]
    return {"item": "Pump", "quantity": 10, "promised": promised} | ({"deliveries": given_on} if given_on else {})


def test_delivery_is_on_time_only_in_full(given: Given) -> None:
    lines = [
        line("2026-06-01", ("2026-06-01", 10)),
        line("2026-06-01", ("2026-05-20", 4), ("2026-06-01", 6)),
        line("2026-06-01", ("2026-05-20", 4), ("2026-06-02", 6)),
        line("2026-06-01"),
        line("2026-07-15"),
    ]
    result = figure(given(ACME | {"acme/orders/2026-05#1": {"date": "2026-05-01", "lines": lines}}), "delivery_on_time")
    assert (result.value, result.n) == (50, 4)


def test_payment_on_time_is_measured_in_money(given: Given) -> None:
    records = ACME | {
        "acme/invoices/2026-03#I1": {"date": "2026-03-01", "due": "2026-03-31", "amount": 1000},
        "acme/invoices/2026-03#I2": {"date": "2026-03-01", "due": "2026-03-31", "amount": 3000},
        "acme/invoices/2026-06#I3": {"date": "2026-06-20", "due": "2026-07-20", "amount": 9000},
        "acme/payments/2026-03#P1": {
            "date": "2026-03-31",
            "amount": 1600,
            "allocations": [
                {"invoice": "acme/invoices/2026-03#I1", "amount": 1000},
                {"invoice": "acme/invoices/2026-03#I2", "amount": 600},
            ],
        },
        "acme/payments/2026-04#P2": {"date": "2026-04-01", "amount": 2400, "invoice": "acme/invoices/2026-03#I2"},
    }
    result = figure(given(records), "payment_on_time")
    assert (result.value, result.figure.denominator, result.n) == (40, 4000, 2)


TODAY = "2026-06-30"


def test_what_is_due_on_the_day_and_open_is_not_missed_before_the_day_is_over(given: Given) -> None:
    milestones = [
        {"id": "1", "name": "a", "planned": "2026-06-01", "actual": "2026-06-02"},
        {"id": "2", "name": "met today", "planned": TODAY, "actual": TODAY},
        {"id": "3", "name": "open today", "planned": TODAY},
    ]
    lines = [line("2026-06-01"), line(TODAY, (TODAY, 10)), line(TODAY, (TODAY, 9))]
    invoice = {"date": "2026-05-01", "amount": 100}
    records = ACME | {
        "acme/projects/p": {"title": "P", "status": "active", "start": "2026-01-01", "milestones": milestones},
        "acme/orders/2026-05#1": {"date": "2026-05-01", "lines": lines},
        "acme/invoices/2026-05#late": invoice | {"due": "2026-06-01"},
        "acme/invoices/2026-05#paid": invoice | {"due": TODAY},
        "acme/invoices/2026-05#part": invoice | {"due": TODAY},
        "acme/payments/2026-06#1": {"date": TODAY, "amount": 100, "invoice": "acme/invoices/2026-05#paid"},
        "acme/payments/2026-06#2": {"date": TODAY, "amount": 40, "invoice": "acme/invoices/2026-05#part"},
    }
    source = given(records)
    for name, after in {"milestones_on_time": 1, "delivery_on_time": 1, "payment_on_time": 1.4}.items():
        today, tomorrow = figure(source, name), figure(source, name, DAY + timedelta(days=1))
        assert (today.value, today.n) == (50, 2), name
        assert tomorrow.n == 3 and tomorrow.value is not None, name
        assert round(tomorrow.value, 6) == round(Decimal(str(after)) / 3 * 100, 6), name
