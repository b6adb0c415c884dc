"""What ``kam check --settings`` refuses gives nobody a number, and what a trial came to is never believed too long."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from reckoning import ACME, DAY, Given

from kam.kpi import compute, figures
from kam.kpi.opening import open_tables
from kam.kpi.refusals import FILE, find_refusals
from kam.kpi.trial_records import make_trial
from kam.kpi.values import compute_values
from kam.settings import Settings
from kam.tables import TablesError

KPI = """\
title: {{en: T, zh: T}}
meaning: {{en: T, zh: T}}
formula: {{en: T, zh: T}}
owner: {{en: T, zh: T}}
area: orders
unit: count
aggregation: sum
window: 12 months
groupings: [account]
sql: |
  SELECT account, NULL AS person, at_date AS at, id AS record, {number} AS numerator, 1 AS denominator
  FROM meetings
"""
SOUND, LATE = "1", "(SELECT count(*) FROM orders)"
RECORDS = ACME | {
    "acme/meetings/2026-05-01-visit": {
        "title": "Visit", "at": "2026-05-01T09:00+08:00", "channel": "visit",
    }
}  # fmt: skip


@pytest.fixture
def settings(sample_settings: Settings, tmp_path: Path) -> Settings:
    (tmp_path / "site-config/kpis").mkdir(parents=True)
    return replace(sample_settings, root=tmp_path)


def write(root: Path, number: str, name: str = "made") -> None:
    (root / f"site-config/kpis/{name}.yml").write_text(KPI.format(number=number), encoding="utf-8")


def test_a_query_that_reads_the_future_has_no_figure_but_says_where_and_what_to_do(
    given: Given, settings: Settings
) -> None:
    write(settings.root, LATE)
    source = given(RECORDS, settings)
    (result,) = compute(source, DAY, by="account", facts=True)
    assert result.failed and result.value is None and not result.by and not result.facts
    assert result.reason == {
        "en": "site-config/kpis/made.yml:10:6: The facts of a day also come from orders of later days."
        " Keep them out: WHERE date <= $as_of. In joined tables and subqueries too.",
        "zh": "site-config/kpis/made.yml:10:6：某日的取数结果包含了该日之后的 orders 记录。"
        "请排除之后的记录：WHERE date <= $as_of；关联的表和子查询同样需要。",
    }
    with open_tables(source, DAY, cache=False) as tables:
        made = compute_values(source, [DAY], ["made"], ["acme"], by="account", tables=tables)
        assert made["made"].on(0, 0) is None
        with pytest.raises(TablesError, match="of later days"):
            figures(source, [DAY], ["made"], tables=tables)


def test_the_file_mended_counts_at_once_and_the_file_spoiled_no_more(given: Given, settings: Settings) -> None:
    source = given(RECORDS, settings)
    values = []
    for number in (SOUND, LATE, SOUND):
        write(settings.root, number)
        values.append(compute(source, DAY)[0].value)
    assert values == [1, None, 1]


def test_settings_of_today_with_definitions_of_another_folder_are_told_apart(
    settings: Settings, tmp_path: Path
) -> None:
    write(settings.root, LATE)
    other = replace(settings, root=tmp_path / "then")
    (other.root / "site-config/kpis").mkdir(parents=True)
    write(other.root, SOUND)
    assert [list(find_refusals(each, ["made"])) for each in (settings, other)] == [["made"], []]


def test_what_is_kept_names_only_what_was_asked_for_and_grows(settings: Settings) -> None:
    kept = settings.root / ".kam/cache" / FILE
    write(settings.root, SOUND)
    write(settings.root, LATE, "other")
    assert find_refusals(settings, ["made"]) == {}
    first = kept.read_bytes()
    assert b"made" in first and b"other" not in first
    assert list(find_refusals(settings, ["made", "other"])) == ["other"]
    second = kept.read_bytes()
    assert b"made" in second and b"other" in second
    assert list(find_refusals(settings, ["other"])) == ["other"] and kept.read_bytes() == second


def test_made_up_records_are_computed_without_a_trial(settings: Settings) -> None:
    write(settings.root, LATE)
    today, _ = make_trial(settings.root, settings)
    (result,) = compute(today, date(2026, 6, 30))
    assert not result.failed
