"""A mistake in a KPI file is told with its place and a remedy, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from kam.kpi import check_kpis, load_kpis
from kam.kpi.definition import AGGREGATIONS
from kam.kpi.window import is_window, month_ends, window_on
from kam.model.texts import render_message
from kam.settings import Settings, load_settings

GOOD = """\
title: {en: Meetings, zh: 会议数}
meaning: {en: How often we met., zh: 会面次数。}
formula: {en: number of meetings, zh: 会议数}
owner: {en: Sales, zh: 销售}
area: sales
unit: count
better: higher
aggregation: count
window: 12 months
groupings: [account, tier, channel]
targets: {good: 10, watch: 5}
sql: |
  SELECT account, NULL AS person, at_date AS at, id AS record,
    1 AS numerator, 1 AS denominator, channel
  FROM meetings
"""

MISTAKES = {
    "a misspelt key": (
        ("window: 12", "windwo: 12"),
        ["9:1 windwo means nothing here | Did you mean window?"],
    ),
    "no such window": (("12 months", "fortnight"), ["9:9 “fortnight” is no window"]),
    "a label in one language only": (("{en: Meetings, zh: 会议数}", "{en: Meetings}"), ["1:"]),
    "an unknown aggregation": (("aggregation: count", "aggregation: medain"), ["8:14"]),
    "an unknown grouping": (
        ("tier, channel", "teir, channel"),
        ["10:22 There is nothing to group by called teir | Did you mean tier?"],
    ),
    "an unknown column": (
        ("at_date AS at", "at_dat AS at"),
        ["13:1 No table in the query has a column at_dat | Did you mean at_date?"],
    ),
    "an unknown table": (
        ("FROM meetings", "FROM metings"),
        ["15:1 There is no table metings | Did you mean meetings?"],
    ),
    "a column too few": (("1 AS denominator", "1 AS below"), ["12:6 The facts have no column denominator"]),
    "a binary fraction": (("1 AS numerator", "1 / 3 AS numerator"), ["12:6 numerator is of type DOUBLE"]),
    "a moment for a day": (("at_date AS at", '"at"'), ["12:6 at is of type TIMESTAMP WITH TIME ZONE"]),
    "the clock": (
        ("1 AS numerator", "current_date - at_date AS numerator"),
        ["12:6 current_date gives another answer"],
    ),
    "a sample": (
        ("FROM", "FROM (SELECT * FROM issues USING SAMPLE 3) t --"),
        ["12:6 USING SAMPLE takes rows as they happen"],
    ),
    "a window without an order": (
        ("1 AS numerator", "lag(1) OVER (PARTITION BY account) AS numerator"),
        ["12:6 lag(1) OVER (PARTITION BY account) takes rows as they happen"],
    ),
    "the first that happens to come": (
        ("1 AS numerator", "first_value(length(trim(title))) OVER () AS numerator"),
        ["12:6 first_value(length(trim(title))) OVER () takes rows as they happen"],
    ),
    "one of several, whichever": (
        ("SELECT account", "SELECT DISTINCT ON (account) account"),
        ["12:6 DISTINCT ON"],
    ),
    "no day in a window": (
        ("at_date AS at", "CAST(NULL AS DATE) AS at"),
        ["12:6 Facts without a day (at)"],
    ),
    "chance": (("1 AS numerator", "CAST(random() AS INT) AS numerator"), ["12:6 random gives another answer"]),
    "an unknown parameter": (
        ("FROM meetings", "FROM meetings WHERE at_date < $today_"),
        ["12:6 There is no parameter"],
    ),
    "two statements": (("FROM meetings", "FROM meetings; SELECT 1"), ["12:6 The query is not exactly one statement"]),
    "a write": (
        ("SELECT account", "CREATE TABLE own AS SELECT account"),
        ["The query is to do something else than read"],
    ),
    "a file": (
        ("FROM meetings", "FROM read_csv('/etc/passwd')"),
        ["The query asks for a file or an address: /etc/passwd"],
    ),
    "targets the wrong way round": (
        ("good: 10, watch: 5", "good: 5, watch: 10"),
        ["11:27 The value to watch (10) is better than the good one (5)"],
    ),
    "top without top_share": (("unit: count", "unit: count\ntop: 3"), ["7:1 top has no meaning with this aggregation"]),
    "a cap on a sum": (("unit: count", "unit: count\ncap: 100"), ["7:1 cap has no meaning with this aggregation"]),
    "a formula without one": (("aggregation: count", "aggregation: formula"), ["8:14 The aggregation formula needs"]),
    "a formula of an unknown column": (
        ("aggregation: count", "aggregation: formula\nvalue: sum(numeratr) / count(*)"),
        ["9:8 No table in the query has a column numeratr | Did you mean numerator?"],
    ),
    "a formula without aggregates": (
        ("aggregation: count", "aggregation: formula\nvalue: numerator * 2"),
        ["9:8 value takes numerator of single facts, not of a group | Put it together first: sum(numerator)"],
    ),
    "a formula by chance": (
        ("aggregation: count", "aggregation: formula\nvalue: sum(numerator) * random()"),
        ["9:8 random gives another answer"],
    ),
    "a formula of words": (
        ("aggregation: count", "aggregation: formula\nvalue: max(record)"),
        ["9:8 value is of type VARCHAR"],
    ),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "site-config/kpis").mkdir(parents=True)
    return tmp_path


def said(root: Path, settings: Settings, lang: str = "en") -> list[str]:
    problems = check_kpis(root, settings)
    texts = [(p, render_message(p, lang)) for p in problems]
    return [f"{p.path}:{p.line}:{p.column} {message} | {hint}" for p, (message, hint) in texts]


def test_a_sound_file_has_no_problems(root: Path, sample_settings: Settings) -> None:
    (root / "site-config/kpis/meetings.yml").write_text(GOOD, encoding="utf-8")
    assert said(root, sample_settings) == []
    assert [kpi.id for kpi in load_kpis(root)] == ["meetings"]


@pytest.mark.parametrize("case", MISTAKES)
def test_each_mistake_is_told_with_its_place(root: Path, sample_settings: Settings, case: str) -> None:
    (old, new), expected = MISTAKES[case]
    assert old in GOOD
    (root / "site-config/kpis/meetings.yml").write_text(GOOD.replace(old, new), encoding="utf-8")
    found = said(root, sample_settings)
    for part in expected:
        assert any(part in line for line in found), found
    assert len(said(root, sample_settings, "zh")) == len(found)


SOUND = {
    "rows in an order of their own": (
        "1 AS numerator", "row_number() OVER (PARTITION BY account ORDER BY at_date, id) AS numerator"
    ),
    "one of several, in an order": (
        "FROM meetings", "FROM (SELECT DISTINCT ON (account) * FROM meetings ORDER BY account, at_date, id) m"
    ),
    "a column called first": ("FROM meetings", "FROM (SELECT *, at_date AS first FROM meetings) WHERE first < $as_of"),
    "no day in a state": ("at_date AS at", "at_date AS at, NULL AS at_all"),
}  # fmt: skip


@pytest.mark.parametrize("case", SOUND)
def test_what_only_looks_like_a_mistake_is_none(root: Path, sample_settings: Settings, case: str) -> None:
    old, new = SOUND[case]
    (root / "site-config/kpis/meetings.yml").write_text(GOOD.replace(old, new), "utf-8")
    assert said(root, sample_settings) == []


def test_of_a_file_that_cannot_be_read_only_that_is_said(root: Path, sample_settings: Settings) -> None:
    (root / "site-config/kpis/meetings.yml").write_text(GOOD.replace("unit: count", "unit：count"), encoding="utf-8")
    assert said(root, sample_settings) == [
        "site-config/kpis/meetings.yml:6:5 unit is followed by a full-width colon (：) | Write: unit: count"
    ]


def test_the_name_of_the_file_is_the_name_of_the_kpi(root: Path, sample_settings: Settings) -> None:
    (root / "site-config/kpis/Win Rate 2.yml").write_text(GOOD, encoding="utf-8")
    assert [line.split(" | ")[0] for line in said(root, sample_settings)] == [
        "site-config/kpis/Win Rate 2.yml:0:0 “Win Rate 2” cannot be the name of a KPI"
    ]
    assert load_kpis(root) == []


def test_the_files_of_this_repository_are_sound(repository: Path) -> None:
    settings = load_settings(repository)
    assert said(repository, settings) == []
    kpis = load_kpis(repository)
    assert len(kpis) == len(list((repository / "site-config/kpis").glob("*.yml")))
    for kpi in kpis:
        for words in (kpi.title, kpi.meaning, kpi.formula, kpi.owner):
            assert words.get("en") and words.get("zh"), kpi.id
    assert {kpi.aggregation for kpi in kpis} <= set(AGGREGATIONS)


WINDOWS = [
    ("now", None), ("all", None), ("month", "2026-03-01"), ("quarter", "2026-01-01"), ("year", "2026-01-01"),
    ("fiscal year", "2025-07-01"), ("1 day", "2026-03-31"), ("90 days", "2026-01-01"), ("2 weeks", "2026-03-18"),
    ("1 month", "2026-03-01"), ("12 months", "2025-04-01"), ("2 years", "2024-04-01"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "first"), WINDOWS)
def test_windows_end_with_the_day(text: str, first: str | None) -> None:
    from datetime import date

    window = window_on(text, date(2026, 3, 31), fiscal_start=7)
    assert is_window(text)
    assert (str(window.from_) if window.from_ else None, window.to) == (first, date(2026, 3, 31))


def test_the_ends_of_the_calendar_are_windows_too() -> None:
    from datetime import date

    for text, _ in WINDOWS:
        for day in (date.min, date.max, date(1, 2, 3)):
            assert window_on(text, day, 7).to == day
    assert month_ends(date(1, 3, 5), 12)[-1] == date(1, 3, 5)
    assert month_ends(date.min, 12) == [date.min]


def test_a_month_back_from_a_long_month_is_the_last_day_of_a_short_one() -> None:
    from datetime import date

    assert window_on("1 month", date(2026, 3, 30)).from_ == date(2026, 2, 28)
    assert month_ends(date(2026, 3, 15), 3) == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 15)]
    assert month_ends(date(2026, 3, 31), 1) == [date(2026, 3, 31)]
