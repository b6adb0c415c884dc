"""When contacts are due, which period a contact keeps, and who is to make it."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam.model.record import Data
from kam.model.span import Span, parse_span
from kam.policy.cadence import (
    Contact,
    Period,
    every_words,
    find_next,
    find_person,
    is_contact,
    iter_periods,
    log_command,
    promise_timeline,
    promises_on,
    sort_contacts,
)
from kam.settings.cadence import Cadence, ContactKind, Counted, Rhythm
from kam.settings.values import Person

MONTH, WEEK = Span(months=1), Span(days=7)
VISIT = ContactKind("visit", {"en": "Visit", "zh": "拜访"}, (Counted("meeting", {"channel": ("visit",)}),))
NEWS = ContactKind(
    "newsletter", {}, (Counted("service", {"kind": ("newsletter",)}, {"status": ("planned", "cancelled")}),)
)


def cadence(every: str = "month", grace: str = "0 days", **more: Any) -> Cadence:
    """Visits for tier A in this rhythm, and half as often for B."""
    span, late = parse_span(every), parse_span(grace)
    assert span and late
    twice = Span(span.days * 2, span.months * 2)
    tiers = {"A": (Rhythm("visit", span, late),), "B": (Rhythm("visit", twice, late),)}
    return Cadence((VISIT, NEWS), tiers, **more)


def account(**more: Any) -> Data:
    return {"tier": "A", "owners": [{"person": "li-ming", "from": "2026-01-31"}], **more}


def visits(*days: str) -> list[Contact]:
    return [Contact(date.fromisoformat(day), f"acme/meetings/{day}") for day in days]


def periods(profile: Data, rules: Cadence, contacts: list[Contact], until: str) -> list[str]:
    """Each period as ``begin due [done]``."""
    found = iter_periods(profile, promise_timeline(profile, rules), "visit", contacts, date.fromisoformat(until))
    return [f"{p.begin} {p.due}{f' {p.done.day}' if p.done else ''}"[5:] for p in found]


def test_the_clock_starts_with_the_owner_and_months_end_where_they_end() -> None:
    assert periods(account(), cadence(), [], "2026-05-01") == [
        "01-31 2026-02-28",
        "02-28 2026-03-31",
        "03-31 2026-04-30",
        "04-30 2026-05-31",
    ]


def test_the_clock_starts_anew_with_each_contact() -> None:
    assert periods(account(), cadence(), visits("2026-02-10", "2026-03-09"), "2026-03-20") == [
        "01-31 2026-02-28 2026-02-10",
        "02-10 2026-03-10 2026-03-09",
        "03-09 2026-04-09",
    ]


def test_a_contact_in_the_grace_time_keeps_the_period_and_serves_no_other() -> None:
    assert periods(account(), cadence(grace="1 week"), visits("2026-03-07"), "2026-04-08") == [
        "01-31 2026-02-28 2026-03-07",
        "03-07 2026-04-07",
        "04-07 2026-05-07",
    ]


def test_a_contact_after_the_grace_time_serves_the_next_period() -> None:
    assert periods(account(), cadence(grace="1 week"), visits("2026-03-08"), "2026-03-20") == [
        "01-31 2026-02-28",
        "02-28 2026-03-31 2026-03-08",
        "03-08 2026-04-08",
    ]


def test_several_contacts_in_a_period_keep_it_once_and_the_last_one_starts_the_clock() -> None:
    contacts = visits("2026-02-03", "2026-02-10", "2026-02-17")
    assert periods(account(), cadence(), contacts, "2026-02-20") == [
        "01-31 2026-02-28 2026-02-17",
        "02-17 2026-03-17",
    ]


def test_a_contact_before_the_owner_came_starts_the_clock() -> None:
    assert periods(account(), cadence(), visits("2026-01-15"), "2026-02-01") == ["01-15 2026-02-15"]


def test_nothing_is_counted_before_the_policy_begins() -> None:
    assert periods(account(), cadence(from_="2026-04-01"), visits("2026-02-10"), "2026-04-20") == [
        "04-01 2026-05-01",
    ]


def test_the_last_contact_before_a_new_tier_counts_for_it() -> None:
    tiers = [{"tier": "A", "from": "2026-01-01", "to": "2026-02-28"}, {"tier": "B", "from": "2026-03-01"}]
    assert periods(account(tiers=tiers), cadence(), visits("2026-02-10"), "2026-03-20") == [
        "01-31 2026-02-28 2026-02-10",
        "02-10 2026-04-10",
    ]


def test_nothing_is_due_before_a_stricter_tier_holds() -> None:
    tiers = [{"tier": "B", "from": "2026-01-01", "to": "2026-03-20"}, {"tier": "A", "from": "2026-03-21"}]
    assert periods(account(tiers=tiers), cadence(), visits("2026-02-10"), "2026-03-25")[-1] == "03-21 2026-04-21"


@pytest.mark.parametrize(
    ("lifecycle", "counted"),
    [
        ({"lifecycle": "active"}, True),
        ({"lifecycle": "closed"}, False),
        ({}, True),
        ({"lifecycle_history": [{"at": "2026-06-01", "to": "active"}]}, False),
        ({"lifecycle_history": [{"at": "2026-01-01T09:00+08:00", "to": "active"}]}, True),
    ],
)
def test_only_accounts_in_the_phases_named_are_counted(lifecycle: dict[str, Any], counted: bool) -> None:
    rules = cadence(lifecycle=("active",))
    assert bool(promises_on(account(**lifecycle), rules, date(2026, 3, 1))) is counted


def test_an_account_without_tier_is_asked_nothing() -> None:
    assert promises_on({"name": "Imported"}, cadence(), date(2026, 3, 1)) == {}


def test_a_profile_promises_more_or_less_than_its_tier() -> None:
    care: Any = [
        {"kind": "visit", "every": "two_weeks", "person": "wang-fang"},
        {"kind": "newsletter", "every": "year"},
    ]
    found = promises_on(account(care=care), cadence(grace="2 weeks")._replace(grace=Span(3)), date(2026, 3, 1))
    assert (found["visit"].every, found["visit"].grace, found["visit"].person) == (Span(14), Span(3), "wang-fang")
    assert found["newsletter"].every == Span(months=12)
    never: Any = [{"kind": "visit", "every": "never"}]
    assert promises_on(account(care=never), cadence(), date(2026, 3, 1)) == {}


@pytest.mark.parametrize(
    ("day", "state", "missed"),
    [
        ("2026-03-10", "open", 0),
        ("2026-03-11", "overdue", 0),
        ("2026-03-17", "overdue", 0),
        ("2026-03-18", "missed", 1),
        ("2026-05-01", "missed", 2),
    ],
)
def test_what_is_due_next_by_day(day: str, state: str, missed: int) -> None:
    as_of = date.fromisoformat(day)
    found = find_next(
        account(), cadence(grace="7 days"), "visit", visits("2026-01-05", "2026-02-10", "2027-01-01"), as_of
    )
    assert found is not None and found.last is not None
    assert (found.last.day, found.period.due) == (date(2026, 2, 10), date(2026, 3, 10))
    assert (found.period.state(as_of), found.missed) == (state, missed)


def test_what_comes_after_the_day_changes_nothing() -> None:
    before = periods(account(), cadence(), visits("2026-02-10"), "2026-03-01")
    later = iter_periods(
        account(),
        promise_timeline(account(), cadence()),
        "visit",
        visits("2026-02-10", "2026-03-05"),
        date(2026, 3, 20),
    )
    known = [p for p in later if p.begin <= date(2026, 3, 1)]
    assert [f"{p.begin} {p.due}"[5:] for p in known] == [text[:16] for text in before]
    assert [p.state(date(2026, 3, 1)) for p in known] == ["kept", "open"]


DAYS = st.lists(st.integers(0, 400), unique=True, max_size=20).map(sorted)


@given(DAYS, st.sampled_from(["week", "2 weeks", "month", "quarter"]), st.sampled_from(["0 days", "3 days", "2 weeks"]))
def test_periods_follow_each_other_and_a_contact_serves_one(days: list[int], every: str, grace: str) -> None:
    start, until = date(2026, 1, 31), date(2027, 4, 1)
    contacts = [Contact(start + timedelta(days=n), str(n)) for n in days]
    timeline = promise_timeline(account(), cadence(every, grace))
    found: list[Period] = list(iter_periods(account(), timeline, "visit", contacts, until))
    done = [p.done.record for p in found if p.done]
    assert len(set(done)) == len(done)
    for before, after in pairwise(found):
        assert after.begin == (before.done.day if before.done else before.due)
        assert after.due > before.begin
    for period in found:
        served = [c for c in contacts if period.begin < c.day <= period.latest]
        assert bool(served) is (period.done is not None)
    assert found[-1].begin <= until < (found[-1].done.day if found[-1].done else found[-1].due) + timedelta(days=400)


def test_only_records_that_the_policy_names_count() -> None:
    assert is_contact(VISIT, "meeting", {"channel": "visit"})
    assert not is_contact(VISIT, "meeting", {"channel": "call"})
    assert not is_contact(VISIT, "service", {"channel": "visit"})
    assert is_contact(NEWS, "service", {"kind": "newsletter"})
    assert not is_contact(NEWS, "service", {"kind": "newsletter", "status": "planned"})


def test_contacts_stand_on_days_of_the_company_and_once_a_day() -> None:
    found = sort_contacts(
        [("b", "2026-03-01T23:30-07:00"), ("a", "2026-03-02"), ("c", "2026-02-31"), ("d", "2026-01-01")],
        ZoneInfo("Asia/Shanghai"),
    )
    assert found == [Contact(date(2026, 1, 1), "d"), Contact(date(2026, 3, 2), "b")]


PEOPLE = {
    "li-ming": Person("li-ming", {}, role="key-account-manager"),
    "zhao-lei": Person("zhao-lei", {}, role="sales-director"),
    "he-jing": Person("he-jing", {}, role="sales-assistant", to="2026-02-28"),
    "qian-hao": Person("qian-hao", {}, role="sales-assistant"),
    "sun-yue": Person("sun-yue", {}, role="sales-assistant"),
}


@pytest.mark.parametrize(
    ("role", "more", "person"),
    [
        ("owner", {}, "li-ming"),
        ("sales-director", {}, "zhao-lei"),
        ("sales-assistant", {}, "li-ming"),
        ("sales-assistant", {"team": [{"person": "sun-yue", "from": "2026-01-01"}]}, "sun-yue"),
        ("sales-assistant", {"team": [{"person": "sun-yue", "to": "2026-01-31"}]}, "li-ming"),
    ],
)
def test_the_one_with_the_role_makes_the_contact_else_the_owner(role: str, more: dict[str, Any], person: str) -> None:
    rules = Cadence((VISIT,), {"A": (Rhythm("visit", MONTH, WEEK, role),)})
    day = date(2026, 3, 1)
    profile = account(**more)
    assert find_person(profile, promises_on(profile, rules, day)["visit"], PEOPLE, day) == person


@pytest.mark.parametrize(
    ("text", "en", "zh"),
    [
        ("month", "every month", "每月"),
        ("2 weeks", "every 2 weeks", "每 2 周"),
        ("week", "every week", "每周"),
        ("10 days", "every 10 days", "每 10 天"),
        ("quarter", "every quarter", "每季度"),
        ("half_year", "every half year", "每半年"),
        ("2 months", "every 2 months", "每 2 个月"),
        ("year", "every year", "每年"),
    ],
)
def test_how_often_in_words(text: str, en: str, zh: str) -> None:
    span = parse_span(text)
    assert span is not None
    assert every_words(span) == {"en": en, "zh": zh}


def test_the_command_that_writes_a_contact_down() -> None:
    assert log_command(VISIT, "acme") == 'kam log acme "…" --channel visit'
    assert log_command(NEWS, "acme") == "kam new service acme kind=newsletter"
