"""``kam kpi --since DAY``: two days by the records of now, and the records that made the difference."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from deals import TEXTS, WIN_RATE, Kam, Run, deal

DAYS = ("--since", "2025-02-28", "--as-of", "2025-03-31")
OWED = (
    TEXTS.format(en="Days owed", zh="欠款天数")
    + """\
unit: days
aggregation: formula
value: sum(numerator) / nullif(sum(denominator), 0) * max(days)
window: all
groupings: [account]
sql: |
  SELECT account, owner AS person, closed_on AS at, id AS record,
    CAST(stage = 'lost' AS INTEGER) * amount_base AS numerator, amount_base AS denominator,
    date_diff('day', DATE '2025-01-31', $as_of) AS days
  FROM opportunities WHERE stage IN ('won', 'lost')
"""
)
MEDIAN = WIN_RATE.replace("aggregation: ratio", "aggregation: median").replace("unit: percent", "unit: count")


@pytest.fixture
def ask(kam: Kam) -> Any:
    """The one KPI of the JSON."""

    def run(*words: str) -> Any:
        result = kam("kpi", *words, "--format", "json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)["kpis"][0]

    return run


@pytest.fixture
def moved(project: Path) -> Path:
    """Two of the three deals of before 28 February stay in a window of 40 days, and two are new."""
    files = {
        "site-config/kpis/win_rate.yml": WIN_RATE.replace("12 months", "40 days"),
        "accounts/acme/opportunities/press.md": deal("Press line", closed="2025-01-25"),
        "accounts/acme/opportunities/pumps.md": deal("Pumps", "lost", closed="2025-02-25"),
        "accounts/apex/opportunities/drills.md": deal("Drills", amount="50", closed="2025-02-26"),
        "accounts/apex/opportunities/late.md": deal("Late", "lost", "70", closed="2025-03-20"),
        "accounts/apex/opportunities/later.md": deal("Later", "won", "30", closed="2025-03-21"),
        "site-config/kpis/owed.yml": OWED,
        "site-config/kpis/middle.yml": MEDIAN,
    }
    for path, text in files.items():
        (project / path).write_text(text, "utf-8")
    return project


def test_records_that_came_and_went_move_a_ratio_by_what_sums_to_the_difference(moved: Path, ask: Any) -> None:
    kpi = ask("win_rate", *DAYS)
    assert (kpi["then"]["value"], kpi["now"]["value"]) == (pytest.approx(200 / 3), 50)
    kinds = {each["record"].rpartition("/")[2]: each["kind"] for each in kpi["records"]}
    assert kinds == {"press": "left-window", "late": "new", "later": "new"}
    effects = [each["effect"] for each in kpi["records"]]
    assert sum(effects) == pytest.approx(kpi["difference"]) and kpi["not_of_records"] == 0
    assert [abs(each) for each in effects] == sorted((abs(each) for each in effects), reverse=True)
    by_record = {each["record"].rpartition("/")[2]: each["effect"] for each in kpi["records"]}
    assert by_record["late"] == pytest.approx((0 - 200 / 3) / 4)


def test_a_sum_is_moved_by_the_amounts(moved: Path, ask: Any) -> None:
    kpi = ask("won_value", *DAYS)
    (record,) = kpi["records"]
    assert (record["record"], record["then"], record["now"], record["effect"]) == (
        "apex/opportunities/later", None, {"numerator": 30, "denominator": None}, 30,
    )  # fmt: skip
    assert kpi["difference"] == 30


def test_what_a_formula_owes_to_its_days_is_no_records(moved: Path, ask: Any, kam: Kam) -> None:
    kpi = ask("owed", *DAYS)
    before, now = 100.10 / 250.20, 170.10 / 350.20
    assert kpi["difference"] == pytest.approx(now * 59 - before * 28)
    assert kpi["not_of_records"] == pytest.approx((59 - 28) * before)
    total = sum(each["effect"] for each in kpi["records"]) + kpi["not_of_records"]
    assert total == pytest.approx(kpi["difference"])
    assert "(not of single records)" in kam("kpi", "owed", *DAYS).stdout


def test_a_median_has_no_shares_and_lists_the_records_all_the_same(moved: Path, ask: Any, kam: Kam) -> None:
    kpi = ask("middle", *DAYS)
    assert {each["effect"] for each in kpi["records"]} == {None} and kpi["not_of_records"] is None
    text = kam("kpi", "middle", *DAYS).stdout
    assert "Effect" not in text and "no share of its own" in text


def test_both_days_go_by_the_records_of_now(moved: Path, kam: Kam, ask: Any) -> None:
    drills = moved / "accounts/apex/opportunities/drills.md"
    drills.write_text(deal("Drills", "lost", "50", closed="2025-02-26"), "utf-8")
    assert ask("win_rate", *DAYS)["then"]["value"] == pytest.approx(100 / 3)


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", ("by the records as they are now", "gone from the window", "new since", "66.7 %", "50.0 %", "-16.7")),
        ("zh", ("均按现有记录计算", "已移出统计期", "期间新增", "“分子 / 分母”", "-16.7")),
    ],
)
def test_the_table_says_what_happened(moved: Path, kam: Kam, lang: str, said: tuple[str, ...]) -> None:
    text = kam("kpi", "win_rate", *DAYS, lang=lang).stdout
    assert [each for each in said if each not in text] == []


def test_a_month_means_its_last_day_and_without_a_kpi_all_that_moved_are_told(moved: Path, kam: Kam) -> None:
    text = kam("kpi", "--since", "2025-02", "--as-of", "2025-03-31").stdout
    assert "2025-02-28" in text and "kam kpi middle --since 2025-02-28" in text
    assert "apex/opportunities/later" not in text
    assert "apex/opportunities/later" in kam("kpi", *DAYS, "--facts").stdout


def test_csv_has_the_figures_and_with_facts_the_records(moved: Path, kam: Kam) -> None:
    (figure,) = csv.DictReader(io.StringIO(kam("kpi", "won_value", *DAYS, "--format", "csv").stdout))
    assert (figure["since"], figure["as_of"], figure["then"], figure["now"]) == (
        "2025-02-28", "2025-03-31", "150.1", "180.1",
    )  # fmt: skip
    (record,) = csv.DictReader(io.StringIO(kam("kpi", "won_value", *DAYS, "--format", "csv", "--facts").stdout))
    assert (record["record"], record["kind"], record["effect"]) == ("apex/opportunities/later", "new", "30")
    assert kam("kpi", "won_value", *DAYS, "--format", "md").stdout.count("\n| ") >= 4


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--compare", "HEAD"), "two days by today's records"),
        (("--with", "mkdocs.yml"), "what is assumed"),
        (("--by", "account"), "does not go with --by"),
        (("--trend", "3"), "does not go with --trend"),
        (("--min-n", "5"), "names single records"),
        (("--since", "2025-03-31"), "not before 2025-03-31"),
        (("--since", "2025-Q5"), "no such quarter as 2025-Q5"),
        (("--since", "2025-13"), "no such month as 2025-13"),
        (("--since", "2025-02-30"), "no such day as 2025-02-30"),
        (("--since", "HEAD"), "takes a day, month or quarter"),
    ],
)
def test_what_does_not_go_with_it_is_refused_with_the_reason(
    moved: Path, kam: Kam, words: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(moved)
    result = kam("kpi", "win_rate", *DAYS, *words)
    assert result.exit_code == 2 and said in result.stderr


def test_records_that_the_file_keeps_back_are_not_told(moved: Path, kam: Kam) -> None:
    (moved / "site-config/kpis/win_rate.yml").write_text(WIN_RATE + "min_n: 5\n", "utf-8")
    result = kam("kpi", "win_rate", *DAYS)
    assert "apex/opportunities" not in result.stdout and "--min-n 1" in result.stderr
    assert "apex/opportunities/late" in kam("kpi", "win_rate", *DAYS, "--min-n", "1").stdout


@pytest.mark.parametrize(("asked", "said"), [("2025-Q5", "no such quarter"), ("2025-13", "no such month")])
def test_a_revision_that_the_calendar_lacks_is_called_so(project: Path, kam: Kam, asked: str, said: str) -> None:
    for option in ("--at", "--compare"):
        assert f"{said} as {asked}" in kam("kpi", option, asked).stderr


def test_a_branch_of_such_a_name_comes_first(project: Path, kam: Kam, git: Run) -> None:
    git("tag", "2025-Q5")
    assert kam("kpi", "--at", "2025-Q5").exit_code == 0


def test_comparing_on_a_later_day_says_that_nobody_saw_the_figure_of_then(project: Path, kam: Kam) -> None:
    asked = ("kpi", "--compare", "HEAD")
    assert "a figure that nobody saw" in kam(*asked, "--as-of", "2025-03-02").stderr
    assert "--since 2025-03-01" in kam(*asked, "--as-of", "2025-03-02").stderr
    assert "nobody saw" not in kam(*asked).stderr + kam(*asked, "--as-of", "2025-03-01").stderr
