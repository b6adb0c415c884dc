"""What the site shows of people and teams, and that nothing of an appraisal reaches it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from kam.cli.main import cli
from kam.portfolio import open_portfolio
from kam.settings import load_settings
from kam.site.snapshot import Snapshot, load_snapshot
from kam.site.stage import stage

DAY = date(2026, 11, 22)
POLICY = "site-config/appraisal.yml"
EMAIL = "lin.ruoxi@taihe-brandt.example.com"


@pytest.fixture(scope="module")
def sample(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample in Git of its own, with the draft of an appraisal."""
    root = tmp_path_factory.mktemp("people")
    for name in ("accounts", "site-config", "sop"):
        shutil.copytree(repository / name, root / name)
    for name in ("mkdocs.yml", "mkdocs.zh.yml"):
        shutil.copy(repository / name, root)
    words = ["-C", str(root), "--lang", "en", "--as-of", DAY.isoformat(), "appraise", "gao-mingzhe", "--period"]
    assert CliRunner().invoke(cli, [*words, "2026-H1"]).exit_code == 0
    when = {f"GIT_{who}_DATE": "2026-11-20T12:00:00Z" for who in ("AUTHOR", "COMMITTER")}
    git = ["git", "-C", str(root), "-c", "user.name=Lin", "-c", f"user.email={EMAIL}"]
    for each in (["init", "-q"], ["add", "accounts"], ["commit", "-q", "-m", "Begin"]):
        subprocess.run([*git, *each], check=True, env={"PATH": "/usr/bin:/bin:/usr/local/bin", **when})
    return root


Load = Callable[[str], Snapshot]


@pytest.fixture(scope="module")
def load(sample: Path) -> Load:
    """The snapshot with ``results.site`` as asked."""
    text = (sample / POLICY).read_text("utf-8")

    @cache
    def read(site: str) -> Snapshot:
        (sample / POLICY).write_text(text.replace("  site: teams\n", f"  site: {site}\n"), "utf-8")
        with open_portfolio(sample, load_settings(sample), cache=False) as portfolio:
            return load_snapshot(portfolio, DAY)

    return read


def test_by_default_teams_are_shown_and_no_person_behind_a_kpi_about_people(load: Load) -> None:
    snapshot = load("teams")
    assert snapshot.results is not None
    assert [(line.key, len(line.people)) for line in snapshot.results.lines] == [
        ("Key accounts China", 3),
        ("Service", 3),
    ]
    about_people = [result for result in snapshot.kpis if result.kpi.area == "people"]
    assert len(about_people) >= 9
    assert not any(result.facts for result in about_people)
    others = [fact for result in snapshot.kpis for fact in result.facts]
    assert others and not [fact for fact in others if fact.person], "nor who won which deal"


def test_the_sales_of_two_people_are_not_told_by_their_team_nor_by_the_remainder(load: Load) -> None:
    results = load("teams").results
    assert results is not None
    told = {kpi.id for kpi, _ in results.kpis}
    assert not told & {"won_value", "quota_pace", "win_rate"}, "two people sell in either team"
    assert "workload_spread" in told


def test_the_company_can_show_people_or_nobody(load: Load) -> None:
    snapshot = load("people")
    assert snapshot.results is not None and "lin-ruoxi" in [line.key for line in snapshot.results.lines]
    use = next(result for result in snapshot.kpis if result.id == "system_use")
    assert {fact.person for fact in use.facts} >= {"lin-ruoxi"}
    assert load("nobody").results is None


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nothing_of_an_appraisal_is_on_any_page(load: Load, sample: Path, lang: str) -> None:
    folder = stage(load("people"), lang).folder
    (draft,) = sample.glob("accounts/_portfolio/appraisals/2026-06-30-*.md")
    secrets = [
        draft.stem,
        "Gao Mingzhe, first half of 2026",
        "2026-07-15-lin-ruoxi-first-half",
        "林若溪 2026 年上半年考核",
    ]
    for path in folder.rglob("*"):
        if path.is_file() and "handbook" not in path.parts:
            text = path.read_text("utf-8", "replace")
            assert not [secret for secret in secrets if secret in text], path


def test_the_page_shows_tiers_beside_everybody_and_n_beside_figures(load: Load) -> None:
    text = (stage(load("teams"), "en").folder / "people.md").read_text("utf-8")
    plain = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))
    assert "华瑞化工 A 1" in plain
    assert re.search(r"Results of teams .* Key accounts China 3 2 A 1 · B 1 0\.27 n = 30", plain), plain
    assert "Where few people have a figure it is left out" in plain
    table = text[text.index('id="kam-people"') : text.index("</table>")]
    assert "kam-late" not in table and "kam-sortable" not in text[: text.index('id="kam-people"')].rsplit("<", 1)[1]


def test_who_shows_nobody_shows_no_work_either(load: Load) -> None:
    text = (stage(load("nobody"), "zh").folder / "people.md").read_text("utf-8")
    assert "逾期" not in text and "团队业绩" not in text
    assert "林若溪" in text and "A\u00a01" in text


def test_roles_teams_and_skills_are_words_of_the_reader_s_language(load: Load) -> None:
    text = (stage(load("teams"), "zh").folder / "people.md").read_text("utf-8")
    plain = re.sub(r"<[^>]+>", " ", text)
    assert "大客户流程负责人" in plain and "市政招投标" in plain and "中国大客户部" in plain
    assert "key-account" not in plain and "municipal" not in plain and "Key accounts" not in plain
    assert "网站不显示的记录不计入" in plain
