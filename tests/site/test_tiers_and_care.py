"""What pages show of points, tiers and contacts due, and what they keep to themselves."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from kam.portfolio import open_portfolio
from kam.settings import load_settings
from kam.site.snapshot import Snapshot, load_snapshot
from kam.site.stage import stage

DAY = date(2027, 5, 1)
"""The sample's exception has ended by then, and nobody has called for months."""


def load(root: Path, day: date = DAY) -> Snapshot:
    with open_portfolio(root, load_settings(root), cache=False) as portfolio:
        return load_snapshot(portfolio, day)


def words(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


@pytest.fixture(scope="module")
def root(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("sample")
    for name in ("accounts", "site-config", "sop"):
        shutil.copytree(repository / name, target / name)
    shutil.copy(repository / "mkdocs.yml", target)
    return target


@pytest.fixture(scope="module")
def staged(root: Path) -> Path:
    return stage(load(root), "en").folder


def test_the_account_page_opens_the_tier_down_to_its_criteria(staged: Path) -> None:
    text = words((staged / "accounts/清源水务.md").read_text("utf-8"))
    assert re.search(r"Tier by points C 34 / 100 · in the profile B not as the points say", text)
    assert "Exception ended 2027-03-31" in text
    assert "kam set 清源水务 tier=C tier_override=" in text
    assert re.search(r"Purchase amount CNY 272,884 6 / 30", text)


def test_the_account_page_says_which_contact_is_due_by_whom(staged: Path) -> None:
    text = words((staged / "accounts/清源水务.md").read_text("utf-8"))
    assert "2026-11-24 Visit every 2 weeks · Gao Mingzhe · Last one 2026-11-10 overdue" in text
    assert "Business review every half year · Gao Mingzhe · Last one 2026-10-15 in grace time" in text


def test_the_home_page_names_tiers_to_decide_and_contacts_left_out(staged: Path) -> None:
    text = words((staged / "index.md").read_text("utf-8"))
    assert "Tiers to decide 2" in text
    assert "清源水务 B in the profile, C by points (34)" in text
    assert re.search(r"Alerts \d\d ", text)
    account = words((staged / "accounts/清源水务.md").read_text("utf-8"))
    said = "Visit due on 2026-11-24 was not made; the last one was on 2026-11-10 Gao Mingzhe : Make it this week"
    assert f"Contact left out {said}" in account


def test_the_index_shows_both_tiers(staged: Path) -> None:
    assert "B by points C · 34 !" in words((staged / "accounts/index.md").read_text("utf-8"))


def test_the_handbook_shows_criteria_and_cadence_of_the_company(staged: Path) -> None:
    text = words((staged / "handbook/processes/key-accounts.md").read_text("utf-8"))
    assert "≥ CNY 3,000,000 30" in text
    assert "from 60, below 80" in text
    assert "Executive call every quarter Grace 2 weeks Klara Weber" in text
    assert "Communication (Channel: Call, Video call)" in text


def test_a_confidential_field_shows_neither_value_nor_points_nor_the_total(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root, tmp_path / "p", ignore=shutil.ignore_patterns(".kam"))
    policy = tmp_path / "p/site-config/policy.yml"
    text = policy.read_text("utf-8")
    old = "      field: strategic_value\n      points: {high: 20, medium: 10, low: 3}\n"
    assert old in text
    new = "      field: credit.limit\n      points: [{from: 0, points: 0}, {from: 1500000, points: 20}]\n"
    policy.write_text(text.replace(old, new), encoding="utf-8")
    page = words((stage(load(tmp_path / "p"), "en").folder / "accounts/清源水务.md").read_text("utf-8"))
    assert re.search(r"Tier by points C – / 100", page)
    assert re.search(r"Strategic value – · not shown here – / 20", page)


def test_without_a_policy_there_is_no_panel(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root, tmp_path / "p", ignore=shutil.ignore_patterns(".kam"))
    (tmp_path / "p/site-config/policy.yml").unlink()
    folder = stage(load(tmp_path / "p"), "en").folder
    assert "Tier by points" not in (folder / "accounts/清源水务.md").read_text("utf-8")
    assert "not set criteria" in (folder / "handbook/processes/key-accounts.md").read_text("utf-8")
