"""``kam appraise``: the figures of one person in one period, written as a draft that the check accepts."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from kam.kpi import compute
from kam.load import load_document
from kam.people.appraise import grouping_of
from kam.portfolio import open_portfolio
from kam.settings import load_settings
from kam.settings.appraisal import Appraisal

Kam = Callable[..., Result]
DRAFT = "accounts/_portfolio/appraisals/2026-06-30-ann-lee-first-half-of-2026.md"


@pytest.fixture
def scored(kam: Kam) -> Callable[..., dict[str, Any]]:
    """The score as JSON."""

    def read(*words: str, **options: Any) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(kam("appraise", *words, "--format", "json", **options).stdout)
        return found

    return read


def results_of(document: dict[str, Any]) -> dict[str, tuple[Any, Any, Any]]:
    return {each["kpi"]: (each["value"], each["n"], each["points"]) for each in document["results"]}


def test_only_records_of_the_person_in_the_period_count(scored: Callable[..., dict[str, Any]]) -> None:
    ann = scored("ann")
    assert ann["period"] == {"name": "2026-H1", "from": "2026-01-01", "to": "2026-06-30"}
    found = results_of(ann)
    assert found["won_value"] == (700, 2, 70), "half of the year's quota of 2000 is 1000"
    assert found["win_rate"][1:] == (3, 100)
    assert found["csat"] == (50, 2, 25), "the answer of the account that she still owned then, and of her other one"
    assert ann["score"] == 70, "(50 × 70 + 30 × 100 + 20 × 25) ÷ 100"
    assert ann["results"][0]["records"] == ["acme/opportunities/one", "bolt/opportunities/three"]
    assert ann["results"][2]["records"] == ["acme/feedback/2026-03-01-csat", "bolt/feedback/2026-04-01-csat"]


def test_the_accounts_of_the_periods_last_day_stand_beside_with_what_changed_hands(
    scored: Callable[..., dict[str, Any]],
) -> None:
    ann, ben = scored("ann"), scored("Ben Wu")
    assert (ann["accounts"], ann["tiers"]) == (["bolt"], {"B": 1})
    assert ann["changes"] == [{"account": "acme", "came": False, "on": "2026-03-31"}]
    assert ben["changes"] == [{"account": "acme", "came": True, "on": "2026-04-01"}]
    assert results_of(ben)["csat"] == (0, 1, 0), "nothing of the time before he took over"


def test_what_has_no_value_is_left_out_named_and_its_weight_shared(scored: Callable[..., dict[str, Any]]) -> None:
    ben = scored("ben")
    left = ben["results"][0]
    assert (left["kpi"], left["points"], left["reason"]) == (
        "won_value",
        None,
        "people.yml has no quota for the period",
    )
    assert (ben["score"], ben["covered"]) == (0, 50)


def test_too_little_of_the_weight_gives_no_score(kam: Kam, root: Path) -> None:
    text = (root / "site-config/appraisal.yml").read_text("utf-8")
    (root / "site-config/appraisal.yml").write_text(text.replace("least_weight: 40", "least_weight: 51"), "utf-8")
    shown = kam("appraise", "ben", "--format", "text").stdout
    assert "Left out: Won value (people.yml has no quota for the period)" in shown
    assert shown.endswith("no score: KPIs with only 50 % of the weight have a value (2 of 3)\n")
    assert "not" not in kam("appraise", "ben").stderr
    assert "\nscore:" not in next(root.glob("accounts/_portfolio/appraisals/*")).read_text("utf-8")


def test_nothing_later_changes_the_score_of_a_period_that_is_over(
    scored: Callable[..., dict[str, Any]], root: Path
) -> None:
    before = scored("ann")
    path = root / "accounts/bolt/opportunities/new.md"
    path.write_text("---\ntitle: new\nstage: won\namount: 9\nowner: ann\nclosed_on: 2026-07-02\n---\n", "utf-8")
    assert scored("ann", "--period", "2026-H1", day="2027-03-01") == before


def test_without_hand_overs_the_figures_are_those_of_the_kpi_by_owner(repository: Path, root: Path) -> None:
    from datetime import date

    settings = load_settings(root)
    with open_portfolio(root, settings) as portfolio:
        (result,) = compute(portfolio, date(2026, 6, 30), ["win_rate"], by="owner", window="181 days")
    assert {group.key: round(group.figure.value or 0) for group in result.by} == {"ann": 67, "ben": 0}
    goal = settings.part(Appraisal).schemes[0].goals[1]
    assert grouping_of(goal.by, result.kpi) == "owner"


def test_the_draft_is_a_record_that_the_check_accepts(kam: Kam, root: Path) -> None:
    done = kam("appraise", "ann")
    assert done.stdout.splitlines()[-1] == "score 70.0 out of 100, from 3 of 3 KPIs"
    settings = load_settings(root)
    document = load_document(DRAFT, (root / DRAFT).read_bytes(), settings.types["appraisal"], account="_portfolio")
    assert document.problems == []
    (record,) = document.records
    assert {name: record.data[name] for name in ("person", "reviewer", "status", "score", "quota", "currency")} == {
        "person": "ann", "reviewer": "boss", "status": "draft", "score": 70, "quota": 1000, "currency": "CNY",
    }  # fmt: skip
    assert [each["measure"] for each in record.data["results"]] == ["won_value", "win_rate", "csat"]  # type: ignore[index, union-attr, call-overload]
    assert "Score: (50 × 70.0 + 30 × 100.0 + 20 × 25.0) ÷ 100 = **70.0**" in record.body
    assert "- Handed over in the period: acme (2026-03-31)" in record.body
    assert "- Won value: `acme/opportunities/one`, `bolt/opportunities/three`" in record.body
    kam("check")


def test_the_draft_is_written_in_the_language_spoken(kam: Kam, root: Path) -> None:
    done = kam("appraise", "ann", lang="zh")
    assert "评分 70.0（满分 100），依据 3 项指标中的 3 项" in done.stdout
    text = next(root.glob("accounts/_portfolio/appraisals/*")).read_text("utf-8")
    assert "title: 李安 2026 年上半年考核" in text
    assert "## 评分依据" in text and "- 本期移交：acme（2026-03-31）" in text
    assert "赢单金额" in text


def test_a_draft_is_not_written_over_unasked(kam: Kam, root: Path) -> None:
    kam("appraise", "ann")
    raw = (root / DRAFT).read_bytes()
    said = kam("appraise", "ann", status=2).stderr
    assert "there is a draft already" in said and "--replace" in said
    assert (root / DRAFT).read_bytes() == raw


def test_new_figures_leave_what_people_wrote(kam: Kam, root: Path) -> None:
    kam("appraise", "ann")
    kam("set", DRAFT.removesuffix(".md"), "comments=Good work")
    path = root / DRAFT
    path.write_text(path.read_text("utf-8") + "\n## Talk\n\nWe talked.\n", "utf-8")
    (root / "accounts/bolt/opportunities/four.md").unlink()
    kam("appraise", "ann", "--replace")
    text = path.read_text("utf-8")
    assert "comments: Good work" in text
    assert text.endswith("\n\n## Talk\n\nWe talked.\n")
    assert text.count("## How the score came about") == 1
    assert "| Win rate | 100.0 % | 2 |" in text
    assert len(list((root / "accounts/_portfolio/appraisals").iterdir())) == 1


def test_what_was_agreed_is_not_written_over_at_all(kam: Kam, root: Path) -> None:
    kam("appraise", "ann")
    kam("set", DRAFT.removesuffix(".md"), "status=discussed")
    said = kam("appraise", "ann", "--replace", status=2).stderr
    assert "is discussed already; its score stays as agreed" in said
    assert "kam set _portfolio/appraisals/2026-06-30-ann-lee-first-half-of-2026 status=draft" in said


def test_on_a_terminal_it_asks_before_it_writes_over_a_draft(kam: Kam, root: Path) -> None:
    kam("appraise", "ann")
    raw = (root / DRAFT).read_bytes()
    (root / "accounts/bolt/opportunities/four.md").unlink()
    assert "There is a draft already" in _on_terminal(root, b"n\n")
    assert (root / DRAFT).read_bytes() == raw
    assert "new figures in" in _on_terminal(root, b"y\n")
    assert (root / DRAFT).read_bytes() != raw


def _on_terminal(root: Path, answer: bytes) -> str:
    ours, theirs = pty.openpty()
    words = [sys.executable, "-m", "kam", "-C", str(root), "--as-of", "2026-07-15", "appraise", "ann"]
    surroundings = {**os.environ, "TERM": "xterm", "KAM_LANG": "en"}
    with subprocess.Popen(words, stdin=theirs, stdout=theirs, stderr=theirs, env=surroundings) as process:
        os.close(theirs)
        os.write(ours, answer)
        said = b""
        try:
            while part := os.read(ours, 4096):
                said += part
        except OSError:
            pass
        process.wait(30)
    os.close(ours)
    return said.decode()


def test_a_dry_run_and_a_form_write_nothing(kam: Kam, root: Path) -> None:
    assert "+score: 70.0" in kam("appraise", "ann", "--dry-run").stdout
    assert "## How the score came about" in kam("appraise", "ann", "--format", "md").stdout
    assert not (root / "accounts/_portfolio").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["an"], "there is no person an in site-config/people.yml. Did you mean ann?"),
        (["boss"], "nothing says by which KPIs the role head is scored"),
        (["ann", "--period", "2026-H3"], "2026-H3 is no period. Write 2026-H1, 2026-Q3 or 2026"),
        (["ann", "--period", "2026-Q4"], "2026-Q4 begins on 2026-10-01 only; there is nothing to count yet"),
    ],
)
def test_what_cannot_be_scored_is_said_in_a_sentence(kam: Kam, words: list[str], said: str) -> None:
    assert said in kam("appraise", *words, status=2).stderr


def test_somebody_who_was_not_there_is_not_scored(kam: Kam, root: Path) -> None:
    text = (root / "site-config/appraisal.yml").read_text("utf-8")
    (root / "site-config/appraisal.yml").write_text(text.replace("[seller]", "[seller, engineer]"), "utf-8")
    assert "cy was not with us in 2025-H2" in kam("appraise", "cy", "--period", "2025-H2", status=2).stderr
    assert "With us since 2026-06-01" in kam("appraise", "cy", "--period", "2026-H1", "--format", "md").stdout


def test_a_period_that_still_runs_is_scored_up_to_the_day(scored: Callable[..., dict[str, Any]], kam: Kam) -> None:
    found = scored("ann", "--period", "2026-Q3")
    assert (found["as_of"], results_of(found)["won_value"][0]) == ("2026-07-15", 5000)
    assert found["results"][0]["target"] == pytest.approx(2000 * 15 / 365)
    shown = kam("appraise", "ann", "--period", "2026-Q3", "--format", "md").stdout
    assert "The period is not over: figures up to 2026-07-15" in shown


@pytest.mark.parametrize(
    ("goal", "said"),
    [
        ("{kpi: sales_concentration}", "8:17 error appraisal-goal: The KPI sales_concentration has no figure for one"),
        ("{kpi: win_rate, by: account_owner}", "8:17 error appraisal-goal: The KPI win_rate has no figure for one"),
        ("{kpi: contribution}", "8:17 error appraisal-goal: The KPI contribution is a share of the whole"),
        ("{kpi: records_changed, target: 5}", "8:17 error appraisal-goal: Nothing says which direction of records_ch"),
        ("{kpi: won_value}", "8:17 error appraisal-goal: Neither this goal nor the KPI won_value has a target"),
        ("{kpi: win_rate, target: quota}", "8:35 error appraisal-goal: A quota is an amount of money, but win_rate"),
    ],
)
def test_goals_that_give_no_points_are_told_with_the_settings(root: Path, goal: str, said: str) -> None:
    from kam.kpi.goals import check_goals
    from kam.model.texts import render_message

    path = root / "site-config/appraisal.yml"
    path.write_text(path.read_text("utf-8").split("        - {kpi")[0] + f"        - {goal}\n", "utf-8")
    (problem,) = check_goals(root, load_settings(root))
    spelt = f"{problem.line}:{problem.column} {problem.level} {problem.rule}: {render_message(problem, 'en')[0]}"
    assert spelt.startswith(said)
    assert all(render_message(problem, "zh"))


def test_the_goals_of_the_sample_are_sound(repository: Path, sample_settings: Any) -> None:
    from kam.kpi.goals import check_goals

    assert check_goals(repository, sample_settings) == []
