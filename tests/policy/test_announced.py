"""A year without announced working days is told once, early enough, and not where nobody needs to know."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kam.model.texts import render_message
from kam.policy.announced import find_unannounced
from kam.settings import Settings
from kam.settings.calendars import Calendar
from kam.settings.parts import Parts
from kam.settings.service_levels import ServiceLevels

WEEK = (((540, 1020),),) * 5 + ((),) * 2
CHINA = Calendar("shanghai", {}, "Asia/Shanghai", WEEK, "CN", line=7)
SWEDEN = Calendar("malmo", {}, "Europe/Stockholm", WEEK, "SE")


def with_calendars(settings: Settings, *calendars: Calendar) -> Settings:
    levels = ServiceLevels(calendars={each.id: each for each in calendars}, calendar=calendars[0].id)
    return replace(settings, parts=Parts({"ServiceLevels": levels}))


@pytest.mark.parametrize(
    ("day", "calendars", "years"),
    [
        (date(2040, 3, 1), (CHINA,), ["2040"]),
        (date(2040, 12, 1), (CHINA,), ["2040", "2041"]),
        (date(2026, 11, 30), (CHINA,), []),
        (date(2040, 12, 1), (SWEDEN, CHINA), []),
        (date(2040, 3, 1), (replace(CHINA, working_days=("2040-02-19",)),), []),
    ],
)
def test_years_that_are_not_known(
    sample_settings: Settings, day: date, calendars: tuple[Calendar, ...], years: list[str]
) -> None:
    found = find_unannounced(with_calendars(sample_settings, *calendars), day)
    assert [each.args["year"] for each in found] == years
    for problem in found:
        assert (problem.path, problem.line) == ("site-config/service-levels.yml", 7)
        for lang in ("en", "zh"):
            assert all("{" not in text for text in render_message(problem, lang))


def test_two_calendars_of_a_country_are_told_once(sample_settings: Settings) -> None:
    both = with_calendars(sample_settings, CHINA, replace(CHINA, id="beijing"))
    levels = both.part(ServiceLevels)
    used = replace(both, parts=Parts({"ServiceLevels": levels._replace(by_country={"HK": "beijing"})}))
    assert len(find_unannounced(used, date(2040, 3, 1))) == 1
