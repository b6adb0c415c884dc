"""``kam tiers``: points, tiers and what to do, in every form and both languages."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kam.cli.main import cli

Kam = Callable[..., Result]


@pytest.fixture(scope="module")
def root(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("tiers")
    for name in ("accounts", "site-config"):
        shutil.copytree(repository / name, target / name, ignore=shutil.ignore_patterns("theme"))
    (target / "mkdocs.yml").touch()
    return target


@pytest.fixture(scope="module")
def kam(root: Path) -> Kam:
    def run(*words: str, lang: str = "en", day: str = "2026-11-22", status: int = 0) -> Result:
        result = CliRunner().invoke(cli, ["-C", str(root), "--lang", lang, "--as-of", day, *words])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        assert result.exit_code == status, result.output
        return result

    return run


def test_a_line_for_each_account_the_most_points_first(kam: Kam) -> None:
    lines = kam("tiers").stdout.splitlines()
    assert [line.split("  ")[0] for line in lines[2:6]] == [
        "Halvorsund Dairies",
        "华瑞化工",
        "清源水务",
        "Copperline Ridge Mining",
    ]
    assert "nothing until 2027-03-31; then C or decide anew" in lines[4]
    assert lines[7] == "1 Purchase amount (at most 30; Order value, the last 12 months)"
    assert lines[-1] == "Tiers out of 100: A ≥ 80, B ≥ 60, C ≥ 30, D ≥ 0"


def test_one_account_is_opened_down_to_the_values(kam: Kam) -> None:
    text = kam("tiers", "--account", "清源水务", lang="zh", day="2027-05-01").stdout
    assert "合计" in text
    assert "按评分：C；客户资料：B" in text
    assert "应做的事：改为 C 级：kam set 清源水务 tier=C tier_override=" in text
    assert "或特批保留 B 级：kam set 清源水务 tier_override.tier=B tier_override.why=…" in text


def test_machines_get_every_value(kam: Kam) -> None:
    found = json.loads(kam("tiers", "--format", "json").stdout)
    water = found["accounts"][2]
    assert (water["score"], water["tier_by_points"], water["tier"], water["status"]) == (55, "C", "B", "overridden")
    assert water["exception"]["state"] == "valid"
    assert sum(each["points"] for each in water["criteria"]) == 55
    rows = list(csv.DictReader(io.StringIO(kam("tiers", "--format", "csv").stdout)))
    assert [(row["account"], row["score"]) for row in rows][2] == ("清源水务", "55")
    assert rows[2]["points_purchase_amount"] == "18"
    assert kam("tiers", "--format", "md").stdout.startswith("| Account | 1 | 2 |")


def test_an_unknown_account_gets_the_nearest(kam: Kam) -> None:
    assert "Did you mean 华瑞化工 (huarui-chemical)?" in kam("tiers", "--account", "huarui-chemicl", status=2).stderr
    assert "是否应为 华瑞化工 (huarui-chemical)？" in kam("tiers", "--account", "华瑞", status=2, lang="zh").stderr


def test_an_account_is_found_by_the_name_that_the_table_shows(kam: Kam) -> None:
    assert kam("tiers", "--account", "华瑞化工").stdout == kam("tiers", "--account", "huarui-chemical").stdout


def test_without_criteria_it_says_where_to_write_them(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root, tmp_path / "p", ignore=shutil.ignore_patterns(".kam"))
    (tmp_path / "p/site-config/policy.yml").unlink()
    result = CliRunner().invoke(cli, ["-C", str(tmp_path / "p"), "--lang", "en", "tiers"])
    assert result.exit_code == 2
    assert "site-config/policy.yml" in result.stderr
