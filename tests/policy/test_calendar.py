"""Working time against the field's reference answers, changes of the clock, and a model that counts every minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kam.policy.calendar import WorkingTime, is_announced
from kam.settings.calendars import Calendar

HOUR = timedelta(hours=1)
EIGHT_TO_FOUR = ((8 * 60, 16 * 60),)
NINE_TO_FIVE = ((9 * 60, 17 * 60),)
SPLIT = ((9 * 60, 12 * 60), (13 * 60, 18 * 60))
NIGHT = ((0, 6 * 60), (22 * 60, 24 * 60))


def week(hours: tuple[tuple[int, int], ...], days: int = 5) -> tuple[tuple[tuple[int, int], ...], ...]:
    return (*[hours] * days, *[()] * (7 - days))


def office(
    zone: str = "UTC", hours: tuple[tuple[tuple[int, int], ...], ...] = week(NINE_TO_FIVE), **more: object
) -> WorkingTime:
    return WorkingTime(Calendar("office", {}, zone, hours, **more))


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


VECTORS = {
    "every day": (week(EIGHT_TO_FOUR, 7), "2020-02-21T10:00", 12, "2020-02-22T14:00"),
    "monday to friday": (week(EIGHT_TO_FOUR), "2020-02-21T10:00", 12, "2020-02-24T14:00"),
    "three days": (week(NINE_TO_FIVE), "2024-04-01T09:00", 24, "2024-04-03T17:00"),
    "half an hour": (week(NINE_TO_FIVE), "2024-04-01T09:00", 0.5, "2024-04-01T09:30"),
    "from the night": (week(NINE_TO_FIVE), "2024-04-01T03:00", 1, "2024-04-01T10:00"),
    "from the weekend": (week(NINE_TO_FIVE), "2024-04-06T12:00", 1, "2024-04-08T10:00"),
    "over lunch": (week(SPLIT), "2024-04-01T11:30", 1, "2024-04-01T13:30"),
    "nothing": (week(NINE_TO_FIVE), "2024-04-06T12:00", 0, "2024-04-06T12:00"),
    "over new year": (week(NINE_TO_FIVE), "2024-12-31T16:00", 2, "2025-01-01T10:00"),
}


@pytest.mark.parametrize("case", VECTORS)
def test_working_time_is_added(case: str) -> None:
    hours, start, amount, due = VECTORS[case]
    work = office(hours=hours)
    assert work.add_business_time(at(start), amount * HOUR) == at(due)
    assert work.business_time_between(at(start), at(due)) == amount * HOUR


def test_holidays_are_free_and_moved_working_days_are_worked() -> None:
    china = office("Asia/Shanghai", country="CN")
    assert [china.is_working_day(date(2026, 10, day)) for day in (1, 7, 8, 9, 10, 11)] == [
        False, False, True, True, True, False,
    ]  # fmt: skip
    start = at("2026-09-30T16:00", "Asia/Shanghai")
    assert china.add_business_time(start, 2 * HOUR) == at("2026-10-08T10:00", "Asia/Shanghai")
    friday = at("2026-10-09T16:00", "Asia/Shanghai")
    assert china.add_business_time(friday, 2 * HOUR) == at("2026-10-10T10:00", "Asia/Shanghai")


def test_parts_of_a_country_have_holidays_of_their_own() -> None:
    epiphany = date(2026, 1, 6)
    assert office("Europe/Berlin", country="DE").is_working_day(epiphany)
    assert not office("Europe/Berlin", country="DE", subdivision="BY").is_working_day(epiphany)


def test_days_of_the_settings_go_before_holidays_and_week() -> None:
    own = office(country="CN", days_off=("2026-11-23",), working_days=("2026-10-01", "2026-11-22"))
    assert [own.is_working_day(date(2026, *day)) for day in ((11, 23), (10, 1), (11, 22), (11, 24))] == [
        False, True, True, True,
    ]  # fmt: skip


def test_a_year_without_announced_days_is_known() -> None:
    china = office("Asia/Shanghai", country="CN").calendar
    assert is_announced(china, 2026) and not is_announced(china, 2040)
    assert is_announced(office(country="CN", days_off=("2040-02-12",)).calendar, 2040)
    assert is_announced(office("Europe/Stockholm", country="SE").calendar, 2040)
    assert is_announced(office().calendar, 2040)


def test_a_day_has_the_hours_that_its_clocks_show() -> None:
    berlin = office("Europe/Berlin", (((0, 24 * 60),) * 1,) * 7)
    for day, hours in (("2026-03-29", 23), ("2026-10-25", 25), ("2026-10-26", 24)):
        begin = at(f"{day}T00:00", "Europe/Berlin")
        end = (begin + timedelta(days=1)).replace(tzinfo=ZoneInfo("Europe/Berlin"))
        assert berlin.business_time_between(begin, end) == hours * HOUR
    start = at("2026-03-29T01:30", "Europe/Berlin")
    assert berlin.add_business_time(start, HOUR) == at("2026-03-29T03:30", "Europe/Berlin")


def test_zones_with_half_hours() -> None:
    for zone, utc in (("Asia/Kolkata", "03:30"), ("Asia/Kathmandu", "03:15"), ("Australia/Lord_Howe", "22:00")):
        due = office(zone).add_business_time(at("2026-01-05T00:00", zone), HOUR)
        assert due is not None and due == at("2026-01-05T10:00", zone)
        assert (due - HOUR).astimezone(UTC).strftime("%H:%M") == utc


def test_nobody_ever_works() -> None:
    assert office(hours=week((), 0)).add_business_time(at("2026-01-05T00:00"), HOUR) is None


def test_the_ends_of_time_are_no_working_time() -> None:
    first, last = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
    assert office().business_time_between(first, last) > timedelta()
    assert office().add_business_time(first, HOUR) is None
    assert office().add_business_time(last, HOUR) is None


CALENDARS = [
    office(), office("Europe/Berlin", week(SPLIT)), office("Asia/Kolkata", week(NIGHT, 7)), office("America/New_York"),
    office("Asia/Shanghai", week(SPLIT), country="CN"), office("Australia/Lord_Howe", week(((0, 24 * 60),), 6)),
    office("America/Sao_Paulo", week(((0, 90), (120, 240)), 7)),
]  # fmt: skip
MOMENTS = st.datetimes(datetime(2018, 9, 1), datetime(2019, 4, 30), timezones=st.just(UTC)).map(
    lambda each: each.replace(second=0, microsecond=0)
)
EXACT = st.datetimes(datetime(2015, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
AMOUNTS = st.timedeltas(timedelta(), timedelta(days=60))


def is_work(work: WorkingTime, moment: datetime) -> bool:
    local = moment.astimezone(work.zone)
    spans = work.calendar.hours[local.weekday()] if work.is_working_day(local.date()) else ()
    if work.is_working_day(local.date()) and not spans:
        spans = work.calendar.hours[0]
    return any(first <= local.hour * 60 + local.minute < last for first, last in spans)


def count_minutes(work: WorkingTime, start: datetime, end: datetime) -> timedelta:
    minutes = 0
    while start < end:
        minutes += is_work(work, start)
        start += timedelta(minutes=1)
    return timedelta(minutes=minutes)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(CALENDARS), MOMENTS, st.integers(0, 3 * 24 * 60))
def test_it_counts_as_one_who_counts_every_minute(work: WorkingTime, start: datetime, length: int) -> None:
    end = start + timedelta(minutes=length)
    assert work.business_time_between(start, end) == count_minutes(work, start, end)


@settings(deadline=None)
@given(st.sampled_from(CALENDARS), EXACT, AMOUNTS)
def test_adding_gives_the_first_moment_with_so_much_time(work: WorkingTime, start: datetime, amount: timedelta) -> None:
    due = work.add_business_time(start, amount)
    assert due is not None and due >= start
    assert work.business_time_between(start, due) == amount
    if due > start:
        assert work.business_time_between(start, due - timedelta(microseconds=1)) < amount


@settings(deadline=None)
@given(st.sampled_from(CALENDARS), st.tuples(EXACT, EXACT, EXACT).map(sorted))
def test_time_adds_up(work: WorkingTime, moments: list[datetime]) -> None:
    first, second, third = moments
    parts = work.business_time_between(first, second) + work.business_time_between(second, third)
    assert work.business_time_between(first, third) == parts
    assert work.business_time_between(third, first) == timedelta()


@settings(deadline=None)
@given(st.sampled_from(CALENDARS), EXACT, AMOUNTS, AMOUNTS)
def test_more_time_is_never_due_earlier(work: WorkingTime, start: datetime, less: timedelta, more: timedelta) -> None:
    dues = [work.add_business_time(start, amount) for amount in sorted((less, more))]
    assert dues[0] is not None and dues[1] is not None and dues[0] <= dues[1]
    later = work.add_business_time(start + timedelta(hours=5), less)
    own = work.add_business_time(start, less)
    assert later is not None and own is not None and own <= later
