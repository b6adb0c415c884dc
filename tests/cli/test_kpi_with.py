"""``kam kpi --with``: today and assumed side by side, and nothing is written."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kam.cli.main import cli
from kam.kpi.show import shown_difference

DEAL = """\
---
title: {title}
stage: {stage}
amount: 1000
currency: CNY
created_on: 2026-01-01
closed_on: 2026-02-01
---
"""
PATCH = """\
- record: acme/opportunities/d1
  set: {stage: won}
- {type: opportunity, account: acme, fields: {title: New, stage: won, amount: 5, currency: CNY, created_on: 2026-01-01,
   closed_on: 2026-02-01}}
"""
Run = Callable[..., Result]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    root = tmp_path_factory.mktemp("with") / "portfolio"
    shutil.copytree(repository / "site-config", root / "site-config", ignore=shutil.ignore_patterns("theme"))
    (root / "mkdocs.yml").write_text("site_name: x\n")
    folder = root / "accounts" / "acme"
    (folder / "opportunities").mkdir(parents=True)
    (folder / "profile.md").write_text("---\nname: Acme\ntier: A\n---\n", "utf-8")
    for at, stage in enumerate(("won", "lost", "lost", "lost")):
        (folder / "opportunities" / f"d{at}.md").write_text(DEAL.format(title=f"Deal {at}", stage=stage), "utf-8")
    (root.parent / "patch.yml").write_text(PATCH, "utf-8")
    (root.parent / "wrong.yml").write_text("- record: acme/oportunities/d1\n  set: {stage: won}\n", "utf-8")
    return root


@pytest.fixture
def kam(root: Path) -> Run:
    def run(*words: str, patch: str = "patch.yml", lang: str = "en") -> Result:
        asked = ["-C", str(root), "--lang", lang, "kpi", *words, "--with", str(root.parent / patch)]
        return CliRunner().invoke(cli, [*asked, "--as-of", "2026-06-30"], catch_exceptions=False)

    return run


def test_the_table_has_both_values_and_the_difference(kam: Run) -> None:
    result = kam("win_rate", "won_value", "order_value")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == "Assumed: records: 1 changed, 1 added"
    assert lines[4].split()[:9] == ["win_rate", "Win", "rate", "25.0", "%", "60.0", "%", "+35.0", "pp"]
    assert "4 → 5" in lines[4] and "CNY 1,000" in lines[5] and "+1,005" in lines[5]
    assert lines[6].startswith("order_value") and lines[-1] == "1 other KPI stays as it is."


def test_a_difference_is_that_of_the_values_shown() -> None:
    assert shown_difference(Decimal("9.74"), Decimal("9.76"), 1) == "+0.1"
    assert shown_difference(Decimal("99.96"), Decimal("99.94"), 1) == "-0.1"
    assert shown_difference(Decimal("9.71"), Decimal("9.72"), 1) == "≈ 0"


def test_without_names_only_what_moves_is_listed(kam: Run) -> None:
    result = kam()
    assert "won_value" in result.stdout and "order_value" not in result.stdout
    assert "other KPIs stay as they are" in result.stdout.splitlines()[-1]


def test_one_that_does_not_move_is_no_list(kam: Run) -> None:
    assert kam("order_value").stdout.splitlines()[-1] == "The KPI does not move."
    assert kam("order_value", lang="zh").stdout.splitlines()[-1] == "该指标没有变化。"


def test_chinese_and_markdown_with_groups_trend_and_records(kam: Run) -> None:
    text = kam("win_rate", "--by", "account", "--trend", "2", "--facts", "--format", "md", lang="zh").stdout
    assert text.splitlines()[0] == "假设：记录修改 1 条、新增 1 条"
    assert "| win\\_rate | 赢单率 | 25.0 % | 60.0 % | +35.0 个百分点 | 4 → 5 |" in text
    assert "| acme/opportunities/d1 | acme |  | 2026-02-01 | 0 / 1 | 1 / 1 |" in text
    assert "| 2026-05-31 |" in text and "未注明日期的假设值，对以往各日同样适用。" in text


def test_json_has_all_of_it(kam: Run, root: Path) -> None:
    document = json.loads(kam("win_rate", "--by", "account", "--facts", "--trend", "2", "--format", "json").stdout)
    assert document["assumed"] == {
        "file": str(root.parent / "patch.yml"), "changed": ["acme/opportunities/d1"],
        "added": ["acme/opportunities/2026-01-01-what-if-2"], "removed": [], "rates": {}, "figures": {},
    }  # fmt: skip
    (kpi,) = document["kpis"]
    assert (kpi["today"]["value"], kpi["assumed"]["value"], kpi["difference"]) == (25, 60, 35)
    assert kpi["by"][0]["key"] == "acme" and kpi["by"][0]["difference"] == 35
    assert [fact["record"] for fact in kpi["facts"]] == document["assumed"]["added"] + ["acme/opportunities/d1"]
    assert kpi["facts"][0]["today"] is None and len(kpi["trend"]) == 2


def test_csv_has_a_row_for_each_figure(kam: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(kam("win_rate", "--by", "account", "--format", "csv").stdout)))
    assert [(r["grouping"], r["key"], r["today"], r["assumed"], r["difference"]) for r in rows] == [
        ("", "", "25", "60", "35"), ("account", "acme", "25", "60", "35"),
    ]  # fmt: skip


def test_mistakes_are_shown_with_their_line_and_nothing_is_computed(kam: Run) -> None:
    result = kam("win_rate", patch="wrong.yml")
    assert result.exit_code == 1 and result.stdout == ""
    assert "wrong.yml:1:11 error what-if: There is no record acme/oportunities/d1" in result.stderr
    assert "hint: Did you mean acme/opportunities/d1?" in result.stderr
    assert result.stderr.endswith("kam: 1 mistake in the assumptions, so nothing was computed\n")


def test_no_file_of_the_portfolio_is_written(kam: Run, root: Path) -> None:
    def state() -> dict[str, tuple[bytes, int]]:
        files = (path for path in root.rglob("*") if path.is_file() and ".kam" not in path.parts)
        return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}

    before = state()
    kam("--by", "account", "--trend", "3")
    assert state() == before
    assert "25.0 %" in CliRunner().invoke(cli, ["-C", str(root), "kpi", "win_rate", "--as-of", "2026-06-30"]).stdout
