"""``kam kpi``, ``kam query`` and ``kam tables`` as users and CI meet them."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kam.cli.grid import render_csv, render_json, render_markdown, render_table
from kam.cli.main import cli
from kam.report.source import display_width

PROFILE = "---\nname: {name}\ntier: {tier}\n---\n"
DEAL = """\
---
title: {title}
stage: {stage}
amount: {amount}
currency: CNY
created_on: 2026-01-01
closed_on: 2026-02-01
---
"""
Run = Callable[..., Result]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    root = tmp_path_factory.mktemp("cli")
    shutil.copytree(repository / "site-config", root / "site-config", ignore=shutil.ignore_patterns("theme"))
    (root / "mkdocs.yml").write_text("site_name: x\n")
    for name, tier in (("华瑞化工", "A"), ("Acme", "B")):
        folder = root / "accounts" / name.lower()
        (folder / "opportunities").mkdir(parents=True)
        (folder / "profile.md").write_text(PROFILE.format(name=name, tier=tier), "utf-8")
        for at, stage in enumerate(("won", "won", "lost") if tier == "A" else ("lost",)):
            text = DEAL.format(title=f"=Deal {at}", stage=stage, amount=f"{1000 + at}.10")
            (folder / "opportunities" / f"d{at}.md").write_text(text, "utf-8")
    return root


@pytest.fixture
def kam(root: Path) -> Run:
    def run(*words: str, lang: str = "en") -> Result:
        return CliRunner().invoke(cli, ["-C", str(root), "--lang", lang, *words], catch_exceptions=False)

    return run


def document(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_all_kpis_in_a_table(kam: Run) -> None:
    result = kam("kpi", "--as-of", "2026-06-30")
    assert result.exit_code == 0, result.output
    assert "win_rate" in result.stdout
    assert "50.0 %" in result.stdout
    assert "CNY 2,001" in result.stdout
    assert "no satisfaction answers in the window" in result.stdout


def test_tables_line_up_in_chinese(kam: Run) -> None:
    lines = kam("kpi", "win_rate", "--by", "account", "--as-of", "2026-06-30", lang="zh").stdout.splitlines()
    assert lines[0].startswith("赢单率（win_rate）：50.0 %，记录数 4，")
    rows = [line for line in lines[2:] if line]
    places = {display_width(line[: line.index("%")]) for line in rows if "%" in line}
    assert len(places) == 1, "the values stand under each other"
    assert any("华瑞化工" in line for line in rows)


def test_json_is_as_promised(kam: Run) -> None:
    found = document(kam("kpi", "win_rate", "--by", "tier", "--trend", "2", "--facts", "--format", "json",
                         "--as-of", "2026-02-28"))  # fmt: skip
    assert found["as_of"] == "2026-02-28"
    assert found["revision"] is None
    (kpi,) = found["kpis"]
    assert {key: kpi[key] for key in ("id", "title", "unit", "better", "value", "n", "numerator", "denominator")} == {
        "id": "win_rate", "title": "Win rate", "unit": "%", "better": "higher", "value": 50, "n": 4, "numerator": 2,
        "denominator": 4,
    }  # fmt: skip
    assert kpi["window"] == {"from": "2025-03-01", "to": "2026-02-28"}
    assert (kpi["target"], kpi["status"], kpi["reason"]) == ({"good": 40, "watch": 25}, "good", None)
    assert [(g["key"], g["value"], g["n"]) for g in kpi["by"]] == [("A", 66.6666666667, 3), ("B", 0, 1)]
    assert [(p["as_of"], p["value"], p["n"]) for p in kpi["trend"]] == [("2026-01-31", None, 0), ("2026-02-28", 50, 4)]
    assert kpi["facts"][0] == {
        "record": "acme/opportunities/d0", "account": "acme", "person": None, "at": "2026-02-01", "numerator": 0,
        "denominator": 1,
    }  # fmt: skip
    assert [f["record"] for f in kpi["facts"]] == sorted(f["record"] for f in kpi["facts"])


def test_two_runs_print_the_same_bytes(kam: Run) -> None:
    words = ("kpi", "--by", "account", "--trend", "3", "--facts", "--format", "json", "--as-of", "2026-06-30")
    assert kam(*words).stdout == kam(*words).stdout


def test_csv_and_markdown(kam: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(kam("kpi", "won_value", "--format", "csv", "--by", "account",
                                                "--as-of", "2026-06-30").stdout)))  # fmt: skip
    assert [(r["key"], r["value"], r["n"]) for r in rows] == [("", "2001.2", "2"), ("华瑞化工", "2001.2", "2")]
    facts = list(csv.DictReader(io.StringIO(kam("kpi", "won_value", "--format", "csv", "--facts",
                                                 "--as-of", "2026-06-30").stdout)))  # fmt: skip
    assert [f["numerator"] for f in facts] == ["1000.1", "1001.1"]
    markdown = kam("kpi", "won_value", "--format", "md", "--as-of", "2026-06-30").stdout
    assert "| won\\_value | Won value | CNY 2,001 | 2 |" in markdown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("win_rat",), "there is no KPI win_rat. Did you mean win_rate?"),
        (("--by", "teir"), "nothing is grouped by teir. Did you mean tier?"),
        (("--account", "acm"), "there is no account acm. Did you mean Acme (acme)?"),
        (("赢单率",), "there is no KPI 赢单率. Did you mean win_rate?"),
        (("zzzzzz",), " …"),
        (("--by", "客户"), "nothing is grouped by 客户. Did you mean account?"),
    ],
)
def test_wrong_words_get_the_nearest_right_one(kam: Run, words: tuple[str, ...], said: str) -> None:
    result = kam("kpi", *words)
    assert result.exit_code == 2
    assert said in result.stderr


def test_an_account_is_named_by_folder_or_by_name(kam: Run) -> None:
    by_name = document(kam("kpi", "won_value", "--account", "ACME", "--as-of", "2026-06-30", "--format", "json"))
    by_folder = document(kam("kpi", "won_value", "--account", "acme", "--as-of", "2026-06-30", "--format", "json"))
    assert by_name == by_folder
    assert by_name["kpis"][0]["n"] == 0


def test_groupings_are_offered_below_the_records(kam: Run) -> None:
    shown = kam("kpi", "won_value", "--facts", "--as-of", "2026-06-30", lang="zh").stdout
    assert "分组查看：kam kpi won_value --by" in shown


def test_the_query_of_a_kpi_comes_after_its_example(kam: Run) -> None:
    said = kam("explain", "won_value", "--as-of", "2026-06-30").stdout
    assert said.index("Worked example") < said.index("The query gives a row")


def test_only_what_can_be_had_is_offered_after_an_example(kam: Run) -> None:
    assert "kam kpi won_value --facts" in kam("explain", "won_value", "--as-of", "2026-06-30").stdout
    refused = kam("explain", "clv_predicted", "--as-of", "2026-06-30").stdout
    assert "--facts" not in refused and "--by" not in refused


def test_rows_of_one_record_are_told_apart_in_an_example(kam: Run) -> None:
    said = kam("explain", "tier_score", "--as-of", "2026-06-30").stdout
    assert "criterion" in next(line for line in said.splitlines() if "Numerator  Denominator" in line)


def test_a_missing_rate_fails_and_names_currency_and_date(kam: Run, root: Path) -> None:
    path = root / "accounts/acme/opportunities/foreign.md"
    text = DEAL.format(title="F", stage="won", amount=5).replace("CNY", "EUR")
    path.write_text(text.replace("2026-01-01", "2015-01-01").replace("2026-02-01", "2015-02-01"), "utf-8")
    try:
        result = kam("kpi", "won_value", "--as-of", "2015-06-30")
        assert result.exit_code == 1
        assert "no rate for EUR on 2015-02-01" in result.stderr
        assert "–  –" in result.stdout, "of how many records is not known either"
        shown = json.loads(kam("kpi", "won_value", "--as-of", "2015-06-30", "--format", "json").stdout)
        assert (shown["kpis"][0]["value"], shown["kpis"][0]["n"]) == (None, None)
    finally:
        path.unlink()


@pytest.mark.parametrize(("lang", "remedy"), [("en", "leave out those that end in _base"), ("zh", "以 _base 结尾的列")])
def test_a_query_that_lacks_a_rate_is_told_what_to_do(kam: Run, root: Path, lang: str, remedy: str) -> None:
    path = root / "accounts/acme/opportunities/foreign.md"
    path.write_text(
        DEAL.format(title="F", stage="won", amount=5).replace("CNY", "EUR").replace("2026", "2015"), "utf-8"
    )
    try:
        result = kam("query", "SELECT * FROM opportunities", lang=lang)
        assert result.exit_code == 2 and "EUR" in result.stderr and remedy in result.stderr
        assert kam("query", "SELECT id, amount FROM opportunities", lang=lang).exit_code == 0
    finally:
        path.unlink()


def test_a_broken_kpi_file_is_left_out_and_named(kam: Run, root: Path) -> None:
    path = root / "site-config/kpis/broken.yml"
    path.write_text("title: {en: X, zh: X}\nunit: money\n", "utf-8")
    try:
        result = kam("kpi", "win_rate", "--as-of", "2026-06-30")
        assert result.exit_code == 0
        assert "broken.yml" in result.stderr
        assert kam("check", "--settings").exit_code != 0
    finally:
        path.unlink()


def test_a_kpi_that_the_check_refuses_is_not_computed(kam: Run, root: Path) -> None:
    text = (root / "site-config/kpis/win_rate.yml").read_text("utf-8")
    path = root / "site-config/kpis/inexact.yml"
    path.write_text(text.replace("AS INTEGER) AS numerator", "AS DOUBLE) AS numerator"), "utf-8")
    try:
        result = kam("kpi", "inexact", "win_rate", "--trend", "2", "--as-of", "2026-06-30", "--format", "json")
        assert result.exit_code == 1
        refused, sound = json.loads(result.stdout)["kpis"]
        assert (refused["value"], [p["value"] for p in refused["trend"]], sound["value"]) == (None, [None, None], 50)
        assert "kam: inexact: site-config/kpis/inexact.yml:" in result.stderr
        assert "numerator is of type DOUBLE" in result.stderr
        assert kam("kpi", "--as-of", "2026-06-30").exit_code == 1
    finally:
        path.unlink()


def test_a_grouping_that_a_kpi_lacks_is_named_beside_its_value(kam: Run) -> None:
    words = ("kpi", "repurchase_rate", "win_rate", "--by", "account", "--as-of", "2026-06-30")
    lacking, grouped = document(kam(*words, "--format", "json"))["kpis"]
    assert (lacking["grouping"], lacking["by"]) == (None, [])
    assert lacking["by_reason"].startswith("not grouped by account; possible: tier, team")
    assert (grouped["grouping"], grouped["by_reason"]) == ("account", None)
    text = kam(*words)
    assert text.exit_code == 0
    assert "Repurchase rate (repurchase_rate): –, n = 0" in text.stdout
    assert "not grouped by account; possible: tier" in text.stdout
    assert ',account,,,2026-06-30,,0,,,none,"not grouped by account' in kam(*words, "--format", "csv").stdout
    assert "不能按 account 分组；可用分组：tier、team" in kam(*words, lang="zh").stdout


def test_query_prints_rows_in_every_form(kam: Run) -> None:
    sql = "SELECT account, count(*) AS n, sum(amount) AS total FROM opportunities GROUP BY account ORDER BY account"
    assert document(kam("query", sql, "--format", "json")) == {
        "columns": ["account", "n", "total"],
        "types": ["VARCHAR", "BIGINT", "DECIMAL(38,4)"],
        "rows": [{"account": "acme", "n": 1, "total": 1000.1}, {"account": "华瑞化工", "n": 3, "total": 3003.3}],
        "truncated": False,
    }
    assert kam("query", sql, "--format", "csv").stdout.splitlines()[1] == "acme,1,1000.1"
    assert kam("query", sql, "--format", "md").stdout.splitlines()[2] == "| acme | 1 | 1000.1 |"
    assert kam("query", sql).stdout.splitlines()[2] == "acme      1  1000.1"
    assert "'=Deal 0" in kam("query", "SELECT title FROM opportunities", "--format", "csv").stdout


@pytest.mark.parametrize(
    "sql", ["DELETE FROM accounts", "SELECT * FROM read_text('/etc/passwd')", "SELECT 1; SELECT 2"]
)
def test_query_refuses_all_but_reading(kam: Run, sql: str) -> None:
    result = kam("query", sql)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("kam: ")


def test_query_cuts_long_answers_and_says_so(kam: Run) -> None:
    result = kam("query", "SELECT * FROM range(1000000000)", "--limit", "2", "--format", "csv")
    assert result.stdout == "range\n0\n1\n"
    assert "only the first 2 rows" in result.stderr


def test_tables_lists_tables_and_columns(kam: Run) -> None:
    assert "opportunities" in kam("tables").stdout
    found = document(kam("tables", "opportunities", "--format", "json"))
    (table,) = found["tables"]
    assert (table["name"], table["rows"]) == ("opportunities", 4)
    columns = {c["name"]: c["type"] for c in table["columns"]}
    assert (columns["amount"], columns["amount_base"], columns["closed_on"]) == ("DECIMAL(18,4)",) * 2 + ("DATE",)
    assert "金额" in kam("tables", "opportunities", lang="zh").stdout
    assert "Did you mean orders?" in kam("tables", "order").stderr


def test_cells_cannot_break_out_of_their_table() -> None:
    assert render_table(["a"], [["x\x1b[31m\ny"]], [False]).splitlines()[2] == "x�[31m y"
    assert render_markdown(["a"], [["a|b<script>\n*c*"]], [False]).splitlines()[2] == "| a\\|b&lt;script&gt; \\*c\\* |"
    assert render_csv(["a"], [["=1+1"], [-5], ["＝1"]]).splitlines() == ["a", "'=1+1", "-5", "'＝1"]
    assert json.loads(render_json({"n": 2**70})) == {"n": 2**70}


def test_records_left_out_because_of_errors_are_named(root: Path, kam: Run) -> None:
    broken = root / "accounts" / "acme" / "opportunities" / "d9.md"
    broken.write_text("---\ntitle：Lost deal\nstage: won\n---\n", "utf-8")
    try:
        said = kam("kpi", "win_rate", "--format", "json", "--as-of", "2026-06-30")
        assert document(said)["left_out"] == ["acme/opportunities/d9"]
        assert "1 record not counted because of errors" in said.stderr
        assert "acme/opportunities/d9" in said.stderr
        assert "1 条记录因有错误未计入" in kam("query", "SELECT 1", lang="zh").stderr
    finally:
        broken.unlink()
    assert "not counted" not in kam("query", "SELECT 1").stderr
