"""``kam show`` and ``kam alerts``: one account on one screen, and what threatens them all."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from kam.cli.main import cli
from kam.cli.show_text import cut, fill, spark, wrap
from kam.report.source import display_width

Kam = Callable[..., Result]
ACCOUNTS = ("清源水务", "huarui-chemical", "halvorsund-dairies", "copperline-mining")


@pytest.fixture(scope="module")
def kam(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Kam:
    root = tmp_path_factory.mktemp("show")
    for name in ("accounts", "site-config"):
        shutil.copytree(repository / name, root / name, ignore=shutil.ignore_patterns("theme"))
    (root / "mkdocs.yml").touch()

    def run(*words: str, lang: str = "en", day: str = "2026-11-22", status: int = 0) -> Result:
        result = CliRunner().invoke(cli, ["-C", str(root), "--lang", lang, "--as-of", day, *words])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        assert result.exit_code == status, result.output
        return result

    return run


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("account", ACCOUNTS)
def test_an_account_fits_one_screen(kam: Kam, account: str, lang: str) -> None:
    lines = kam("show", account, lang=lang).stdout.splitlines()
    assert len(lines) <= 45
    assert all(display_width(line) <= 80 for line in lines)


@pytest.mark.parametrize("name", ["huarui-chemical", "华瑞化工", "江苏华瑞精细化工有限公司", "HUARUI-CHEMICAL"])
def test_an_account_is_found_by_folder_or_name(kam: Kam, name: str) -> None:
    assert json.loads(kam("show", name, "--format", "json").stdout)["account"] == "huarui-chemical"


def test_it_says_who_how_well_and_what_to_do(kam: Kam) -> None:
    text = kam("show", "清源水务", lang="zh").stdout
    for said in ("负责人 高明哲", "主要联系人 江敏", "✕ 12 / 100  有风险", "客户满意度偏低（0.0 %）", "── 预警 3 ",
                 "→ 苏佩瑜：请立即处理", "✕ 2026-10-12  发票 INV-26-0735：待回款", "污泥脱水间泵更新"):  # fmt: skip
        assert said in text


def test_json_holds_the_same(kam: Kam) -> None:
    found = json.loads(kam("show", "清源水务", "--format", "json").stdout)
    assert found["health"]["status"] == "bad" and len(found["health"]["reasons"]) == 3
    assert all(each["part"] and each["title"] for each in (*found["health"]["reasons"], *found["health"]["missing"]))
    assert all(each["id"] and each["title"] for each in found["kpis"])
    assert len(found["health"]["trend"]) == 12
    assert [each["kind"] for each in found["alerts"]] == ["service", "churn_risk", "contract"]
    assert found["due"][0]["overdue"] and found["open"]["risk"]


def test_teams_are_called_as_the_reader_calls_them(kam: Kam) -> None:
    assert "中国大客户部" in kam("kpi", "win_rate", "--by", "team", lang="zh").output
    assert "Key accounts China" in kam("kpi", "win_rate", "--by", "team").output


def test_a_slip_in_the_name_is_answered_with_the_nearest(kam: Kam) -> None:
    assert "Did you mean Halvorsund Dairies (halvorsund-dairies)?" in kam("show", "halvorsund", status=2).output


def test_alerts_are_those_of_a_person_or_an_account(kam: Kam) -> None:
    everything = json.loads(kam("alerts", "--format", "json").stdout)["alerts"]
    mine = json.loads(kam("alerts", "--owner", "高明哲", "--format", "json").stdout)["alerts"]
    assert mine == [each for each in everything if "gao-mingzhe" in each["people"]] != []
    here = json.loads(kam("alerts", "--account", "华瑞化工", "--format", "json").stdout)["alerts"]
    assert [each["id"] for each in here] == ["decline:huarui-chemical/orders/2026-11#SO-26-1390"]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("form", ["text", "md", "json"])
def test_two_runs_print_the_same_bytes(kam: Kam, lang: str, form: str) -> None:
    assert kam("alerts", "--format", form, lang=lang).stdout == kam("alerts", "--format", form, lang=lang).stdout


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("form", ["text", "json"])
def test_an_account_of_which_only_the_name_is_known_is_shown(
    repository: Path, tmp_path: Path, lang: str, form: str
) -> None:
    shutil.copytree(repository / "site-config", tmp_path / "site-config", ignore=shutil.ignore_patterns("theme"))
    (tmp_path / "accounts/bare").mkdir(parents=True)
    (tmp_path / "accounts/bare/profile.md").write_text("---\nname: Bare Works\n---\n", encoding="utf-8")
    (tmp_path / "mkdocs.yml").touch()
    words = ["-C", str(tmp_path), "--lang", lang, "--as-of", "2026-11-22", "show", "bare", "--format", form]
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == 0, result.exc_info
    assert "Bare Works" in result.stdout


def test_it_says_so_where_nothing_threatens(kam: Kam) -> None:
    assert kam("alerts", "--owner", "xu-haoran").stdout == "No alerts.\n"
    assert kam("alerts", "--owner", "xu-haoran", lang="zh").stdout == "没有预警。\n"


TEXT = st.text(st.sampled_from("ab 客户，é\u0301…x"), max_size=60)


@given(TEXT, st.integers(1, 40))
def test_texts_are_cut_and_filled_to_their_columns(text: str, width: int) -> None:
    assert display_width(cut(text, width)) <= width
    assert display_width(fill(text, width)) == width


@given(TEXT.map(" ".join))
def test_wrapped_lines_lose_no_letter(text: str) -> None:
    lines = list(wrap(text, "  ", 3))
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(display_width(line) <= 80 for line in lines[:-1])


def test_a_trend_has_a_bar_for_each_point() -> None:
    assert spark([Decimal(0), None, Decimal(50), Decimal("99.9"), Decimal(100)]) == "▁·▅██"
