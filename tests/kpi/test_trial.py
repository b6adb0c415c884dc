"""Fact queries are tried on made-up records: those that read the future or never end are found, sound ones pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kam.kpi import compute
from kam.kpi.opening import open_tables
from kam.kpi.trial import try_kpis
from kam.kpi.trial_records import DAY, make_trial
from kam.model.texts import render_message
from kam.settings import Settings

HEAD = """\
title: {en: Trial, zh: 试}
meaning: {en: M., zh: 义。}
formula: {en: F, zh: 式}
owner: {en: Sales, zh: 销售}
area: sales
unit: count
better: higher
aggregation: ratio
window: all
groupings: [account]
"""
FACTS = "SELECT account, NULL AS person, {at} AS at, id AS record, {n} AS numerator, 1 AS denominator FROM {source}"
SOUND = {
    "the state on the day": FACTS.format(
        at="created_on", n="CAST(state_then = 'won' AS INTEGER)", source="opportunities_on($as_of)"
    ),
    "records by their date": FACTS.format(at='"date"', n="1", source="orders"),
    "joined up to the day": FACTS.format(
        at='"date"', n="(SELECT count(*) FROM meetings m WHERE m.at_date <= $as_of)", source="orders"
    ),
    "changes of state up to the day": FACTS.format(
        at="at_date", n="1", source="(SELECT record AS id, account, at_date FROM transitions)"
    ),
}
FUTURE = {
    "who had not been closed": (
        FACTS.format(at="created_on", n="1", source="opportunities WHERE created_on <= $as_of AND closed_on IS NULL"),
        "The facts of a day are others once opportunities change after it | Ask opportunities_on($as_of)",
    ),
    "today's state": (
        FACTS.format(at="created_on", n="CAST(stage = 'won' AS INTEGER)", source="opportunities"),
        "The facts of a day are others once opportunities change after it | Ask opportunities_on($as_of)",
    ),
    "today's state in a condition": (
        FACTS.format(at="reported_at_date", n="1", source="issues WHERE status = 'closed'"),
        "The facts of a day are others once issues change after it | Ask issues_on($as_of)",
    ),
    "later records counted below": (
        FACTS.format(at="at_date", n="(SELECT count(*) FROM orders)", source="meetings"),
        "The facts of a day also come from orders of later days | Keep them out: WHERE date <= $as_of",
    ),
    "records without a day": (
        FACTS.format(at="CAST(NULL AS DATE)", n="1", source="expenses"),
        "The facts of a day also come from expenses of later days | Keep them out: WHERE date <= $as_of",
    ),
    "the last of all changes": (
        FACTS.format(at="DATE '2026-01-01'", n="(SELECT count(*) FROM transitions)", source="accounts"),
        "The facts of a day change with what happens after it | Compare every date with $as_of",
    ),
}
Say = Callable[..., list[str]]


@pytest.fixture
def say(tmp_path: Path, sample_settings: Settings) -> Say:
    def tried(sql: str, more: str = "", lang: str = "en", seconds: float = 10, window: str = "all") -> list[str]:
        (tmp_path / "site-config/kpis").mkdir(parents=True, exist_ok=True)
        text = f"{HEAD.replace('window: all', f'window: {window}')}{more}sql: |\n  {sql}\n"
        (tmp_path / "site-config/kpis/trial.yml").write_text(text, "utf-8")
        found = try_kpis(tmp_path, replace(sample_settings, root=tmp_path), seconds)
        texts = [(each, *render_message(each, lang)) for each in found]
        return [f"{each.path}:{each.line} {message} | {hint}" for each, message, hint in texts]

    return tried


@pytest.mark.parametrize("case", SOUND)
def test_a_query_that_keeps_to_the_day_passes(say: Say, case: str) -> None:
    assert say(SOUND[case]) == []


@pytest.mark.parametrize("case", FUTURE)
def test_a_query_that_reads_the_future_is_told_what_to_change(say: Say, case: str) -> None:
    sql, words = FUTURE[case]
    window = "now" if "NULL AS DATE" in sql else "all"
    (line,) = say(sql, window=window)
    assert line.startswith(f"site-config/kpis/trial.yml:11 {words}"), line
    assert len(say(sql, lang="zh", window=window)) == 1


def test_who_admits_it_may_read_what_is_so_today(say: Say) -> None:
    assert say(FUTURE["today's state"][0], "today_only: true\n") == []


def test_a_query_that_does_not_end_is_stopped_and_named(say: Say) -> None:
    endless = "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) " + FACTS.format(
        at="at_date", n="1", source="meetings, r"
    )
    (line,) = say(endless, seconds=0.5)
    assert "took longer than 0.5 s on a few hundred made-up records and was stopped | Look for tables joined" in line


def test_other_mistakes_and_made_up_texts_are_left_to_others(say: Say) -> None:
    assert say(FACTS.format(at="at_dat", n="1", source="meetings")) == []
    assert say(FACTS.format(at="at_date", n="CAST(title AS INTEGER)", source="meetings")) == []


def test_the_made_up_records_hold_something_of_every_type_before_and_after_the_day(sample_settings: Settings) -> None:
    today, later = make_trial(sample_settings.root, sample_settings)
    for name, rtype in sample_settings.types.items():
        before, after = list(today.iter_records(name)), list(later.iter_records(name))
        assert before and len({record.id for record in after}) == len(after)
        assert rtype.folder == "profile" or len(after) == 2 * len(before)
        days = [str(record.data.get(rtype.date_field, ""))[:10] for record in before]
        assert all(day <= DAY.isoformat() for day in days)


NO_FACTS = {
    "clv_predicted": "no prediction is made of so few customers",
    "customers_alive": "no prediction is made of so few customers",
    "orders_expected": "no prediction is made of so few customers",
    "records_changed": "made-up records have no history in Git but that of the repository around them",
    "system_use": "made-up records have no history in Git but that of the repository around them",
}
"""KPIs on tables that are filled from elsewhere than the records, and why they have no facts of made-up ones."""


def test_every_kpi_has_facts_of_the_made_up_records_so_that_it_is_really_tried(
    repository: Path, sample_settings: Settings
) -> None:
    today, _ = make_trial(repository, sample_settings)
    with open_tables(today, DAY, cache=False) as tables:
        results = compute(today, DAY, tables=tables)
    assert [result.id for result in results if not result.n and result.id not in NO_FACTS] == []


def test_no_kpi_of_this_repository_reads_the_future(repository: Path, sample_settings: Settings) -> None:
    assert try_kpis(repository, sample_settings) == []
